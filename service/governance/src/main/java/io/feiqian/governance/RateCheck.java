package io.feiqian.governance;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import org.jspecify.annotations.Nullable;

/** A limit on calls a second. */
final class RateCheck extends Check {
    private final Rule.Rate rule;
    private final long interval;
    private final Split<Pace> paces;

    RateCheck(Policy policy, Rule.Rate rule, Clock clock) {
        super(policy);
        this.rule = rule;
        this.interval = Math.max(1, Math.round(1e9 / rule.perSecond()));
        this.paces =
                new Split<>(
                        policy.per(),
                        () -> new Pace(clock.nanos()),
                        pace -> pace.isIdle(clock.nanos()));
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        long now = passage.clock().nanos();
        Pace pace = paces.of(passage.call(), now);
        if (rule.excess() instanceof Rule.Excess.Partial && passage.items() > 1) {
            int some = pace.takeSome(now, passage.items(), interval, rule.burst());
            if (some == 0) {
                return refuse(OutcomeCode.RATE_LIMITED, why(), interval);
            }
            if (some < passage.items()) {
                counters.lastWhy =
                        "of a batch of %d, %d were admitted: %s"
                                .formatted(passage.items(), some, why());
                passage.admitOnly(some);
            }
            counters.admitted.increment();
            return null;
        }
        long wait = pace.take(now, passage.items(), interval, rule.burst(), longest(passage));
        if (wait == 0) {
            counters.admitted.increment();
            return null;
        }
        return wait > 0
                ? queue(passage, wait, next)
                : refuse(OutcomeCode.RATE_LIMITED, why(), -wait);
    }

    /** Whoever would come too late, or stand too far behind, is refused at once. */
    private long longest(Admitted passage) {
        if (rule.excess() instanceof Rule.Excess.Queue queue) {
            return Math.min(
                    Math.min(queue.longest().toNanos(), queue.most() * interval),
                    passage.call().remainingNanos());
        }
        return 0;
    }

    private String why() {
        return "more than "
                + rule.perSecond()
                + " a second"
                + (policy().per().isEmpty() ? "" : " per " + String.join(", ", policy().per()));
    }
}
