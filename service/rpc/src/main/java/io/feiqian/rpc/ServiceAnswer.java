package io.feiqian.rpc;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.Status;

/**
 * How a call to a service ended. Whatever happened on the way, it is an outcome.
 *
 * @param <A> the response
 */
public sealed interface ServiceAnswer<A> {
    /** How it ended. */
    Outcome outcome();

    /**
     * The response, of whatever outcome; where a failure is ignored, the response's default value.
     *
     * @throws RefusedException where certainly nothing happened
     * @throws UnknownAnswerException where it is not known whether something happened
     */
    A response();

    /**
     * An instance answered, or a rule did in its place.
     *
     * @param response what it answered
     * @param outcome the response's own outcome; accepted where it has none
     */
    record Answered<A>(A response, Outcome outcome) implements ServiceAnswer<A> {}

    /**
     * There is no response.
     *
     * @param outcome refused where certainly nothing happened, else unknown
     * @param status what the network or the service's method said last; {@link Status#OK} where it
     *     was not asked
     */
    record Failed<A>(Outcome outcome, Status status) implements ServiceAnswer<A> {
        @Override
        public A response() {
            if (outcome instanceof Outcome.Refused refusal) {
                throw new RefusedException(refusal.code(), refusal.message());
            }
            throw new UnknownAnswerException(outcome.message());
        }
    }

    /**
     * There is no response, and the policy says that it does not matter ({@link
     * FaultTolerance#FAIL_SAFE}).
     *
     * @param response the default value of the response
     * @param outcome how the call really ended
     */
    record Ignored<A>(A response, Outcome outcome) implements ServiceAnswer<A> {}
}
