package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a decision costs. The bounds are far above what is measured, and far below what a call
 * costs.
 */
final class CostTest {
    private static final int CALLS = 2_000_000;

    /** So fast that no rate is used up: what is admitted is measured, not what is refused. */
    private static final Clock FAST =
            new Clock() {
                @Override
                public Instant now() {
                    return Clock.system().now();
                }

                @Override
                public long nanos() {
                    return Clock.system().nanos() * 50;
                }
            };

    private static final String TYPICAL =
            String.join(
                    ",",
                    Bench.policy("access", "\"access\": {\"allowCallers\": [\"gateway\", \"b\"]}"),
                    Bench.policy("load", "\"overload\": {\"cpu\": 0.9}"),
                    Bench.policy(
                            "instead",
                            "\"degrade\": {\"when\": \"breaker\", \"instead\":"
                                    + " {\"answer\": {}}}"),
                    Bench.policy("breaker", "\"breaker\": {\"failures\": 0.5}"),
                    Bench.policy("rate", "\"rate\": {\"perSecond\": 1000000, \"burst\": 1000000}"),
                    Bench.policy("gate", "\"concurrency\": {\"most\": 100}"));

    @Test
    void aDecisionCostsAFractionOfACall() {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("no policies", "");
        cases.put(
                "one rate limit",
                Bench.policy("r", "\"rate\": {\"perSecond\": 1000000," + " \"burst\": 1000000}"));
        cases.put(
                "one rate limit per caller",
                Bench.policy(
                        "r",
                        "\"per\": \"caller\","
                                + " \"rate\": {\"perSecond\": 1000000, \"burst\": 1000000}"));
        cases.put(
                "one adaptive limit",
                Bench.policy("r", "\"concurrency\": {\"most\": 100," + " \"adaptive\": {}}"));
        cases.put("access, overload, fallback, breaker, rate, concurrency", TYPICAL);
        cases.forEach((name, policies) -> {
            Governance governance = Governance.of(GovernanceSetup.at(Side.PROVIDER).with(FAST));
            assertThat(governance.publish(Bench.document(1, policies)).message()).isEmpty();
            CallFacts call = Bench.CALL.from("gateway");
            run(governance, call);
            double[] nanos = new double[5];
            double bytes = 0;
            for (int i = 0; i < nanos.length; i++) {
                double[] cost = run(governance, call);
                nanos[i] = cost[0];
                bytes = cost[1];
            }
            Arrays.sort(nanos);
            System.out.printf("cost of %s: %.0f ns, %.0f bytes%n", name, nanos[2], bytes);
            assertThat(nanos[0]).as(name).isLessThan(3_000);
            assertThat(bytes).as(name).isLessThan(200);
        });
    }

    private static double[] run(Governance governance, CallFacts call) {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Clock clock = Clock.system();
        long bytes = thread.getCurrentThreadAllocatedBytes();
        long began = clock.nanos();
        int admitted = 0;
        for (int i = 0; i < CALLS; i++) {
            if (governance.decide(call) instanceof Admitted permit) {
                admitted++;
                permit.close(OutcomeCode.ACCEPTED);
            }
        }
        double took = (double) (clock.nanos() - began);
        assertThat(admitted).isEqualTo(CALLS);
        return new double[] {
            took / CALLS, (double) (thread.getCurrentThreadAllocatedBytes() - bytes) / CALLS
        };
    }
}
