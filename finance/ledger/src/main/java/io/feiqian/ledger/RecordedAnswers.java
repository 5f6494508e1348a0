package io.feiqian.ledger;

import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/** The answers that rows stand for: what the first caller was told, and every later one. */
final class RecordedAnswers {
    private RecordedAnswers() {}

    /** What the row's first caller was told. */
    static Answer of(JournalRow row) {
        return row.refusal().isPresent() ? of(row.refusal().get()) : Answer.accepted(effect(row));
    }

    /** What the reservation's first caller was told. */
    static Answer of(HoldRow row) {
        return row.refusal().isPresent()
                ? of(row.refusal().get())
                : Answer.accepted(
                        new LedgerEffect.Reserved(
                                row.key(),
                                new AccountNumber(row.account()),
                                row.amount(),
                                BusinessDate.ofNumber(row.date())));
    }

    static Answer of(Refusal refusal) {
        return new Answer(Outcome.refused(refusal.code(), refusal.message()), null, false);
    }

    /** The answer to a repetition that is none: another content, or another initiator. */
    static Answer contentDiffers(Object key) {
        return Answer.refused(
                OutcomeCode.TRACE_CONTENT_DIFFERS,
                key
                        + ": used before with other content or by another cell"
                        + " (expected: the same request, or a new trace number)");
    }

    private static LedgerEffect effect(JournalRow row) {
        return switch (row.kind()) {
            case ACCOUNT_OPENED -> new LedgerEffect.Opened(new AccountNumber(row.debit()));
            case STATUS_SET ->
                    new LedgerEffect.StatusSet(
                            new AccountNumber(row.debit()),
                            AccountStatus.ofNumber((int) row.amount()));
            case TRANSFER,
                    DEPOSIT,
                    WITHDRAWAL,
                    INTERBANK,
                    INTEREST,
                    PENALTY_INTEREST,
                    FEE,
                    CARD,
                    REVERSAL ->
                    new Posted(
                            row.key(),
                            row.entry(),
                            row.kind(),
                            new AccountNumber(row.debit()),
                            new AccountNumber(row.credit()),
                            new Money(row.amount(), Currency.ofNumber(row.currency())),
                            row.debitAfter(),
                            row.creditAfter(),
                            BusinessDate.ofNumber(row.date()));
        };
    }
}
