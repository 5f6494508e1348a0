package io.feiqian.governance;

import io.feiqian.vocabulary.Outcome;
import org.jspecify.annotations.Nullable;

/** What is answered instead: always, or of what others refuse. */
final class DegradeCheck extends Check {
    private final Rule.Degrade rule;

    DegradeCheck(Policy policy, Rule.Degrade rule) {
        super(policy);
        this.rule = rule;
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        if (!rule.always()) {
            return null;
        }
        counters.degraded.increment();
        return new Decision.Degraded(ref(), rule.instead(), "");
    }

    /** What is answered instead of this refusal by a policy of this kind; null for the refusal. */
    @Nullable Decision instead(Rule.Kind kind, Decision.Refused refusal) {
        if (!rule.when().contains(kind)) {
            return null;
        }
        counters.degraded.increment();
        return new Decision.Degraded(
                ref(), rule.instead(), refusal.code() + " by " + refusal.outcome().message());
    }

    /** What is answered instead of this failure; null for the failure. */
    Decision.@Nullable Degraded instead(Outcome failure) {
        if (!rule.failures()) {
            return null;
        }
        counters.degraded.increment();
        return new Decision.Degraded(
                ref(), rule.instead(), failure.code() + ": " + failure.message());
    }

    @Override
    String state() {
        return rule.always()
                ? "always"
                : "when " + rule.when() + (rule.failures() ? " or failed" : "");
    }
}
