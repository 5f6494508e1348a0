package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Place;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.Set;
import org.junit.jupiter.api.Test;

@Requirement({"D5.5-a", "M6.2-2", "M6.3-2"})
class CellAllocationTest {
    private static final Place HERE = new Place("a", "east");
    private static final Place NEAR = new Place("b", "east");
    private static final Place FAR = new Place("c", "west");

    private final Randomness random = Randomness.seeded(41);

    @Test
    @Requirement({"M6.3-4", "M6.6-6"})
    void theOwnCityComesFirstAndOthersOnlyWhereItIsOverloadedOrDown() {
        CellAllocation.Candidate one = candidate(1, HERE, true, 5, 0.5, false);
        CellAllocation.Candidate two = candidate(2, NEAR, true, 9, 0.7, false);
        CellAllocation.Candidate far = candidate(3, FAR, true, 0, 0, false);
        assertThat(chosen(List.of(one, two, far))).doesNotContainKey(id(3));

        CellAllocation.Candidate full = candidate(1, HERE, true, 5, 0.99, true);
        CellAllocation.Candidate down = candidate(2, NEAR, false, 0, 0, false);
        assertThat(chosen(List.of(full, two, far))).containsOnlyKeys(id(2));
        assertThat(chosen(List.of(full, down, far))).containsOnlyKeys(id(3));

        CellAllocation.Candidate farFull = candidate(3, FAR, true, 1, 0.97, true);
        assertThat(chosen(List.of(full, down, farFull)))
                .as("nobody is refused while one serves")
                .containsOnlyKeys(id(3));
        assertThat(CellAllocation.choose(List.of(down), HERE, random)).isEmpty();
    }

    @Test
    void theLessBusyOneForWhatItHasLeftIsChosen() {
        CellAllocation.Candidate busy = candidate(1, HERE, true, 50, 0, false);
        CellAllocation.Candidate idle = candidate(2, HERE, true, 10, 0, false);
        assertThat(chosen(List.of(busy, idle))).containsOnlyKeys(id(2));
        CellAllocation.Candidate bigger = candidate(1, HERE, true, 50, 0.3, false);
        CellAllocation.Candidate fuller = candidate(2, HERE, true, 10, 0.9, false);
        assertThat(chosen(List.of(bigger, fuller))).containsOnlyKeys(id(1));
    }

    @Test
    @Requirement("M6.3-3")
    void whatFollowsGoesToItsCellOrToItsFailover() {
        Optional<CellId> failover = Optional.of(id(2));
        assertThat(CellAllocation.follow(id(1), failover, Set.of(id(1), id(2))::contains))
                .contains(id(1));
        assertThat(CellAllocation.follow(id(1), failover, Set.of(id(2), id(3))::contains))
                .contains(id(2));
        assertThat(CellAllocation.follow(id(1), failover, Set.of(id(3))::contains)).isEmpty();
        assertThat(CellAllocation.follow(id(1), Optional.empty(), Set.of(id(3))::contains))
                .isEmpty();
    }

    @Test
    void theFailoverIsAnotherCellNearby() {
        List<CellAllocation.Candidate> cells =
                List.of(
                        candidate(1, HERE, true, 0, 0, false),
                        candidate(2, NEAR, true, 0, 0, false),
                        candidate(3, FAR, true, 0, 0, false));
        for (int i = 0; i < 200; i++) {
            CellAllocation.Choice choice = CellAllocation.choose(cells, HERE, random).orElseThrow();
            assertThat(choice.failover()).isPresent().isNotEqualTo(Optional.of(choice.elastic()));
            assertThat(choice.failover()).isNotEqualTo(Optional.of(id(3)));
        }
    }

    @Test
    void aCellAtTheEdgeOfOverloadDoesNotTurnTheTrafficAroundAllTheTime() {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        ReportedLoads loads = new ReportedLoads(clock);
        CellStanding standing = new CellStanding(id(1), HERE, true, 0, 100);
        int turns = 0;
        boolean before = false;
        for (int i = 0; i < 600; i++) {
            loads.reported(id(1), i % 20 < 10 ? 1.0 : 0.9);
            clock.advance(Duration.ofMillis(100));
            boolean now = loads.candidate(standing).overloaded();
            turns += now == before ? 0 : 1;
            before = now;
        }
        assertThat(turns).isEqualTo(1);
        clock.advance(Duration.ofSeconds(3));
        assertThat(loads.candidate(standing).overloaded()).as("what is old is forgotten").isFalse();
    }

    /**
     * Six gateways before four cells, one of them of half the size: all take the same part of what
     * they can do, in every second, though what they say of themselves is half a second old.
     */
    @Test
    void loadEvensOutAndNobodyFlaps() {
        Fleet fleet = new Fleet(7, 6, new int[] {80, 80, 80, 40});
        List<double[]> seconds = fleet.run(40, 0.8);
        for (double[] each : seconds.subList(5, seconds.size())) {
            double least = 1;
            double most = 0;
            for (double used : each) {
                least = Math.min(least, used);
                most = Math.max(most, used);
            }
            assertThat(most - least)
                    .as("used: %s", java.util.Arrays.toString(each))
                    .isLessThan(0.2);
        }
    }

    /** Requests of 50 ms come by chance to gateways of chance; cells do so many at once. */
    private static final class Fleet {
        private static final int MILLIS = 50;

        private final Randomness random;
        private final SettableClock clock = new SettableClock(Instant.EPOCH);
        private final int[] sizes;
        private final List<ReportedLoads> loads = new ArrayList<>();
        private final int[][] outstanding;
        private final int[] serving;
        private final List<Deque<Integer>> queues = new ArrayList<>();
        private final PriorityQueue<long[]> ends =
                new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
        private final Deque<double[]> reports = new ArrayDeque<>();

        Fleet(long seed, int gateways, int[] sizes) {
            this.random = Randomness.seeded(seed);
            this.sizes = sizes;
            this.outstanding = new int[gateways][sizes.length];
            this.serving = new int[sizes.length];
            for (int i = 0; i < gateways; i++) {
                loads.add(new ReportedLoads(clock));
            }
            for (int each : sizes) {
                queues.add(new ArrayDeque<>(each));
            }
        }

        List<double[]> run(int seconds, double used) {
            int room = java.util.Arrays.stream(sizes).sum();
            double perMilli = room * used / MILLIS;
            List<double[]> all = new ArrayList<>();
            double[] sums = new double[sizes.length];
            double due = 0;
            for (int milli = 1; milli <= seconds * 1_000; milli++) {
                clock.advance(Duration.ofMillis(1));
                due += perMilli * 2 * (random.nextInt(1_000) / 1_000.0);
                for (; due >= 1; due--) {
                    request(milli);
                }
                finish(milli);
                double[] now = new double[sizes.length];
                for (int cell = 0; cell < sizes.length; cell++) {
                    now[cell] = (double) serving[cell] / sizes[cell];
                    sums[cell] += now[cell] / 1_000;
                }
                reports.add(now);
                if (milli % 1_000 == 0) {
                    all.add(sums);
                    sums = new double[sizes.length];
                }
            }
            return all;
        }

        private void request(int milli) {
            int gateway = random.nextInt(loads.size());
            List<CellAllocation.Candidate> cells = new ArrayList<>();
            for (int cell = 0; cell < sizes.length; cell++) {
                cells.add(
                        loads.get(gateway)
                                .candidate(
                                        new CellStanding(
                                                id(cell + 1),
                                                HERE,
                                                true,
                                                outstanding[gateway][cell],
                                                100)));
            }
            int cell =
                    CellAllocation.choose(cells, HERE, random).orElseThrow().elastic().number() - 1;
            outstanding[gateway][cell]++;
            if (serving[cell] < sizes[cell]) {
                begin(cell, gateway, milli);
            } else {
                queues.get(cell).add(gateway);
            }
        }

        private void begin(int cell, int gateway, int milli) {
            serving[cell]++;
            ends.add(new long[] {milli + MILLIS, cell, gateway});
        }

        private void finish(int milli) {
            double[] old = reports.size() > 500 ? reports.removeFirst() : null;
            while (!ends.isEmpty() && ends.peek()[0] <= milli) {
                long[] end = ends.remove();
                int cell = (int) end[1];
                int gateway = (int) end[2];
                serving[cell]--;
                outstanding[gateway][cell]--;
                if (old != null) {
                    loads.get(gateway).reported(id(cell + 1), old[cell]);
                }
                if (!queues.get(cell).isEmpty()) {
                    begin(cell, queues.get(cell).remove(), milli);
                }
            }
        }
    }

    private Map<CellId, Integer> chosen(List<CellAllocation.Candidate> cells) {
        Map<CellId, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            chosen.merge(
                    CellAllocation.choose(cells, HERE, random).orElseThrow().elastic(),
                    1,
                    Integer::sum);
        }
        return chosen;
    }

    private static CellAllocation.Candidate candidate(
            int cell, Place place, boolean serves, int outstanding, double load, boolean full) {
        return new CellAllocation.Candidate(
                new CellStanding(id(cell), place, serves, outstanding, 100),
                load == 0 ? OptionalDouble.empty() : OptionalDouble.of(load),
                full);
    }

    private static CellId id(int number) {
        return new CellId(number);
    }
}
