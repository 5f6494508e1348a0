package io.feiqian.rpc.spi;

import com.google.protobuf.Message;
import io.feiqian.vocabulary.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** What a rule says of a call. */
public sealed interface Ruling {
    /** The call goes on, wherever it likes, and nobody follows it. */
    Ruling GO = new Pass(CallWatch.NONE, InstanceFilter.ANY);

    /**
     * The call goes on.
     *
     * @param watch who follows it
     * @param instances where an outgoing call may go; where no such instance is listed the call is
     *     refused, so whoever wants a fallback to others lets them in
     */
    record Pass(CallWatch watch, InstanceFilter instances) implements Ruling {}

    /**
     * The call does not happen.
     *
     * @param refusal what its caller hears
     * @param retryAfter after what time it makes sense to try again; zero where it is not known
     */
    record Refuse(Outcome.Refused refusal, Duration retryAfter) implements Ruling {
        /** Without a word on when to try again. */
        public Refuse(Outcome.Refused refusal) {
            this(refusal, Duration.ZERO);
        }
    }

    /**
     * The call does not happen, and its caller hears this as if it had; only for calls with one
     * request and one answer.
     *
     * @param response of the type that the method answers
     */
    record Answer(Message response) implements Ruling {}

    /**
     * An outgoing call goes to another service or method instead, and nobody follows it there.
     *
     * @param service the service's name; empty for the same
     * @param method the bare name of a method of the same contract that takes the same request and
     *     gives the same answer; empty for the same
     */
    record Elsewhere(String service, String method) implements Ruling {
        /** The same method of another service. */
        public Elsewhere(String service) {
            this(service, "");
        }
    }

    /**
     * The call waits: in a queue, or because a delay is injected. Where its deadline passes
     * meanwhile it is refused as expired; only for calls with one request and one answer.
     *
     * @param ruling what holds then; a failure of the stage refuses the call as a fault
     */
    record Later(CompletionStage<Ruling> ruling) implements Ruling {}
}
