package io.feiqian.governance;

import java.util.Optional;

/** A policy of labels, made ready for requests. Immutable. */
final class Labeller {
    private final Policy policy;
    private final LabelRule rule;
    private final long salt;

    Labeller(Policy policy, LabelRule rule) {
        this.policy = policy;
        this.rule = rule;
        this.salt = StableShare.hash(policy.ref().id());
    }

    Policy policy() {
        return policy;
    }

    String name() {
        return rule.name();
    }

    /** What the label is for this request; empty where it gets none. */
    Optional<String> value(Call call) {
        for (LabelRule.Share each : rule.rules()) {
            if (each.when().matchesRest(call)
                    && (each.percent() >= 100
                            || StableShare.isIn(call, each.of(), salt, each.percent()))) {
                return Optional.of(rule.value());
            }
        }
        return Optional.empty();
    }
}
