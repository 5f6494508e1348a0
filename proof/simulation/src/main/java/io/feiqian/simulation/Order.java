package io.feiqian.simulation;

import io.feiqian.ledger.AccountStatus;
import io.feiqian.ledger.ContentDigest;
import io.feiqian.ledger.EntryKind;
import io.feiqian.participant.Content;
import io.feiqian.simulation.audit.Request;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/** What a client asks the bank for. */
sealed interface Order {
    /** The trace number. */
    TraceNumber trace();

    /** The digest of the content. */
    long digest();

    /**
     * Money moves.
     *
     * @param trace the trace number, at home in the payer's slot
     * @param kind what it is about
     * @param payer whom it is taken from
     * @param payee whom it is given to
     * @param minor how much
     * @param original the transaction that is taken back, for reversals only
     */
    record Move(
            TraceNumber trace,
            EntryKind kind,
            AccountNumber payer,
            AccountNumber payee,
            long minor,
            Optional<TraceNumber> original)
            implements Order {
        Money amount() {
            return new Money(minor, Currency.CNY);
        }

        @Override
        public long digest() {
            return ContentDigest.ofMovement(kind, payer, payee, amount(), "", original);
        }

        /** The same with another amount under the same trace number: it must not be executed. */
        Move withAmount(long other) {
            return new Move(trace, kind, payer, payee, other, original);
        }

        /** As the auditor notes it. */
        Request request() {
            return new Request(
                    trace.toString(),
                    payer.number(),
                    payee.number(),
                    minor,
                    original.map(TraceNumber::toString));
        }

        /** As a branch carries it. */
        Content content() {
            return Content.ofText(
                    kind.number()
                            + ":"
                            + payer.number()
                            + ":"
                            + payee.number()
                            + ":"
                            + minor
                            + original.map(each -> ":" + each.head() + ":" + each.serial())
                                    .orElse(""));
        }

        /** What {@link #content} wrote. */
        static Move read(TraceNumber trace, Content content) {
            String[] fields = content.text().split(":", -1);
            return new Move(
                    trace,
                    EntryKind.ofNumber(Integer.parseInt(fields[0])),
                    new AccountNumber(Long.parseLong(fields[1])),
                    new AccountNumber(Long.parseLong(fields[2])),
                    Long.parseLong(fields[3]),
                    fields.length == 4
                            ? Optional.empty()
                            : Optional.of(
                                    new TraceNumber(
                                            Long.parseLong(fields[4]), Long.parseLong(fields[5]))));
        }
    }

    /**
     * An account's status is set.
     *
     * @param trace the trace number, at home in the account's slot
     * @param account the account
     * @param status the new status
     */
    record SetStatus(TraceNumber trace, AccountNumber account, AccountStatus status)
            implements Order {
        @Override
        public long digest() {
            return ContentDigest.begin(EntryKind.STATUS_SET)
                    .add(account.number())
                    .add(status.number())
                    .end();
        }
    }
}
