package io.feiqian.iso20022;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;

/**
 * What became of a transaction, in the words of a status report.
 *
 * @param code ACSC for done, RJCT for nothing happened and nothing will, PDNG for not known
 * @param reason a code of the external list of status reasons; empty where it is done
 * @param text more in words, at most 105 characters; may be empty
 * @param reference the trace number; empty where it has none
 */
record Status(Code code, String reason, String text, Optional<String> reference) {
    /** The longest text that a report takes. */
    private static final int LONGEST = 105;

    /** Statuses of a transaction or a group. */
    enum Code {
        /** The payer's account is debited; what is left is done without fail. */
        ACSC,
        /** Some of a group are done, some refused. */
        PART,
        /** Not known yet; the same file, sent again, finds out. */
        PDNG,
        /** Nothing happened. */
        RJCT
    }

    /** Cuts the text to what a report takes. */
    Status {
        text = text.length() > LONGEST ? text.substring(0, LONGEST - 1) + "…" : text;
    }

    /** Refused before anything was tried. */
    static Status of(IsoRefusal refusal) {
        return new Status(Code.RJCT, refusal.reason(), refusal.text(), Optional.empty());
    }

    /** As the bank's outcome says. */
    static Status of(Outcome outcome, String reference) {
        return switch (outcome) {
            case Outcome.Accepted _ -> new Status(Code.ACSC, "", "", Optional.of(reference));
            case Outcome.Unknown(var message) ->
                    new Status(Code.PDNG, "AB06", message, Optional.of(reference));
            case Outcome.Refused(var code, var message) ->
                    new Status(
                            Code.RJCT,
                            reason(code),
                            code.number() + " " + code + ": " + message,
                            Optional.of(reference));
        };
    }

    /** The reason of the external list that says what this code says. */
    static String reason(OutcomeCode code) {
        return switch (code) {
            case INSUFFICIENT_FUNDS -> "AM04";
            case INVALID_AMOUNT, AMOUNT_OVERFLOW -> "AM12";
            case UNKNOWN_CURRENCY, CURRENCY_MISMATCH -> "AM03";
            case INVALID_ACCOUNT_NUMBER, UNKNOWN_ACCOUNT -> "AC01";
            case ACCOUNT_CLOSED -> "AC04";
            case ACCOUNT_FROZEN -> "AC06";
            case WRONG_ACCOUNT_CLASS, SAME_ACCOUNT, NOT_PERMITTED, CREDIT_ONLY, QUARANTINED ->
                    "AG01";
            case TRACE_CONTENT_DIFFERS -> "AM05";
            case TRACE_EXPIRED, TRACE_IN_FUTURE -> "DT01";
            case OVERLOADED, CELL_UNAVAILABLE, DATABASE_UNAVAILABLE, DAY_CLOSED -> "ED05";
            default -> "MS03";
        };
    }

    /** The status of a group whose transactions ended so. */
    static Code ofGroup(long done, long refused, long pending) {
        if (pending > 0) {
            return Code.PDNG;
        }
        if (refused == 0) {
            return Code.ACSC;
        }
        return done == 0 ? Code.RJCT : Code.PART;
    }
}
