package io.feiqian.governance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A change from version A to version B, step by step, which stops and goes back by itself when B
 * fails more often or is slower than A. A pure state machine: it is given the time and what was
 * counted, and says which percentage of the customers B serves. Immutable.
 *
 * @param plan how
 * @param phase what it is in
 * @param step the number of the step, from 0
 * @param sinceNanos when the step began
 * @param before what was counted when it began
 * @param lastOfA what A did in the last step in which it served enough calls
 * @param why why it is in this phase, for people
 */
public record Release(
        Plan plan,
        Phase phase,
        int step,
        long sinceNanos,
        Counted before,
        Optional<Served> lastOfA,
        String why) {
    /** So many failures say something, however few calls there were. */
    private static final int TELLING_FAILURES = 5;

    /** How improbable bad luck must be to be believed, in standard deviations. */
    private static final double SIGMAS = 3;

    /** What a release can be in. */
    public enum Phase {
        /** B serves the percentage of the step. */
        RUNNING,
        /** The same, and no further step is taken until an operator resumes. */
        PAUSED,
        /** B serves nobody; final. */
        ROLLED_BACK,
        /** B serves everybody and has done so for the time of the last step; final. */
        COMPLETE
    }

    /**
     * How a release goes.
     *
     * @param steps percentages, growing
     * @param observe how long each step lasts at least
     * @param minimumCalls how many calls of B say enough about a step
     * @param moreFailures by how much B's share of failed calls may be above A's
     * @param slower how many times A's mean latency B's may be
     */
    public record Plan(
            List<Double> steps,
            Duration observe,
            int minimumCalls,
            double moreFailures,
            double slower) {
        /** Refuses steps that do not grow. */
        public Plan {
            steps = List.copyOf(steps);
            double last = 0;
            for (double each : steps) {
                if (each <= last || each > 100) {
                    throw new IllegalArgumentException(
                            "steps: " + steps + " (expected: growing, up to 100)");
                }
                last = each;
            }
            if (steps.isEmpty() || minimumCalls < 1 || observe.isNegative() || observe.isZero()) {
                throw new IllegalArgumentException(
                        "plan: %s, %s, %d calls (expected: steps, a time, at least 1 call)"
                                .formatted(steps, observe, minimumCalls));
            }
            if (moreFailures < 0 || moreFailures > 1 || slower < 1) {
                throw new IllegalArgumentException(
                        "plan: moreFailures %s, slower %s (expected: 0 to 1, and >= 1)"
                                .formatted(moreFailures, slower));
            }
        }
    }

    /**
     * What a version has served.
     *
     * @param calls all of them
     * @param failed those that failed
     * @param nanos the time of all of them together
     */
    public record Served(long calls, long failed, long nanos) {
        /** Nothing. */
        public static final Served NOTHING = new Served(0, 0, 0);

        /** What came since then; after a restart of the counters, all that is counted. */
        Served since(Served then) {
            return calls < then.calls || failed < then.failed
                    ? this
                    : new Served(calls - then.calls, failed - then.failed, nanos - then.nanos);
        }

        double failures() {
            return calls == 0 ? 0 : (double) failed / calls;
        }

        double meanNanos() {
            return calls == 0 ? 0 : (double) nanos / calls;
        }
    }

    /**
     * What both versions have served so far, as their counters say.
     *
     * @param a the old version
     * @param b the new version
     */
    public record Counted(Served a, Served b) {}

    /** A release that begins now, with its first step. */
    public static Release begin(Plan plan, long nowNanos, Counted counted) {
        return new Release(plan, Phase.RUNNING, 0, nowNanos, counted, Optional.empty(), "begun");
    }

    /** The percentage of the customers that B serves. */
    public double percent() {
        return phase == Phase.ROLLED_BACK ? 0 : plan.steps.get(step);
    }

    /** What becomes of it, by what was counted until now. Ask every second or so. */
    public Release next(long nowNanos, Counted counted) {
        if (phase == Phase.ROLLED_BACK || phase == Phase.COMPLETE) {
            return this;
        }
        Served b = counted.b.since(before.b);
        Served stepOfA = counted.a.since(before.a);
        // At 100 % nobody calls A any more: B is then compared with what A last did.
        Optional<Served> a = stepOfA.calls >= plan.minimumCalls ? Optional.of(stepOfA) : lastOfA;
        Optional<String> worse = a.flatMap(each -> worse(each, b));
        if (worse.isPresent()) {
            return in(Phase.ROLLED_BACK, worse.get(), a);
        }
        if (phase == Phase.PAUSED) {
            return this;
        }
        if (nowNanos - sinceNanos < plan.observe.toNanos()) {
            return this;
        }
        if (b.calls < plan.minimumCalls || a.isEmpty()) {
            return in(
                    Phase.RUNNING,
                    "waits for calls: A %d, B %d (expected: %d each)"
                            .formatted(stepOfA.calls, b.calls, plan.minimumCalls),
                    a);
        }
        if (step + 1 == plan.steps.size()) {
            return in(Phase.COMPLETE, "no worse than A at every step", a);
        }
        return new Release(
                plan, Phase.RUNNING, step + 1, nowNanos, counted, a, "no worse than A so far");
    }

    /** The same without further steps; it still goes back by itself. */
    public Release pause(String reason) {
        return phase == Phase.RUNNING ? in(Phase.PAUSED, reason, lastOfA) : this;
    }

    /** Goes on; the step is observed anew. */
    public Release resume(long nowNanos, Counted counted) {
        return phase == Phase.PAUSED
                ? new Release(plan, Phase.RUNNING, step, nowNanos, counted, lastOfA, "resumed")
                : this;
    }

    /** B serves nobody any more, because an operator says so. Not after it is complete. */
    public Release rollBack(String reason) {
        return phase == Phase.COMPLETE ? this : in(Phase.ROLLED_BACK, reason, lastOfA);
    }

    private Optional<String> worse(Served a, Served b) {
        double expected = b.calls * Math.min(1, a.failures() + plan.moreFailures);
        if ((b.failed >= TELLING_FAILURES || b.calls >= plan.minimumCalls)
                && b.failed > expected + SIGMAS * Math.sqrt(expected)) {
            return Optional.of(
                    "B failed %d of %d calls, A %.2f %% (expected: at most %.2f points more)"
                            .formatted(
                                    b.failed,
                                    b.calls,
                                    100 * a.failures(),
                                    100 * plan.moreFailures));
        }
        if (b.calls >= plan.minimumCalls && b.meanNanos() > a.meanNanos() * plan.slower) {
            return Optional.of(
                    "B took %.1f ms, A %.1f ms (expected: at most %s times as long)"
                            .formatted(b.meanNanos() / 1e6, a.meanNanos() / 1e6, plan.slower));
        }
        return Optional.empty();
    }

    private Release in(Phase newPhase, String newWhy, Optional<Served> ofA) {
        return new Release(plan, newPhase, step, sinceNanos, before, ofA, newWhy);
    }
}
