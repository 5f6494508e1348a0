package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.spi.LoadSource;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/** Limits that find themselves, against a model of a service: so many workers and a queue. */
final class AdaptiveSimulationTest {
    private static final long MS = 1_000_000L;

    /** A service with workers, each of which takes a random time for a call; others wait. */
    private static final class Service {
        private record Done(long at, long came, Admitted permit) {}

        final Bench bench;
        final Randomness random;
        int workers;
        double meanNanos;
        final Deque<Done> waiting = new ArrayDeque<>();
        final PriorityQueue<Done> working = new PriorityQueue<>(Comparator.comparingLong(Done::at));
        final List<Long> took = new ArrayList<>();
        final Map<Priority, int[]> counts = new EnumMap<>(Priority.class);
        double busyNanos;

        Service(Bench bench, long seed, int workers, double meanNanos) {
            this.bench = bench;
            this.random = Randomness.seeded(seed);
            this.workers = workers;
            this.meanNanos = meanNanos;
        }

        /** Exponential. */
        long draw(double mean) {
            return (long) (-mean * Math.log((random.nextInt(1_000_000) + 1) / 1_000_001.0));
        }

        void run(Duration length, double perSecond, double ofPayments) {
            took.clear();
            counts.clear();
            long end = bench.clock.nanos() + length.toNanos();
            long next = bench.clock.nanos() + draw(1e9 / perSecond);
            while (bench.clock.nanos() < end) {
                Done first = working.peek();
                if (first != null && first.at <= next) {
                    moveTo(first.at);
                    working.remove();
                    first.permit.close(OutcomeCode.ACCEPTED);
                    took.add(first.at - first.came);
                    begin();
                } else {
                    moveTo(next);
                    arrive(random.nextInt(1_000) < ofPayments * 1_000);
                    next += draw(1e9 / perSecond);
                }
            }
        }

        private void arrive(boolean payment) {
            Priority priority = payment ? Priority.HIGH : Priority.NORMAL;
            int[] count = counts.computeIfAbsent(priority, any -> new int[2]);
            count[0]++;
            if (bench.decide(Bench.CALL.at(priority)) instanceof Admitted permit) {
                count[1]++;
                waiting.add(new Done(0, bench.clock.nanos(), permit));
                begin();
            }
        }

        private void begin() {
            while (working.size() < workers && !waiting.isEmpty()) {
                Done next = waiting.remove();
                working.add(
                        new Done(bench.clock.nanos() + draw(meanNanos), next.came, next.permit));
            }
        }

        private void moveTo(long at) {
            long passed = at - bench.clock.nanos();
            busyNanos += (double) passed * working.size() / workers;
            bench.clock.advance(Duration.ofNanos(Math.max(0, passed)));
        }

        double meanMillis() {
            return took.stream().mapToLong(each -> each).average().orElse(0) / MS;
        }

        double share(Priority priority) {
            int[] count = counts.getOrDefault(priority, new int[] {1, 0});
            return (double) count[1] / count[0];
        }

        int allowed() {
            String state = bench.report("p").state();
            return Integer.parseInt(state.replaceAll(".* of (\\d+) .*", "$1"));
        }
    }

    @Test
    void theLimitFindsTheKneeAndKeepsLatencyBoundedUnderTwiceTheLoad() {
        for (int workers : new int[] {8, 40, 150}) {
            for (long seed = 0; seed < 5; seed++) {
                Service service =
                        new Service(
                                Bench.with("\"concurrency\": {\"most\": 2000, \"adaptive\": {}}"),
                                seed,
                                workers,
                                20 * MS);
                double capacity = workers * 50;
                service.run(Duration.ofSeconds(30), capacity * 2, 0);
                service.run(Duration.ofSeconds(20), capacity * 2, 0);

                String as = workers + " workers, seed " + seed + ", limit " + service.allowed();
                assertThat(service.took.size() / 20.0)
                        .as("hardly less than it can, " + as)
                        .isGreaterThan(0.9 * capacity);
                assertThat(service.meanMillis()).as(as).isBetween(20.0, 20 * 2.6);
            }
        }
    }

    @Test
    void aServiceThatBecomesSlowerOrFasterForGoodIsFollowed() {
        Service service =
                new Service(
                        Bench.with("\"concurrency\": {\"most\": 2000, \"adaptive\": {}}"),
                        1,
                        40,
                        20 * MS);
        service.run(Duration.ofSeconds(30), 4_000, 0);
        service.meanNanos = 60 * MS;
        service.run(Duration.ofSeconds(30), 4_000, 0);
        service.run(Duration.ofSeconds(20), 4_000, 0);
        assertThat(service.took.size() / 20.0).as("slower").isGreaterThan(0.9 * 40 / 0.06);

        service.meanNanos = 20 * MS;
        service.workers = 10;
        service.run(Duration.ofSeconds(30), 4_000, 0);
        service.run(Duration.ofSeconds(20), 4_000, 0);
        assertThat(service.took.size() / 20.0).as("fewer workers").isGreaterThan(0.9 * 500);
        assertThat(service.meanMillis()).isLessThan(20 * 2.6);
    }

    @Test
    void withoutLoadTheLimitIsNotJudged() {
        Service service =
                new Service(
                        Bench.with("\"concurrency\": {\"most\": 2000, \"adaptive\": {}}"),
                        1,
                        40,
                        20 * MS);
        service.run(Duration.ofSeconds(60), 100, 0);
        assertThat(service.share(Priority.NORMAL)).isEqualTo(1.0);
        assertThat(service.meanMillis()).isBetween(18.0, 22.0);
    }

    @Test
    void underOverloadPaymentsGoBeforeQueries() {
        double[] cpu = {0};
        LoadSource source = () -> cpu[0];
        Bench bench = new Bench(GovernanceSetup.at(Side.PROVIDER).with(source));
        bench.publish(1, Bench.policy("p", "\"overload\": {\"cpu\": 0.85}"));
        Service service = new Service(bench, 3, 20, 10 * MS);
        // Twice what it can do; a quarter of it payments, which it can do alone.
        double[] shares = loaded(service, cpu, 4_000, 0.25, 60);

        assertThat(shares[0]).as("payments").isGreaterThan(0.99);
        assertThat(shares[1]).as("queries").isBetween(0.05, 0.6);
        assertThat(shares[2]).as("cpu").isBetween(0.75, 0.93);

        double[] after = loaded(service, cpu, 1_000, 0.4, 60);
        assertThat(after[1]).as("queries, once it is over").isGreaterThan(0.999);
    }

    @Test
    void paymentsAreGivenUpTooWhereTheyAloneAreTooMuch() {
        double[] cpu = {0};
        Bench bench = new Bench(GovernanceSetup.at(Side.PROVIDER).with((LoadSource) () -> cpu[0]));
        bench.publish(1, Bench.policy("p", "\"overload\": {\"cpu\": 0.85}"));
        Service service = new Service(bench, 4, 20, 10 * MS);
        double[] shares = loaded(service, cpu, 4_000, 0.9, 90);

        assertThat(shares[1]).as("queries").isLessThan(0.01);
        assertThat(shares[0]).as("payments").isBetween(0.3, 0.6);
        assertThat(shares[2]).as("cpu").isBetween(0.75, 0.93);
    }

    @Test
    void latencyAloneProtectsToo() {
        Bench bench = Bench.with("\"overload\": {\"latency\": \"60ms\"}");
        Service service = new Service(bench, 5, 20, 10 * MS);
        service.run(Duration.ofSeconds(60), 3_000, 0.3);
        service.run(Duration.ofSeconds(30), 3_000, 0.3);

        assertThat(service.share(Priority.HIGH)).as("payments").isGreaterThan(0.95);
        assertThat(service.share(Priority.NORMAL)).as("queries").isLessThan(0.7);
        assertThat(service.meanMillis()).isLessThan(120.0);
        assertThat(service.took.size() / 30.0).isGreaterThan(0.7 * 2_000);
    }

    /** Shares of payments and queries admitted in the second half, and the processors' load. */
    private static double[] loaded(
            Service service, double[] cpu, double perSecond, double payments, int seconds) {
        double[] admitted = new double[2];
        double[] came = new double[2];
        double[] loads = new double[seconds * 10];
        for (int i = 0; i < seconds * 10; i++) {
            service.busyNanos = 0;
            service.run(Duration.ofMillis(100), perSecond, payments);
            cpu[0] = Math.min(1, service.busyNanos / (100 * MS));
            loads[i] = cpu[0];
            if (i >= seconds * 5) {
                service.counts.forEach((priority, count) -> {
                    int at = priority == Priority.HIGH ? 0 : 1;
                    came[at] += count[0];
                    admitted[at] += count[1];
                });
            }
        }
        return new double[] {
            admitted[0] / came[0],
            admitted[1] / came[1],
            Arrays.stream(loads, seconds * 5, seconds * 10).average().orElse(0)
        };
    }
}
