package io.feiqian.orchestration;

import java.util.Optional;

/**
 * What is on record of one call. Immutable.
 *
 * @param number its sub-number, in the last round
 * @param order its place in the order in which calls ended, from 1; reversals run against it
 * @param standing what is known of it
 * @param attempts how often this round was asked in vain
 * @param reversed whether its reversal is durable
 * @param reverseAttempts how often the reversal was asked in vain
 * @param output its answer in JSON, where the definition keeps it
 * @param code why it failed, or the last code that came; empty where it went well
 * @param message the same for people
 */
public record StepRecord(
        StepNumber number,
        int order,
        StepStanding standing,
        int attempts,
        boolean reversed,
        int reverseAttempts,
        Optional<String> output,
        String code,
        String message) {
    /** Nothing is known yet. */
    static StepRecord open(StepNumber number, int order) {
        return new StepRecord(
                number, order, StepStanding.OPEN, 0, false, 0, Optional.empty(), "", "");
    }

    StepRecord ended(int newOrder, StepStanding end, Failure failure) {
        return new StepRecord(
                number,
                newOrder,
                end,
                attempts,
                reversed,
                reverseAttempts,
                output,
                failure.code(),
                failure.message());
    }

    StepRecord done(int newOrder, Optional<String> answer) {
        return new StepRecord(
                number,
                newOrder,
                StepStanding.DONE,
                attempts,
                reversed,
                reverseAttempts,
                answer,
                "",
                "");
    }

    StepRecord askedInVain(Failure failure) {
        return new StepRecord(
                number,
                order,
                standing,
                attempts + 1,
                reversed,
                reverseAttempts,
                output,
                failure.code(),
                failure.message());
    }

    StepRecord nextRound(Failure failure) {
        return new StepRecord(
                number.withRound(number.round() + 1),
                order,
                StepStanding.OPEN,
                0,
                reversed,
                reverseAttempts,
                output,
                failure.code(),
                failure.message());
    }

    StepRecord reversalAskedInVain(Failure failure) {
        return new StepRecord(
                number,
                order,
                standing,
                attempts,
                reversed,
                reverseAttempts + 1,
                output,
                code.isEmpty() ? failure.code() : code,
                failure.message());
    }

    StepRecord asReversed() {
        return new StepRecord(
                number, order, standing, attempts, true, reverseAttempts, output, code, message);
    }

    /** Whether a reversal is still owed, if the call has one. */
    boolean owesReversal(Step.Call call) {
        return !reversed && standing.mayHaveEffect() && call.undo().kind() == Undo.Kind.REVERSE;
    }
}
