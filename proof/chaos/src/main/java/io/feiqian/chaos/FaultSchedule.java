package io.feiqian.chaos;

import io.feiqian.runtime.Randomness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * When which fault happens: the same for the same seed and length. Kinds come in rounds, shuffled
 * in each, so that even a short run has every kind; pauses are sometimes longer than any lease.
 */
final class FaultSchedule {
    /** The first part of a run is without faults, so that there is something to lose. */
    private static final double QUIET_START = 0.06;

    /** The last part too, so that what comes back also works again. */
    private static final double QUIET_END = 0.10;

    private static final Duration USUAL_GAP = Duration.ofMillis(4_500);
    private static final long SHORTEST_PAUSE_MILLIS = 500;
    private static final int PAUSE_SPREAD_MILLIS = 5_500;
    private static final long LONG_PAUSE_MILLIS = 12_000;
    private static final int ONE_LONG_IN = 6;

    private FaultSchedule() {}

    /** The faults of these kinds of a run of this length, in order of time. */
    static List<Fault> of(long seed, Duration length, List<FaultKind> kinds) {
        Randomness random = Randomness.seeded(seed);
        long first = (long) (length.toMillis() * QUIET_START);
        long last = (long) (length.toMillis() * (1 - QUIET_END));
        int count = Math.max(kinds.size(), (int) ((last - first) / USUAL_GAP.toMillis()));
        List<Fault> faults = new ArrayList<>();
        List<FaultKind> round = new ArrayList<>();
        long step = Math.max(1, (last - first) / count);
        for (int i = 0; i < count; i++) {
            if (round.isEmpty()) {
                round.addAll(shuffled(kinds, random));
            }
            FaultKind kind = round.removeLast();
            long at = first + i * step + random.nextInt((int) step);
            faults.add(
                    new Fault(
                            kind,
                            random.nextInt(1_000),
                            Duration.ofMillis(at),
                            kind.isPause() ? pause(random, length) : Duration.ZERO));
        }
        return List.copyOf(faults);
    }

    private static List<FaultKind> shuffled(List<FaultKind> kinds, Randomness random) {
        List<FaultKind> some = new ArrayList<>(kinds);
        for (int i = some.size() - 1; i > 0; i--) {
            Collections.swap(some, i, random.nextInt(i + 1));
        }
        return some;
    }

    private static Duration pause(Randomness random, Duration length) {
        boolean isLong = random.nextInt(ONE_LONG_IN) == 0;
        long usual = SHORTEST_PAUSE_MILLIS + random.nextInt(PAUSE_SPREAD_MILLIS);
        long wanted = isLong ? LONG_PAUSE_MILLIS : usual;
        return Duration.ofMillis(Math.min(wanted, Math.max(1, length.toMillis() / 5)));
    }
}
