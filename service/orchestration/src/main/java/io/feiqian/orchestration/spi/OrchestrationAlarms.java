package io.feiqian.orchestration.spi;

import io.feiqian.vocabulary.TraceNumber;

/**
 * Who is told that an operator should look. Called on the engine's threads: it must not block, and
 * may be told the same again after a crash. Row: P6.3.3-b.
 */
@FunctionalInterface
public interface OrchestrationAlarms {
    /** Why. */
    enum Kind {
        /** A step or a reversal gets no definite answer; it is asked for ever. */
        UNANSWERED,
        /** A step that only goes forward is refused again and again; it is tried for ever. */
        REFUSED_AGAIN,
        /** A reversal is refused, which it never should be; it is tried for ever. */
        REVERSAL_REFUSED,
        /** It failed behind its point of no return and waits for an operator. */
        STOPPED,
        /** Rows that cannot be read or a definition that is not there: it cannot be taken up. */
        UNREADABLE
    }

    /** Something hangs. */
    void raise(Kind kind, TraceNumber trace, String message);
}
