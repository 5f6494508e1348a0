package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import org.jspecify.annotations.Nullable;

/** Who may call. */
final class AccessCheck extends Check {
    private final Rule.Access rule;

    AccessCheck(Policy policy, Rule.Access rule) {
        super(policy);
        this.rule = rule;
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        String caller = passage.call().caller();
        String tenant = passage.call().tenant();
        if (rule.denyCallers().contains(caller)
                || !(rule.allowCallers().isEmpty() || rule.allowCallers().contains(caller))) {
            return refuse(
                    OutcomeCode.NOT_PERMITTED,
                    "caller \"" + caller + "\" (expected: one that the list admits)",
                    0);
        }
        if (rule.denyTenants().contains(tenant)
                || !(rule.allowTenants().isEmpty() || rule.allowTenants().contains(tenant))) {
            return refuse(
                    OutcomeCode.NOT_PERMITTED,
                    "tenant \"" + tenant + "\" (expected: one that the list admits)",
                    0);
        }
        counters.admitted.increment();
        return null;
    }
}
