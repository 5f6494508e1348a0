package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A policy in force, with what it counts. Outlives snapshots as long as its policy does not change.
 */
abstract class Check {
    private final Policy policy;
    private final boolean always;
    final Counters counters = new Counters();

    Check(Policy policy) {
        this.policy = policy;
        this.always = policy.selector().isDecidedByMethod();
    }

    Policy policy() {
        return policy;
    }

    PolicyRef ref() {
        return policy.ref();
    }

    boolean isFor(Call call) {
        return always || policy.selector().matchesRest(call);
    }

    /**
     * What becomes of the call; null where this policy lets it pass.
     *
     * @param next where the call goes on if it has to wait
     */
    abstract @Nullable Decision judge(Admitted passage, int next);

    /** How many holds it may leave on a call. */
    int holds() {
        return 0;
    }

    /** What it is in, for people. */
    String state() {
        return "";
    }

    final Decision refuse(OutcomeCode code, String why, long retryAfterNanos) {
        counters.refused.increment();
        counters.lastWhy = why;
        return new Decision.Refused(
                code, ref(), why, Duration.ofNanos(Math.max(0, retryAfterNanos)));
    }

    final Decision queue(Admitted passage, long waitNanos, int next) {
        counters.queued.increment();
        return new Queued(ref(), Duration.ofNanos(waitNanos), passage, next);
    }

    final PolicyReport report() {
        return new PolicyReport(
                ref(),
                policy.kind(),
                counters.admitted.sum(),
                counters.refused.sum(),
                counters.queued.sum(),
                counters.degraded.sum(),
                counters.faults.sum(),
                state(),
                counters.lastWhy);
    }
}
