package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Faults to order; which calls are hit depends on the seed and on how many came before. */
final class FaultCheck extends Check {
    private final Rule.Fault rule;
    private final long seed;
    private final AtomicLong number = new AtomicLong();

    FaultCheck(Policy policy, Rule.Fault rule, long seed) {
        super(policy);
        this.rule = rule;
        this.seed = seed ^ StableShare.hash(policy.ref().id());
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        long drawn = StableShare.mix(seed + number.getAndIncrement() * 0x9e3779b97f4a7c15L);
        if (StableShare.percent(drawn) >= rule.percent()) {
            counters.admitted.increment();
            return null;
        }
        counters.faults.increment();
        if (rule.what() instanceof Rule.Injection.Delay delay) {
            return new Queued(ref(), delay.length(), passage, next);
        }
        if (rule.what() instanceof Rule.Injection.Refusal error) {
            // Counted like a call that ended so: breakers are to see what they would see.
            passage.begin();
            passage.close(error.code());
            return new Decision.Failed(ref(), error.code());
        }
        passage.begin();
        passage.close(OutcomeCode.UNKNOWN);
        return new Decision.Aborted(ref());
    }
}
