package io.feiqian.bank;

import io.feiqian.messaging.Incoming;
import io.feiqian.messaging.spi.Consumer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.storage.Statements;
import java.util.ArrayList;
import java.util.List;

/**
 * Consumes the notices to this cell's payees: a row each, in the commit that moves the mark.
 * Thread-safe.
 */
final class NoticeContribution implements Contribution<PayeeNotice>, Consumer {
    private static final int ORDER = 350;

    /** A rewind may bring what is there already. */
    private static final String INSERT =
            """
            insert into notice (account, trace_head, trace_serial, payer, amount, currency, text,
                received_at)
            select u.*, ? from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                ?::bigint[], ?::int[], ?::text[]) as u
            on conflict do nothing returning 1\
            """;

    @Override
    public String topic() {
        return Notices.TOPIC;
    }

    @Override
    public Share consume(Incoming message) {
        return Share.of(new Part<>(this, PayeeNotice.read(message)));
    }

    @Override
    public String name() {
        return "notice";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Batch<PayeeNotice> open(CommitContext context) {
        return new NoticeBatch(context);
    }

    private static final class NoticeBatch implements Batch<PayeeNotice> {
        private final CommitContext context;
        private final List<PayeeNotice> written = new ArrayList<>();

        NoticeBatch(CommitContext context) {
            this.context = context;
        }

        @Override
        public void add(PayeeNotice command) {}

        @Override
        public void lock(Statements statements) {}

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(PayeeNotice command) {
            return Check.FRESH;
        }

        @Override
        public Answer apply(PayeeNotice command, Answer soFar) {
            if (soFar.isAccepted()) {
                written.add(command);
            }
            return soFar;
        }

        @Override
        public void write(Statements statements) {
            if (written.isEmpty()) {
                return;
            }
            statements.query(
                    INSERT,
                    parameters -> {
                        parameters.add(context.databaseMillis());
                        parameters.add(
                                written.stream().mapToLong(it -> it.payee().number()).toArray());
                        parameters.add(
                                written.stream().mapToLong(it -> it.trace().head()).toArray());
                        parameters.add(
                                written.stream().mapToLong(it -> it.trace().serial()).toArray());
                        parameters.add(
                                written.stream().mapToLong(it -> it.payer().number()).toArray());
                        parameters.add(
                                written.stream().mapToLong(it -> it.amount().minor()).toArray());
                        parameters.add(
                                written.stream()
                                        .mapToInt(it -> it.amount().currency().number())
                                        .toArray());
                        parameters.add(
                                written.stream().map(PayeeNotice::text).toArray(String[]::new));
                    },
                    row -> {});
        }
    }
}
