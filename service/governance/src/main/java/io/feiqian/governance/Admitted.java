package io.feiqian.governance;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The call happens, and this is its permit: closed exactly once, with how the call ended, by
 * whichever thread; a second time has no effect. A permit that is never closed keeps its place
 * under limits on calls at a time.
 */
public final class Admitted implements Decision {
    private static final AtomicIntegerFieldUpdater<Admitted> CLOSED =
            AtomicIntegerFieldUpdater.newUpdater(Admitted.class, "closed");
    private static final Hold[] NONE = {};

    private final @Nullable Plan plan;
    private final Call call;
    private final Clock clock;
    private final @Nullable Hold[] holds;
    private int held;
    private int items;
    private long began;
    private volatile int closed;

    Admitted(@Nullable Plan plan, Call call, Clock clock, int mostHolds) {
        this.plan = plan;
        this.call = call;
        this.clock = clock;
        this.holds = mostHolds == 0 ? NONE : new Hold[mostHolds];
        this.items = call.items();
    }

    /** How many pieces of work are admitted: of a batch perhaps not all, else all. */
    public int items() {
        return items;
    }

    /** The call has ended so. */
    public void close(OutcomeCode outcome) {
        if (held > 0 && closed == 0 && CLOSED.compareAndSet(this, 0, 1)) {
            long now = clock.nanos();
            for (int i = held - 1; i >= 0; i--) {
                Hold each = holds[i];
                if (each != null) {
                    each.ended(now, now - began, outcome);
                }
            }
        }
    }

    /** The call did not happen, or nobody knows how it ended; it counts as neither good nor bad. */
    public void abandon() {
        if (held > 0 && closed == 0 && CLOSED.compareAndSet(this, 0, 1)) {
            for (int i = held - 1; i >= 0; i--) {
                Hold each = holds[i];
                if (each != null) {
                    each.abandoned();
                }
            }
        }
    }

    /**
     * What is answered instead where the call failed so, by a policy that says {@code "failure"};
     * empty for the failure itself. Empty too where something may have happened: that must neither
     * be done again elsewhere nor be covered up. Changes nothing of the permit.
     */
    public Optional<Decision.Degraded> instead(Outcome failure) {
        return plan == null
                        || failure instanceof Outcome.Unknown
                        || !Failures.isFailure(failure.code())
                ? Optional.empty()
                : Optional.ofNullable(plan.instead(call, failure));
    }

    Call call() {
        return call;
    }

    Clock clock() {
        return clock;
    }

    void hold(Hold hold) {
        holds[held++] = hold;
    }

    void admitOnly(int fewer) {
        items = fewer;
    }

    /** Asks the policies from here on. */
    Decision go(int from) {
        return plan == null ? this : plan.judge(this, from);
    }

    Decision begin() {
        if (held > 0) {
            began = clock.nanos();
        }
        return this;
    }
}
