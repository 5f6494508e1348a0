package io.feiqian.rpc;

import io.feiqian.vocabulary.Outcome;
import java.time.Duration;

/**
 * How a call to a cell ended. Whatever happened on the way, it is an outcome.
 *
 * @param <A> the response
 */
public sealed interface CellAnswer<A> {
    /** How it ended. */
    Outcome outcome();

    /**
     * The cell answered.
     *
     * @param response what it answered
     * @param outcome the response's own outcome
     */
    record Answered<A>(A response, Outcome outcome) implements CellAnswer<A> {}

    /**
     * No cell answered with a response of its own.
     *
     * @param outcome refused where certainly nothing happened, else unknown
     * @param retryAfter after what time it makes sense to try again; zero where it is not known
     */
    record Failed<A>(Outcome outcome, Duration retryAfter) implements CellAnswer<A> {
        /** Without a word on when to try again. */
        public Failed(Outcome outcome) {
            this(outcome, Duration.ZERO);
        }
    }
}
