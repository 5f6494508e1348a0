package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static io.feiqian.governance.Bench.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a new document would have done to calls that were kept, beside the one in force. */
final class DryRunComparisonTest {
    private static final Instant START = Instant.parse("2026-06-01T08:00:00Z");

    private static SampledCall sample(long millis, CallFacts call, int standsFor) {
        return new SampledCall(
                new RecordedCall(
                        START.plusMillis(millis),
                        call,
                        Duration.ofMillis(30),
                        OutcomeCode.ACCEPTED),
                true,
                standsFor);
    }

    private static PolicyDocument document(String... policies) {
        return PolicyDocument.parse(Bench.document(1, policies));
    }

    private static DryRunComparison compare(
            PolicyDocument before, PolicyDocument after, List<List<SampledCall>> calls) {
        return DryRunComparison.of(before, after, Side.PROVIDER, calls, 1);
    }

    @Test
    void itSaysWhatOnlyTheNewDocumentWouldHaveRefusedAndWhatItWouldLetIn() {
        List<SampledCall> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(sample(i * 100L, CALL.from(i % 4 == 0 ? "batch" : "gateway"), 1));
        }
        // What was refused then is a call all the same.
        calls.add(
                new SampledCall(
                        new RecordedCall(
                                START.plusMillis(50),
                                CALL.from("stranger"),
                                Duration.ZERO,
                                OutcomeCode.NOT_PERMITTED),
                        false,
                        1));
        DryRunComparison found =
                compare(
                        document(policy("who", "\"access\": {\"denyCallers\": \"stranger\"}")),
                        document(policy("new", "\"access\": {\"denyCallers\": \"batch\"}")),
                        List.of(calls));

        assertThat(found.calls()).isEqualTo(41);
        assertThat(found.refusedBefore()).isEqualTo(1);
        assertThat(found.refusedAfter()).isEqualTo(10);
        assertThat(found.newlyRefused()).isEqualTo(10);
        assertThat(found.newlyAdmitted()).isEqualTo(1);
        assertThat(found.changes())
                .extracting(
                        DryRunComparison.Change::caller,
                        DryRunComparison.Change::policy,
                        DryRunComparison.Change::calls)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("batch", "new v1", 10L),
                        org.assertj.core.groups.Tuple.tuple("stranger", "who v1", 1L));
        assertThat(found.policies()).extracting(PolicyReport::refused).containsExactly(10L);
    }

    @Test
    void aLimitMeetsAsManyCallsAsTheSamplesStandFor() {
        PolicyDocument limit =
                document(policy("rate", "\"rate\": {\"perSecond\": 100, \"burst\": 1}"));
        List<SampledCall> whole = new ArrayList<>();
        List<SampledCall> sampled = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            whole.add(sample(i * 2L, CALL, 1));
            if (i % 16 == 0) {
                sampled.add(sample(i * 2L, CALL, 16));
            }
        }
        long exact = compare(PolicyDocument.NONE, limit, List.of(whole)).newlyRefused();
        DryRunComparison estimated = compare(PolicyDocument.NONE, limit, List.of(sampled));

        assertThat(exact).isEqualTo(3_200);
        assertThat(estimated.calls()).isEqualTo(4_000);
        assertThat(estimated.kept()).isEqualTo(250);
        assertThat(estimated.newlyRefused()).isBetween(3_150L, 3_250L);
    }

    @Test
    void everyProcessHasLimitsOfItsOwn() {
        PolicyDocument gate = document(policy("gate", "\"concurrency\": {\"most\": 1}"));
        List<SampledCall> one = List.of(sample(0, CALL, 1), sample(10, CALL, 1));
        List<SampledCall> other = List.of(sample(5, CALL, 1));

        DryRunComparison found = compare(PolicyDocument.NONE, gate, List.of(one, other));
        assertThat(found.newlyRefused()).isEqualTo(1);
        assertThat(found.policies()).extracting(PolicyReport::admitted).containsExactly(2L);
    }

    @Test
    void whatCannotBeJudgedIsNamedAndRefusesNothing() {
        DryRunComparison found =
                compare(
                        PolicyDocument.NONE,
                        document(
                                policy(
                                        "form",
                                        "\"schema\": {\"check\": true, \"fields\": {\"a\": {}}}"),
                                policy("busy", "\"overload\": {\"cpu\": 0.5}"),
                                policy(
                                        "each",
                                        "\"per\": \"parameter:payer\", \"rate\": {\"perSecond\": 1,"
                                                + " \"burst\": 1}")),
                        List.of(List.of(sample(0, CALL, 1), sample(1, CALL, 1))));

        assertThat(found.newlyRefused()).isZero();
        assertThat(found.notJudged())
                .extracting(each -> each.policy().id() + " " + each.why())
                .containsExactly("form PARAMETERS", "busy LOAD", "each PARAMETERS");
    }

    @Test
    void withoutCallsNothingIsSaid() {
        DryRunComparison found =
                compare(PolicyDocument.NONE, PolicyDocument.NONE, List.of(List.of()));
        assertThat(found.calls()).isZero();
        assertThat(found.from()).isEqualTo(Instant.EPOCH);
    }
}
