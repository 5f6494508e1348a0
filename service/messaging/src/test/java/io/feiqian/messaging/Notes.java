package io.feiqian.messaging;

import io.feiqian.messaging.spi.Consumer;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.runtime.CallContext;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.storage.Statements;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * The smallest consumer: writes down what it is told, and recognises nothing, so that whatever
 * happens twice or in the wrong order shows.
 */
final class Notes implements Contribution<Incoming>, Consumer {
    static final String TOPIC = "notes";

    /** Texts that are refused for a business reason. */
    final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** The label of each message, and of the call that its consumer would make. */
    final List<String> labels = new CopyOnWriteArrayList<>();

    /** What consuming a message sends in its turn; nothing unless a test says so. */
    volatile Function<Incoming, Optional<Message>> onward = message -> Optional.empty();

    @Override
    public String topic() {
        return TOPIC;
    }

    @Override
    public Share consume(Incoming message) {
        labels.add(
                message.label()
                        + "/"
                        + CurrentCall.find().map(CallContext::grayLabel).orElse("none"));
        Part<Incoming> write = new Part<>(this, message);
        return onward.apply(message)
                .map(next ->
                        new Share(
                                List.of(
                                        write,
                                        new Part<>(
                                                new OutboxContribution(),
                                                new OutboxCommand.Send(next))),
                                List.of()))
                .orElseGet(() -> Share.of(write));
    }

    @Override
    public String name() {
        return TOPIC;
    }

    @Override
    public int order() {
        return 150;
    }

    @Override
    public Batch<Incoming> open(CommitContext context) {
        return new NoteBatch();
    }

    private final class NoteBatch implements Batch<Incoming> {
        private final List<Incoming> written = new ArrayList<>();

        @Override
        public void add(Incoming command) {}

        @Override
        public void lock(Statements statements) {}

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(Incoming command) {
            return Check.FRESH;
        }

        @Override
        public Answer apply(Incoming command, Answer soFar) {
            if (refused.contains(command.payload().text())) {
                return Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "note: not wanted");
            }
            written.add(command);
            return Answer.accepted();
        }

        @Override
        public void write(Statements statements) {
            if (written.isEmpty()) {
                return;
            }
            statements.update(
                    "insert into note (name, replay, position, text) select * from"
                            + " unnest(?::text[], ?::int[], ?::bigint[], ?::text[])",
                    parameters -> {
                        parameters.add(
                                written.stream().map(it -> it.key().name()).toArray(String[]::new));
                        parameters.add(
                                written.stream().mapToInt(it -> it.key().replay()).toArray());
                        parameters.add(written.stream().mapToLong(Incoming::position).toArray());
                        parameters.add(
                                written.stream()
                                        .map(it -> it.payload().text())
                                        .toArray(String[]::new));
                    },
                    written.size());
        }
    }
}
