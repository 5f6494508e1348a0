package io.feiqian.server;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.PolicyReport;
import io.feiqian.governance.Report;
import io.feiqian.governance.Side;
import io.feiqian.governance.spi.LoadSource;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.ServedCalls;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The policies of what a process serves: follows the document of governance and counts what each
 * policy did in the metric {@code feiqian.policy.calls}, by policy and {@code did}. Thread-safe.
 */
final class ServedPolicies {
    private final Governance governance;
    private final ServedCalls rules;
    private final MultiGauge counts;

    ServedPolicies(Clock clock, Timer timer, MeterRegistry metrics) {
        this.governance =
                Governance.of(
                        GovernanceSetup.at(Side.PROVIDER).with(clock).with(LoadSource.machine()));
        this.rules =
                new ServedCalls(new GovernedCalls(governance, timer, Randomness.secure()), clock);
        this.counts =
                MultiGauge.builder("feiqian.policy.calls")
                        .description("What policies did with calls since they came into force")
                        .register(metrics);
    }

    /** What the server asks for each call. */
    CallPolicies rules() {
        return rules;
    }

    /** What came, and what became of it. */
    ServedCalls served() {
        return rules;
    }

    /** What is in force here, and what it has done. */
    Report report() {
        return governance.report();
    }

    /**
     * Puts a document into force as a whole.
     *
     * @throws IllegalArgumentException where it contradicts what is in force; that stays then
     */
    void apply(GovernanceDocument document) {
        Outcome outcome = governance.publish(document.document());
        if (!outcome.isAccepted()) {
            throw new IllegalArgumentException(outcome.message());
        }
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        List<PolicyReport> policies = governance.report().policies();
        for (int i = 0; i < policies.size(); i++) {
            String policy = policies.get(i).policy().toString();
            rows.add(row(policy, "admitted", i, PolicyReport::admitted));
            rows.add(row(policy, "refused", i, PolicyReport::refused));
            rows.add(row(policy, "queued", i, PolicyReport::queued));
            rows.add(row(policy, "degraded", i, PolicyReport::degraded));
            rows.add(row(policy, "faults", i, PolicyReport::faults));
        }
        counts.register(rows, true);
    }

    private MultiGauge.Row<?> row(
            String policy, String did, int index, ToLongFunction<PolicyReport> count) {
        return MultiGauge.Row.of(
                Tags.of("policy", policy, "did", did),
                () -> {
                    List<PolicyReport> now = governance.report().policies();
                    return index < now.size() ? count.applyAsLong(now.get(index)) : 0;
                });
    }
}
