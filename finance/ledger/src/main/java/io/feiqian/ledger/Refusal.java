package io.feiqian.ledger;

import io.feiqian.vocabulary.OutcomeCode;

/**
 * A refusal for business reasons, as it is recorded: enough to say the same words again.
 *
 * @param code why
 * @param concerns the account or 0
 */
public record Refusal(OutcomeCode code, long concerns) {
    /** Refuses codes that are not final. */
    public Refusal {
        if (!code.isFinal() || code == OutcomeCode.ACCEPTED) {
            throw new IllegalArgumentException("code: " + code + " (expected: a final refusal)");
        }
    }

    /** What a person reads; the same at the first call and at every repetition. */
    public String message() {
        return concerns == 0 ? words() : "account %016d: %s".formatted(concerns, words());
    }

    private String words() {
        return switch (code) {
            case UNKNOWN_ACCOUNT -> "there is none (expected: an account of this cell)";
            case CURRENCY_MISMATCH -> "kept in another currency (expected: the amount's currency)";
            case ACCOUNT_CLOSED -> "closed (expected: an open account)";
            case ACCOUNT_FROZEN -> "frozen (expected: an open account)";
            case INSUFFICIENT_FUNDS -> "balance, holds and overdraft limit do not allow it";
            case BALANCE_OVERFLOW ->
                    "its balance would be beyond " + Movement.LARGEST + " minor units";
            case ACCOUNT_NOT_EMPTY -> "has a balance (expected: 0 before it is closed)";
            case ACCOUNT_BUSY -> "has unfinished reservations (expected: none before it is closed)";
            case UNKNOWN_TRANSACTION -> "original: no entry has this number in this cell";
            case NOT_REVERSIBLE ->
                    "original: refused, a reversal, or between other accounts"
                            + " (expected: a movement the other way round)";
            case REVERSAL_EXCEEDS_ORIGINAL ->
                    "the parts taken back would exceed the original movement";
            default -> "refused: " + code;
        };
    }
}
