package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static io.feiqian.governance.Bench.admitted;
import static io.feiqian.governance.Bench.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.spi.QuotaShares;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Limits hold within what they say. */
final class LimitsTest {
    @Test
    @Requirement("P6.2.3-c")
    void notMoreThanTheRateAndOneBurstPassInAnyStretchOfTime() {
        Bench bench = Bench.with("\"rate\": {\"perSecond\": 50, \"burst\": 10}");
        List<Long> passed = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (bench.passes(CALL)) {
                passed.add(bench.clock.nanos());
            }
            // A pause now and then, after which a burst may come.
            bench.clock.advance(Duration.ofMillis(i % 1_000 == 999 ? 2_000 : 1));
        }
        for (int from = 0; from < passed.size(); from++) {
            for (int to = from; to < Math.min(passed.size(), from + 200); to++) {
                double seconds = (passed.get(to) - passed.get(from)) / 1e9;
                assertThat((double) (to - from + 1)).isLessThanOrEqualTo(10 + 50 * seconds + 1e-6);
            }
        }
        assertThat(passed.size()).as("and hardly fewer").isGreaterThan(20 * 50);
    }

    @Test
    @Requirement("P6.2.2.5-h")
    void whatIsTooMuchWaitsForItsTurnWithinABoundOfNumberAndTime() {
        Bench bench =
                Bench.with(
                        "\"rate\": {\"perSecond\": 10, \"burst\": 1, \"excess\":"
                                + " {\"queue\": {\"most\": 3, \"longest\": \"250ms\"}}}");
        admitted(bench.decide(CALL));
        Queued first = (Queued) bench.decide(CALL);
        Queued second = (Queued) bench.decide(CALL);

        assertThat(first.await()).isEqualTo(Duration.ofMillis(100));
        assertThat(second.await()).isEqualTo(Duration.ofMillis(200));
        Decision.Refused third = refused(bench.decide(CALL));
        assertThat(third.retryAfter()).as("beyond 250 ms").isEqualTo(Duration.ofMillis(300));

        bench.clock.advance(Duration.ofMillis(100));
        admitted(first.resume()).close(OutcomeCode.ACCEPTED);
        assertThat(bench.report("p").queued()).isEqualTo(2);
    }

    @Test
    void aQueueHasABoundOfNumberToo() {
        Bench bench =
                Bench.with(
                        "\"rate\": {\"perSecond\": 10, \"burst\": 1, \"excess\":"
                                + " {\"queue\": {\"most\": 3, \"longest\": \"1m\"}}}");
        admitted(bench.decide(CALL));
        for (int i = 0; i < 3; i++) {
            assertThat(bench.decide(CALL)).isInstanceOf(Queued.class);
        }
        refused(bench.decide(CALL));
    }

    @Test
    void whoseDeadlineIsBeforeItsTurnIsRefusedAtOnce() {
        Bench bench =
                Bench.with(
                        "\"rate\": {\"perSecond\": 10, \"burst\": 1, \"excess\":"
                                + " {\"queue\": {\"most\": 9, \"longest\": \"1m\"}}}");
        admitted(bench.decide(CALL));

        refused(bench.decide(CALL.within(Duration.ofMillis(99))));
        assertThat(bench.decide(CALL.within(Duration.ofMillis(100)))).isInstanceOf(Queued.class);
    }

    @Test
    @Requirement("P6.2.2.5-h")
    void ofABatchAsMuchIsAdmittedAsThereIsRoomFor() {
        Bench bench =
                Bench.with("\"rate\": {\"perSecond\": 10, \"burst\": 30, \"excess\": \"partial\"}");

        assertThat(admitted(bench.decide(CALL.ofItems(20))).items()).isEqualTo(20);
        assertThat(admitted(bench.decide(CALL.ofItems(20))).items()).isEqualTo(10);
        refused(bench.decide(CALL.ofItems(20)));
        bench.clock.advance(Duration.ofMillis(500));
        assertThat(admitted(bench.decide(CALL.ofItems(20))).items()).isEqualTo(5);
    }

    @Test
    void aBatchAboveTheBurstIsAdmittedWhenNothingIsOwedAndThenOwed() {
        Bench bench = Bench.with("\"rate\": {\"perSecond\": 10, \"burst\": 5}");

        admitted(bench.decide(CALL.ofItems(20)));
        bench.clock.advance(Duration.ofMillis(1_500));
        refused(bench.decide(CALL));
        bench.clock.advance(Duration.ofMillis(100));
        admitted(bench.decide(CALL));
    }

    @Test
    void newValuesBeyondTheBoundShareOneLimitAndIdleOnesAreForgotten() {
        Bench bench = Bench.with("\"per\": \"caller\", \"rate\": {\"perSecond\": 1, \"burst\": 1}");
        for (int i = 0; i < Split.MOST; i++) {
            assertThat(bench.passes(CALL.from("caller " + i))).isTrue();
        }
        assertThat(bench.passes(CALL.from("one more"))).isTrue();
        assertThat(bench.passes(CALL.from("and another"))).as("they share one limit").isFalse();

        bench.clock.advance(Duration.ofSeconds(2));
        assertThat(bench.passes(CALL.from("one more"))).isTrue();
        assertThat(bench.passes(CALL.from("and another"))).as("one of its own").isTrue();
    }

    @Test
    void notMoreCallsAtATimeThanTheLimitWhoeverComesTogether() throws Exception {
        Bench bench = Bench.with("\"concurrency\": {\"most\": 5}");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(
                        threads.submit(() -> {
                            for (int n = 0; n < 5_000; n++) {
                                if (bench.decide(CALL) instanceof Admitted permit) {
                                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                    Thread.onSpinWait();
                                    inside.decrementAndGet();
                                    done.incrementAndGet();
                                    permit.close(OutcomeCode.ACCEPTED);
                                    permit.close(OutcomeCode.ACCEPTED);
                                }
                            }
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(most.get()).isLessThanOrEqualTo(5);
        assertThat(done.get()).isPositive();
        assertThat(bench.report("p").state()).isEqualTo("0 of 5 in flight");
    }

    @Test
    void whatAnotherPolicyRefusesDoesNotKeepItsPlace() {
        Bench bench = new Bench();
        bench.publish(
                1,
                Bench.policy("gate", "\"concurrency\": {\"most\": 1}"),
                Bench.policy("break", "\"breaker\": {\"failures\": 0.5, \"minimumCalls\": 1}"),
                Bench.policy("fault", "\"fault\": {\"percent\": 100, \"error\": \"ABORTED\"}"));

        for (int i = 0; i < 5; i++) {
            assertThat(bench.decide(CALL)).isInstanceOf(Decision.Failed.class);
        }
        assertThat(bench.report("gate").state()).isEqualTo("0 of 1 in flight");
    }

    @Test
    void aQuotaIsUsedAtTheShareOfThisNode() {
        double[] share = {20};
        QuotaShares shares =
                quota -> share[0] < 0 ? OptionalDouble.empty() : OptionalDouble.of(share[0]);
        Bench bench = new Bench(GovernanceSetup.at(Side.PROVIDER).with(shares));
        bench.publish(
                1,
                Bench.policy(
                        "p",
                        "\"quota\": {\"name\": \"q\", \"perSecond\": 100, \"withoutLease\": 5}"));

        assertThat(perSecond(bench)).isBetween(20, 22);
        share[0] = 40;
        assertThat(perSecond(bench)).isBetween(39, 44);
        share[0] = -1;
        perSecond(bench);
        assertThat(perSecond(bench)).as("without a lease").isBetween(5, 6);
        assertThat(bench.governance.wanted("q")).isEqualTo(4_000);
        share[0] = 0;
        assertThat(refused(bench.decide(CALL)).code()).isEqualTo(OutcomeCode.QUOTA_USED);
    }

    private static int perSecond(Bench bench) {
        int passed = 0;
        for (int i = 0; i < 1_000; i++) {
            bench.clock.advance(Duration.ofMillis(1));
            passed += bench.passes(CALL) ? 1 : 0;
        }
        return passed;
    }
}
