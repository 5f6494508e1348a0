package io.feiqian.governance;

import io.feiqian.governance.spi.QuotaShares;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** This process's share of a quota. */
final class QuotaCheck extends Check {
    private final Rule.Quota rule;
    private final QuotaShares shares;
    private final Used used;

    /** What the policies of one quota have in common in this process. */
    static final class Used {
        private final Pace pace;
        private final LongAdder wanted = new LongAdder();

        Used(long nowNanos) {
            pace = new Pace(nowNanos);
        }

        long wanted() {
            return wanted.sum();
        }
    }

    QuotaCheck(Policy policy, Rule.Quota rule, QuotaShares shares, Used used) {
        super(policy);
        this.rule = rule;
        this.shares = shares;
        this.used = used;
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        used.wanted.add(passage.items());
        double share = share();
        if (share < 0.001) {
            return refuse(OutcomeCode.QUOTA_USED, "no share of quota " + rule.name(), 0);
        }
        long interval = Math.max(1, Math.round(1e9 / share));
        int burst = (int) Math.max(1, share / 10);
        long wait = used.pace.take(passage.clock().nanos(), passage.items(), interval, burst, 0);
        if (wait == 0) {
            counters.admitted.increment();
            return null;
        }
        return refuse(
                OutcomeCode.QUOTA_USED,
                "more than %.3f a second, this process's share of quota %s"
                        .formatted(share, rule.name()),
                -wait);
    }

    @Override
    String state() {
        return "share %.3f a second, %s".formatted(share(), shares.standing(rule.name()));
    }

    private double share() {
        return Math.min(
                rule.perSecond(), shares.perSecond(rule.name()).orElse(rule.withoutLease()));
    }
}
