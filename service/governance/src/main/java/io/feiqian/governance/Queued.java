package io.feiqian.governance;

import java.time.Duration;

/**
 * The call waits: until its turn under a limit, or because of an ordered delay. Nothing here waits;
 * whoever applies it does, without a thread or on a virtual one, and then calls {@link #resume}
 * once, or {@link #abandon} where nobody wants the answer any more.
 */
public final class Queued implements Decision {
    private final PolicyRef policy;
    private final Duration wait;
    private final Admitted passage;
    private final int next;

    Queued(PolicyRef policy, Duration wait, Admitted passage, int next) {
        this.policy = policy;
        this.wait = wait;
        this.passage = passage;
        this.next = next;
    }

    /** Which policy says so. */
    public PolicyRef policy() {
        return policy;
    }

    /** How long; never longer than the policy's bound or the call's deadline. */
    public Duration await() {
        return wait;
    }

    /** What the other policies say, once the time has passed. It may be another wait. */
    public Decision resume() {
        return passage.go(next);
    }

    /** Gives back what the call holds. Its turn is lost to everybody. */
    public void abandon() {
        passage.abandon();
    }

    @Override
    public String toString() {
        return "Queued[" + policy + ", " + wait + "]";
    }
}
