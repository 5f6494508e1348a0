package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.governance.Release.Counted;
import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.Release.Served;
import io.feiqian.runtime.Randomness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From A to B by steps, and back by itself. */
final class ReleaseTest {
    private static final Release.Plan PLAN =
            new Release.Plan(
                    List.of(1.0, 10.0, 50.0, 100.0), Duration.ofSeconds(60), 100, 0.01, 1.5);

    /** Both versions under 2,000 calls a second, with these shares of failures and latencies. */
    private static final class Traffic {
        final Randomness random;
        final double failingA;
        final double failingB;
        final long millisB;
        Served a = Served.NOTHING;
        Served b = Served.NOTHING;
        long now;

        Traffic(long seed, double failingA, double failingB, long millisB) {
            this.random = Randomness.seeded(seed);
            this.failingA = failingA;
            this.failingB = failingB;
            this.millisB = millisB;
        }

        Counted counted() {
            return new Counted(a, b);
        }

        Release second(Release release) {
            int toB = (int) (2_000 * release.percent() / 100);
            a = serve(a, 2_000 - toB, failingA, 20);
            b = serve(b, toB, failingB, millisB);
            now += 1_000_000_000L;
            return release.next(now, counted());
        }

        private Served serve(Served served, int calls, double failing, long millis) {
            int failed = 0;
            for (int i = 0; i < calls; i++) {
                failed += random.nextInt(100_000) < failing * 100_000 ? 1 : 0;
            }
            return new Served(
                    served.calls() + calls,
                    served.failed() + failed,
                    served.nanos() + calls * millis * 1_000_000L);
        }

        /** The percentages in their order, until it is over or ten minutes have passed. */
        List<Object> run() {
            Release release = Release.begin(PLAN, now, counted());
            List<Object> seen = new ArrayList<>(List.of(release.percent()));
            for (int i = 0; i < 600; i++) {
                release = second(release);
                if (!seen.get(seen.size() - 1).equals(release.percent())) {
                    seen.add(release.percent());
                }
                if (release.phase() == Phase.ROLLED_BACK || release.phase() == Phase.COMPLETE) {
                    break;
                }
            }
            seen.add(release.phase());
            return seen;
        }
    }

    @Test
    void aVersionThatIsNoWorseGoesThroughAllSteps() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(new Traffic(seed, 0.005, 0.006, 25).run())
                    .as("seed " + seed)
                    .containsExactly(1.0, 10.0, 50.0, 100.0, Phase.COMPLETE);
        }
    }

    @Test
    void oneThatFailsMoreOftenIsTakenBackAtItsFirstStep() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(new Traffic(seed, 0.005, 0.08, 20).run())
                    .as("seed " + seed)
                    .containsExactly(1.0, 0.0, Phase.ROLLED_BACK);
        }
    }

    @Test
    void oneThatIsSlowerIsTakenBack() {
        assertThat(new Traffic(1, 0, 0, 31).run()).containsExactly(1.0, 0.0, Phase.ROLLED_BACK);
    }

    @Test
    void oneThatFailsAltogetherIsTakenBackWithinSeconds() {
        Traffic traffic = new Traffic(1, 0, 1, 20);
        Release release = Release.begin(PLAN, 0, traffic.counted());
        release = traffic.second(release);

        assertThat(release.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(release.percent()).isZero();
        assertThat(release.why()).contains("B failed 20 of 20 calls");
        assertThat(traffic.second(release)).as("for good").isEqualTo(release);
    }

    @Test
    void oneThatFailsOnlyWhenAllCallItIsComparedWithWhatTheOldOneLastDid() {
        Release.Plan atOnce =
                new Release.Plan(List.of(50.0, 100.0), Duration.ofSeconds(5), 100, 0.01, 1.5);
        Traffic well = new Traffic(1, 0.005, 0.005, 20);
        Release release = Release.begin(atOnce, 0, well.counted());
        while (release.percent() < 100) {
            release = well.second(release);
        }
        Traffic badly = new Traffic(2, 0.005, 0.2, 20);
        badly.a = well.a;
        badly.b = well.b;
        badly.now = well.now;
        assertThat(badly.second(release).phase()).isEqualTo(Phase.ROLLED_BACK);
    }

    @Test
    void withoutCallsNothingIsConcluded() {
        Traffic traffic = new Traffic(1, 0, 0, 20);
        Release release = Release.begin(PLAN, 0, traffic.counted());
        release = release.next(Duration.ofHours(9).toNanos(), traffic.counted());

        assertThat(release.percent()).isEqualTo(1.0);
        assertThat(release.why()).isEqualTo("waits for calls: A 0, B 0 (expected: 100 each)");
    }

    @Test
    void anOperatorPausesResumesAndTakesBackAndPausedItStillGoesBackByItself() {
        Traffic traffic = new Traffic(1, 0, 0, 20);
        Release release = Release.begin(PLAN, 0, traffic.counted()).pause("lunch");
        for (int i = 0; i < 300; i++) {
            release = traffic.second(release);
        }
        assertThat(release.percent()).isEqualTo(1.0);

        Release resumed = release.resume(traffic.now, traffic.counted());
        for (int i = 0; i < 61; i++) {
            resumed = traffic.second(resumed);
        }
        assertThat(resumed.percent()).isEqualTo(10.0);
        assertThat(resumed.rollBack("no").percent()).isZero();

        Traffic bad = new Traffic(1, 0, 1, 20);
        assertThat(bad.second(Release.begin(PLAN, 0, bad.counted()).pause("lunch")).phase())
                .isEqualTo(Phase.ROLLED_BACK);
    }

    @Test
    void countersThatBeginAnewDoNotConfuseIt() {
        Traffic traffic = new Traffic(1, 0, 0, 20);
        Release release =
                Release.begin(
                        PLAN, 0, new Counted(new Served(9_000, 9, 1), new Served(9_000, 9_000, 1)));
        for (int i = 0; i < 61; i++) {
            release = traffic.second(release);
        }
        assertThat(release.percent()).isEqualTo(10.0);
    }

    @Test
    void aPlanWhoseStepsDoNotGrowIsRefused() {
        assertThatThrownBy(
                        () -> new Release.Plan(List.of(5.0, 5.0), Duration.ofSeconds(1), 1, 0, 1))
                .hasMessageContaining("expected: growing, up to 100");
    }
}
