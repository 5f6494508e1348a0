package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static io.feiqian.governance.Bench.admitted;
import static io.feiqian.governance.Bench.policy;
import static io.feiqian.governance.Bench.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who may call, what is answered instead, what is looked at, which faults are ordered. */
final class AnswersTest {
    private final Bench bench = new Bench();

    @Test
    @Requirement({"P6.2.3-h", "P6.2.3-j"})
    void listsOfServicesAndOfMethodsSayWhoMayCall() {
        bench.publish(
                1,
                policy(
                        "service",
                        "\"applies\": {\"service\": \"feiqian.bank.Payments\"},"
                                + " \"access\": {\"allowCallers\": [\"gateway\", \"batch\"],"
                                + " \"denyTenants\": \"old\"}"),
                policy(
                        "method",
                        "\"applies\": {\"service\": \"feiqian.bank.Payments\","
                                + " \"method\": \"Reverse\"},"
                                + " \"access\": {\"allowCallers\": \"batch\"}"));
        CallFacts reverse = CallFacts.of(Bench.SERVICE, "Reverse");

        assertThat(bench.passes(CALL.from("gateway"))).isTrue();
        assertThat(bench.passes(reverse.from("batch"))).isTrue();
        assertThat(refused(bench.decide(reverse.from("gateway"))).code())
                .isEqualTo(OutcomeCode.NOT_PERMITTED);
        assertThat(bench.passes(CALL.from("stranger"))).isFalse();
        assertThat(bench.passes(CALL)).as("nobody in particular").isFalse();
        assertThat(bench.passes(CALL.from("gateway").ofTenant("old"))).isFalse();
    }

    @Test
    @Requirement({"P6.2.2.5-d", "P6.2.3-d"})
    void anOpenBreakerSwitchesToTheFallbackAndBack() {
        bench.publish(
                1,
                policy(
                        "break",
                        "\"breaker\": {\"failures\": 0.5, \"minimumCalls\": 2, \"probes\": 1,"
                                + " \"openFor\": \"1s\"}"),
                policy(
                        "instead",
                        "\"degrade\": {\"when\": \"breaker\", \"instead\": {\"answer\":"
                                + " {\"balance\": \"not known\"}}}"));
        bench.run(CALL, Duration.ZERO, OutcomeCode.UNKNOWN);
        bench.run(CALL, Duration.ZERO, OutcomeCode.UNKNOWN);

        Decision.Degraded degraded = (Decision.Degraded) bench.decide(CALL);
        assertThat(degraded.instead())
                .isEqualTo(new Fallback.Answer("{\"balance\":\"not known\"}"));
        assertThat(degraded.because()).contains("CIRCUIT_OPEN").contains("break v1");
        assertThat(bench.report("instead").degraded()).isEqualTo(1);

        bench.clock.advance(Duration.ofSeconds(1));
        assertThat(bench.run(CALL, Duration.ZERO, OutcomeCode.ACCEPTED)).isTrue();
        assertThat(bench.passes(CALL)).isTrue();
    }

    @Test
    @Requirement({"P6.2.2.5-d", "P6.2.3-d"})
    void byHandEveryCallIsAnsweredByTheFallback() {
        bench.publish(
                1,
                policy(
                        "hand",
                        "\"degrade\": {\"when\": \"always\", \"instead\": {\"service\":"
                                + " \"feiqian.bank.Backup\"}}"));
        assertThat(bench.decide(CALL))
                .isEqualTo(
                        new Decision.Degraded(
                                new PolicyRef("hand", 1),
                                new Fallback.Service("feiqian.bank.Backup"),
                                ""));
    }

    @Test
    void whoMayNotAskIsNotAnsweredByTheFallback() {
        bench.publish(
                1,
                policy("access", "\"access\": {\"allowCallers\": \"gateway\"}"),
                policy(
                        "hand",
                        "\"degrade\": {\"when\": \"always\", \"instead\": {\"method\": \"Old\"}}"));

        refused(bench.decide(CALL));
        assertThat(bench.decide(CALL.from("gateway"))).isInstanceOf(Decision.Degraded.class);
    }

    @Test
    @Requirement("P6.2.3-k")
    void aSchemaIsCheckedWhileItsSwitchIsOn() {
        String on =
                policy(
                        "schema",
                        "\"schema\": {\"check\": true, \"fields\": {\"account\":"
                                + " {\"pattern\": \"[0-9]{16}\"}, \"text\": {\"required\": false,"
                                + " \"mostChars\": 5}}}");
        bench.publish(1, on);
        CallFacts good = CALL.with(Map.of("account", "1234567890123456"));

        assertThat(bench.passes(good)).isTrue();
        Decision.Refused missing = refused(bench.decide(CALL));
        assertThat(missing.code()).isEqualTo(OutcomeCode.AGAINST_SCHEMA);
        assertThat(missing.why()).isEqualTo("account: not there (expected: a value)");
        assertThat(refused(bench.decide(CALL.with(Map.of("account", "1")))).why())
                .isEqualTo("account: of another form (expected: [0-9]{16})");
        assertThat(bench.passes(CALL.with(Map.of("account", "1234567890123456", "text", "longer"))))
                .isFalse();

        bench.publish(
                2,
                on.replace("true, \"f", "false, \"f").replace("\"version\": 1", "\"version\": 2"));
        assertThat(bench.passes(CALL)).as("switched off").isTrue();
    }

    @Test
    @Requirement("P6.2.3-k")
    void aNamedSchemaIsLookedAtByWhoKnowsIt() {
        Bench known =
                new Bench(
                        GovernanceSetup.at(Side.PROVIDER)
                                .with((schema, call) ->
                                        schema.equals("v2") ? "" : "field 3: not known"));
        String policy = policy("schema", "\"schema\": {\"check\": true, \"name\": \"v1\"}");
        known.publish(1, policy);
        assertThat(refused(known.decide(CALL)).why()).isEqualTo("field 3: not known");
        known.publish(2, policy.replace("v1", "v2").replace("\"version\": 1", "\"version\": 2"));
        assertThat(known.passes(CALL)).isTrue();

        bench.publish(1, policy);
        assertThat(refused(bench.decide(CALL)).why())
                .as("a process that knows no schema does not pretend to check")
                .contains("expected: one that this process knows");
    }

    @Test
    @Requirement("P6.2.3-g")
    void faultsHitTheShareThatIsOrderedAndTheSameCallsForTheSameSeed() {
        String half =
                policy(
                        "fault",
                        "\"applies\": {\"labels\": {\"test\": \"yes\"}},"
                                + " \"fault\": {\"percent\": 25, \"error\": \"UNKNOWN\"}");
        CallFacts marked = CALL.labelled(Map.of("test", "yes"));
        List<List<Boolean>> runs = new ArrayList<>();
        for (long seed : new long[] {5, 5, 6}) {
            Bench seeded = new Bench(GovernanceSetup.at(Side.PROVIDER).seeded(seed));
            seeded.publish(1, half);
            List<Boolean> hit = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                hit.add(seeded.decide(marked) instanceof Decision.Failed);
                assertThat(seeded.passes(CALL)).as("without the label").isTrue();
            }
            runs.add(hit);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
        assertThat(runs.get(0).stream().filter(each -> each).count()).isBetween(900L, 1_100L);
    }

    @Test
    @Requirement("P6.2.3-g")
    void faultsDelayRefuseAndBreakOff() {
        bench.publish(1, policy("late", "\"fault\": {\"percent\": 100, \"delay\": \"2s\"}"));
        Queued late = (Queued) bench.decide(CALL);
        assertThat(late.await()).isEqualTo(Duration.ofSeconds(2));
        admitted(late.resume());
        assertThat(bench.report("late").faults()).isEqualTo(1);

        bench.publish(
                2, policy("error", "\"fault\": {\"percent\": 100, \"error\": \"DATABASE_FULL\"}"));
        assertThat(((Decision.Failed) bench.decide(CALL)).outcome().code())
                .isEqualTo(OutcomeCode.DATABASE_FULL);

        bench.publish(3, policy("abort", "\"fault\": {\"percent\": 100, \"abort\": true}"));
        assertThat(bench.decide(CALL)).isEqualTo(new Decision.Aborted(new PolicyRef("abort", 1)));
    }

    @Test
    void aBreakerSeesOrderedFaultsAsItWouldSeeRealOnes() {
        bench.publish(
                1,
                policy("break", "\"breaker\": {\"failures\": 0.5, \"minimumCalls\": 3}"),
                policy("fault", "\"fault\": {\"percent\": 100, \"error\": \"UNKNOWN\"}"));
        for (int i = 0; i < 3; i++) {
            assertThat(bench.decide(CALL)).isInstanceOf(Decision.Failed.class);
        }
        assertThat(refused(bench.decide(CALL)).code()).isEqualTo(OutcomeCode.CIRCUIT_OPEN);
    }
}
