package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static io.feiqian.governance.Bench.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a document would have done to calls that happened. */
final class DryRunTest {
    private static final Instant START = Instant.parse("2026-06-01T08:00:00Z");

    private static RecordedCall at(long millis, CallFacts call, OutcomeCode outcome) {
        return new RecordedCall(START.plusMillis(millis), call, Duration.ofMillis(30), outcome);
    }

    private static DryRun run(List<RecordedCall> calls, String... policies) {
        return DryRun.of(
                PolicyDocument.parse(Bench.document(1, policies)), Side.PROVIDER, calls, 1);
    }

    @Test
    void itSaysWhichCallsWouldHaveBeenRefusedAndByWhichRule() {
        List<RecordedCall> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(at(i * 10L, CALL.from("gateway"), OutcomeCode.ACCEPTED));
        }
        calls.add(at(55, CALL.from("stranger"), OutcomeCode.ACCEPTED));
        Collections.shuffle(calls, new Random(1));
        DryRun run =
                run(
                        calls,
                        policy("who", "\"access\": {\"allowCallers\": \"gateway\"}"),
                        policy("rate", "\"rate\": {\"perSecond\": 50, \"burst\": 1}"));

        assertThat(run.calls()).isEqualTo(101);
        assertThat(run.admitted()).isEqualTo(50);
        assertThat(run.others()).hasSize(51);
        assertThat(
                        run.others().stream()
                                .filter(each ->
                                        Bench.refused(each.decision()).policy().id().equals("who"))
                                .map(each -> each.call().call().caller()))
                .containsExactly("stranger");
        assertThat(run.policies()).extracting(PolicyReport::refused).containsExactly(50L, 1L);
    }

    @Test
    void callsInFlightAndFailedOnesCountAsTheyDidThen() {
        List<RecordedCall> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(at(i * 10L, CALL, OutcomeCode.UNKNOWN));
        }
        DryRun gate = run(calls, policy("gate", "\"concurrency\": {\"most\": 2}"));
        // Every 30 ms two of three.
        assertThat(gate.admitted()).isBetween(13, 14);

        DryRun breaker =
                run(calls, policy("b", "\"breaker\": {\"failures\": 0.5, \"minimumCalls\": 5}"));
        // The fifth ends at 70 ms, with which the eighth comes.
        assertThat(breaker.admitted()).isBetween(7, 8);
    }

    @Test
    void whatWouldHaveWaitedIsListedAndHappensLater() {
        List<RecordedCall> calls =
                List.of(at(0, CALL, OutcomeCode.ACCEPTED), at(1, CALL, OutcomeCode.ACCEPTED));
        DryRun run =
                run(
                        calls,
                        policy(
                                "rate",
                                "\"rate\": {\"perSecond\": 10, \"burst\": 1, \"excess\":"
                                        + " {\"queue\": {\"most\": 5, \"longest\": \"1s\"}}}"));
        assertThat(run.admitted()).isEqualTo(2);
        assertThat(run.others()).hasSize(1);
        assertThat(((Queued) run.others().get(0).decision()).await())
                .isEqualTo(Duration.ofMillis(99));
    }

    @Test
    void theSameCallsGiveTheSameAnswer() {
        List<RecordedCall> calls = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            calls.add(at(i, CALL, OutcomeCode.ACCEPTED));
        }
        String fault = policy("f", "\"fault\": {\"percent\": 10, \"error\": \"UNKNOWN\"}");
        assertThat(run(calls, fault)).isEqualTo(run(calls, fault));
    }
}
