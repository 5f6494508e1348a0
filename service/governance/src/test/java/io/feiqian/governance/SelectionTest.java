package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which policy is for a call. */
final class SelectionTest {
    private final Bench bench = new Bench();

    /** A policy that refuses what it is for, so that the refusal tells which one it was. */
    private static String no(String id, String applies) {
        return Bench.policy(
                id, "\"applies\": {" + applies + "}, \"access\": {\"denyTenants\": \"\"}");
    }

    private String who(Call call) {
        return bench.decide(call) instanceof Decision.Refused refused ? refused.policy().id() : "";
    }

    @Test
    void theMostSpecificPolicyIsApplied() {
        String service = "\"service\": \"feiqian.bank.Payments\"";
        bench.publish(
                1,
                no("all", ""),
                no("service", service),
                no("method", service + ", \"method\": \"Transfer\""),
                no("caller", "\"caller\": \"gateway\""),
                no("labelled", "\"labels\": {\"release\": \"b\"}"),
                no("amount", service + ", \"parameters\": {\"channel\": [\"atm\", \"web\"]}"));

        assertThat(who(CallFacts.of("other", "x"))).isEqualTo("all");
        assertThat(who(CallFacts.of(Bench.SERVICE, "Query"))).isEqualTo("service");
        assertThat(who(CALL)).isEqualTo("method");
        assertThat(who(CALL.from("gateway"))).as("two conditions").isEqualTo("method");
        assertThat(who(CallFacts.of("other", "x").from("gateway"))).isEqualTo("caller");
        assertThat(who(CallFacts.of("other", "x").from("gateway").labelled(Map.of("release", "b"))))
                .as("a label before a caller")
                .isEqualTo("labelled");
        assertThat(who(CALL.with(Map.of("channel", "web"))))
                .as("a parameter before a method")
                .isEqualTo("amount");
        assertThat(who(CALL.with(Map.of("channel", "mail")))).isEqualTo("method");
    }

    @Test
    void whatIsWrittenFirstMeansNothing() {
        String[] both = {
            no("caller", "\"caller\": \"gateway\""), no("tenant", "\"cell\": \"C01\"")
        };
        bench.publish(1, both);
        String one = who(CALL.from("gateway").toCell("C01"));
        bench.publish(2, both[1], both[0]);

        assertThat(one).isEqualTo("caller");
        assertThat(who(CALL.from("gateway").toCell("C01"))).isEqualTo(one);
    }

    @Test
    void policiesOfDifferentGroupsAreAllApplied() {
        bench.publish(
                1,
                Bench.policy("all", "\"rate\": {\"perSecond\": 1, \"burst\": 3}"),
                Bench.policy(
                        "each",
                        "\"group\": \"callers\", \"per\": \"caller\","
                                + " \"rate\": {\"perSecond\": 1, \"burst\": 2}"));

        assertThat(bench.passes(CALL.from("a"))).isTrue();
        assertThat(bench.passes(CALL.from("a"))).isTrue();
        assertThat(who(CALL.from("a"))).isEqualTo("each");
        assertThat(who(CALL.from("b"))).as("all used up").isEqualTo("all");
    }

    @Test
    void aPolicyIsAppliedAtItsSideOnly() {
        String atCaller =
                Bench.policy("p", "\"access\": {\"denyTenants\": \"\"}")
                        .replace("\"provider\"", "\"caller\"");
        bench.publish(1, atCaller);
        Bench caller = new Bench(GovernanceSetup.at(Side.CALLER));
        caller.publish(1, atCaller);

        assertThat(bench.passes(CALL)).isTrue();
        assertThat(bench.governance.report().policies()).isEmpty();
        assertThat(caller.passes(CALL)).isFalse();
    }

    @Test
    void aPolicyThatDidNotChangeKeepsWhatItHasCounted() {
        String slow = Bench.policy("slow", "\"rate\": {\"perSecond\": 1, \"burst\": 1}");
        bench.publish(1, slow);
        assertThat(bench.passes(CALL)).isTrue();

        bench.publish(2, slow, no("other", "\"service\": \"other\""));
        assertThat(bench.passes(CALL)).as("published again").isFalse();
        assertThat(bench.report("slow").refused()).isEqualTo(1);

        bench.publish(3, slow.replace("\"version\": 1", "\"version\": 2"));
        assertThat(bench.passes(CALL)).as("another version begins anew").isTrue();
    }

    @Test
    void whoIsInsideIsStillCountedUnderANewVersionOfTheLimit() {
        String two = Bench.policy("gate", "\"concurrency\": {\"most\": 2}");
        bench.publish(1, two);
        Admitted one = Bench.admitted(bench.decide(CALL));
        Bench.admitted(bench.decide(CALL));

        bench.publish(2, two.replace("\"version\": 1", "\"version\": 2").replace("2}", "1}"));
        assertThat(bench.passes(CALL)).isFalse();
        one.close(OutcomeCode.ACCEPTED);
        assertThat(bench.passes(CALL)).as("one of one is still inside").isFalse();
    }

    @Test
    void everyReportSaysWhichVersionWasHowOftenAndWhy() {
        bench.publish(
                7,
                Bench.policy("limit", "\"rate\": {\"perSecond\": 1, \"burst\": 2}")
                        .replace("\"version\": 1", "\"version\": 4"));
        for (int i = 0; i < 5; i++) {
            bench.passes(CALL);
        }
        Decision.Refused refused = Bench.refused(bench.decide(CALL));
        PolicyReport report = bench.report("limit");

        assertThat(bench.governance.report().version()).isEqualTo(7);
        assertThat(report.policy()).isEqualTo(new PolicyRef("limit", 4));
        assertThat(report.admitted()).isEqualTo(2);
        assertThat(report.refused()).isEqualTo(4);
        assertThat(report.lastWhy()).isEqualTo("more than 1.0 a second");
        assertThat(refused.code()).isEqualTo(OutcomeCode.RATE_LIMITED);
        assertThat(refused.outcome().message())
                .isEqualTo("policy limit v4: more than 1.0 a second");
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }
}
