package io.feiqian.server;

import static java.util.Locale.ROOT;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.PolicyReport;
import io.feiqian.governance.Releases;
import io.feiqian.governance.Side;
import io.feiqian.governance.spi.LoadSource;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.ContractCheck;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.QuotaBorrower;
import io.feiqian.rpc.RpcClientConfig;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The policies of a process: follows the document of governance, borrows the shares of its quotas
 * from whoever lends, and counts what each policy did in the metric {@code feiqian.policy.calls},
 * by policy and {@code did}. Thread-safe.
 */
final class ServedPolicies implements AutoCloseable {
    private final QuotaBorrower quotas;
    private final Map<Side, Governance> sides = new EnumMap<>(Side.class);
    private final Clock clock;
    private final Timer timer;
    private final Releases releases = new Releases();
    private final MultiGauge counts;
    private final MultiGauge shares;

    /**
     * No policy yet.
     *
     * @param name the name of the process
     * @param applied the sides of calls that the process applies policies at
     */
    ServedPolicies(
            String name,
            Set<Side> applied,
            Registry registry,
            Clock clock,
            Timer timer,
            MeterRegistry metrics) {
        this.quotas =
                QuotaBorrower.start(
                        name,
                        registry,
                        new Channels(RpcClientConfig.DEFAULT),
                        clock,
                        timer,
                        Randomness.secure());
        for (Side each : applied) {
            sides.put(
                    each,
                    quotas.governance(
                            GovernanceSetup.at(each)
                                    .with(clock)
                                    .with(LoadSource.machine())
                                    .with(new ContractCheck())));
        }
        this.clock = clock;
        this.timer = timer;
        this.counts =
                MultiGauge.builder("feiqian.policy.calls")
                        .description("What policies did with calls since they came into force")
                        .register(metrics);
        this.shares =
                MultiGauge.builder("feiqian.quota.share")
                        .description("Calls a second that this process may use of a quota")
                        .register(metrics);
    }

    /**
     * What is asked for each call at one of the sides of this process.
     *
     * @param cell the cell that serves it; empty outside cells
     */
    CallPolicies rules(Side side, String cell) {
        return new GovernedCalls(of(side), releases, timer, Randomness.secure(), cell);
    }

    /** The releases by which this process's calls choose instances. */
    Releases releases() {
        return releases;
    }

    /** What is in force at one of the sides of this process. */
    Governance governance(Side side) {
        return of(side);
    }

    /**
     * What is asked for each call that this process serves, with a memory of what came.
     *
     * @param cell the cell that serves it; empty outside cells
     */
    ServedCalls served(String cell) {
        return new ServedCalls(rules(Side.PROVIDER, cell), cell, clock);
    }

    /**
     * Puts a document into force as a whole.
     *
     * @throws IllegalArgumentException where it contradicts what is in force; that stays then
     */
    void apply(GovernanceDocument document) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        List<MultiGauge.Row<?>> ofQuotas = new ArrayList<>();
        for (Side side : sides.keySet()) {
            Governance governance = of(side);
            Outcome outcome = governance.publish(document.document());
            if (!outcome.isAccepted()) {
                throw new IllegalArgumentException(outcome.message());
            }
            List<PolicyReport> policies = governance.report().policies();
            for (int i = 0; i < policies.size(); i++) {
                String policy = policies.get(i).policy().toString();
                rows.add(row(governance, policy, "admitted", i, PolicyReport::admitted));
                rows.add(row(governance, policy, "refused", i, PolicyReport::refused));
                rows.add(row(governance, policy, "queued", i, PolicyReport::queued));
                rows.add(row(governance, policy, "degraded", i, PolicyReport::degraded));
                rows.add(row(governance, policy, "faults", i, PolicyReport::faults));
            }
            for (String quota : governance.quotas().keySet()) {
                ofQuotas.add(
                        MultiGauge.Row.of(
                                Tags.of("quota", quota, "side", side.name().toLowerCase(ROOT)),
                                () -> quotas.share(side, quota)));
            }
        }
        counts.register(rows, true);
        shares.register(ofQuotas, true);
    }

    @Override
    public void close() {
        quotas.close();
    }

    private Governance of(Side side) {
        Governance found = sides.get(side);
        if (found == null) {
            throw new IllegalArgumentException(
                    "side: " + side + " (expected: one of " + sides.keySet() + ")");
        }
        return found;
    }

    private static MultiGauge.Row<?> row(
            Governance governance,
            String policy,
            String did,
            int index,
            ToLongFunction<PolicyReport> count) {
        return MultiGauge.Row.of(
                Tags.of("policy", policy, "did", did),
                () -> {
                    List<PolicyReport> now = governance.report().policies();
                    return index < now.size() ? count.applyAsLong(now.get(index)) : 0;
                });
    }
}
