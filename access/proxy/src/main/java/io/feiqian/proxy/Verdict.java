package io.feiqian.proxy;

import java.util.Map;

/** What a guard says of a request. */
public sealed interface Verdict {
    /**
     * It goes on.
     *
     * @param caller who asks
     * @param answerHeaders headers that its answer gets, by name
     */
    record Admitted(Caller caller, Map<String, String> answerHeaders) implements Verdict {}

    /**
     * It is answered at once: a refusal, or what browsers ask before they ask.
     *
     * @param answer the answer
     */
    record Answered(HttpAnswer answer) implements Verdict {}
}
