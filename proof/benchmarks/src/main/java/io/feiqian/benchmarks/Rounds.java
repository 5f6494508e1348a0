package io.feiqian.benchmarks;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/**
 * Measures variants in rounds that take turns, so that whatever else the machine does meets all of
 * them. Every round holds one forced CHECKPOINT of each database. For one thread.
 */
public final class Rounds implements AutoCloseable {
    /**
     * Who calls, and what with.
     *
     * @param name the case, such as {@code uniform}
     * @param callers how many call at once, each waiting for its answer
     * @param payers how many accounts pay
     * @param payees how many accounts are paid; 1 makes the last one hot
     */
    public record Load(String name, int callers, int payers, int payees) {
        int payee(Randomness random) {
            return payees == 1 ? payers - 1 : random.nextInt(payees);
        }
    }

    /** What one round saw. */
    private record Seen(
            double seconds, Latencies latencies, long errors, double cpuNanos, long walBytes) {
        double perSecond() {
            return latencies.total() / seconds;
        }

        double cpuMicrosPerOp() {
            return cpuNanos / 1_000 / Math.max(1, latencies.total());
        }

        double walBytesPerOp() {
            return (double) walBytes / Math.max(1, latencies.total());
        }
    }

    /** One caller of a round. */
    private final class Caller implements Runnable {
        private final Variant variant;
        private final Load load;
        private final Randomness random;
        private final long until;
        private final Latencies latencies = new Latencies();
        private long errors;

        Caller(Variant variant, Load load, Randomness random, long until) {
            this.variant = variant;
            this.load = load;
            this.random = random;
            this.until = until;
        }

        @Override
        public void run() {
            for (long now = clock.nanos(); now - until < 0; ) {
                boolean accepted = call();
                long ended = clock.nanos();
                if (accepted) {
                    latencies.record(ended - now);
                } else {
                    errors++;
                }
                now = ended;
            }
        }

        private boolean call() {
            int payee = load.payee(random);
            int payer = random.nextInt(load.payers());
            while (payer == payee) {
                payer = random.nextInt(load.payers());
            }
            try {
                return variant.run(payer, payee, numbers.incrementAndGet());
            } catch (Exception failed) {
                lastFault = failed;
                return false;
            }
        }
    }

    private final List<BenchDatabase> databases;
    private final ToDoubleFunction<Variant> processorNanos;
    private final Clock clock = Clock.system();
    private final Timer timer = Timer.system("bench-timer");
    private final AtomicLong numbers = new AtomicLong();
    private volatile Exception lastFault = new Exception("none");
    private long seed = 1;

    /** Rounds whose cost is counted on these databases and in this process. */
    public Rounds(List<BenchDatabase> databases) {
        this(databases, _ -> ProcessorTime.nanos(databases));
    }

    /** Rounds whose processor time is what this says of a variant so far, nanoseconds. */
    Rounds(List<BenchDatabase> databases, ToDoubleFunction<Variant> processorNanos) {
        this.databases = List.copyOf(databases);
        this.processorNanos = processorNanos;
    }

    /**
     * Runs every variant for {@code rounds} rounds in turns and says the medians; the first is the
     * baseline.
     */
    public List<BenchRow> compare(List<Variant> variants, Load load, int rounds, Duration length)
            throws SQLException, InterruptedException {
        Map<Variant, List<Seen>> seen = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Variant each : variants) {
                seen.computeIfAbsent(each, none -> new ArrayList<>())
                        .add(round(each, load, length));
            }
        }
        List<BenchRow> rows = new ArrayList<>();
        for (Variant each : variants) {
            rows.add(row(each.name(), load, seen.getOrDefault(each, List.of()), variants, rows));
        }
        return rows;
    }

    /** Operations a second that a variant reaches in one round of this length. */
    public double perSecond(Variant variant, Load load, Duration length)
            throws SQLException, InterruptedException {
        return round(variant, load, length).perSecond();
    }

    /** How many operations a variant does in one round of this length. */
    long operations(Variant variant, Load load, Duration length)
            throws SQLException, InterruptedException {
        return round(variant, load, length).latencies().total();
    }

    /** The exception that an operation met last; for whoever has to explain errors. */
    public Exception lastFault() {
        return lastFault;
    }

    @Override
    public void close() {
        timer.close();
    }

    private static BenchRow row(
            String variant,
            Load load,
            List<Seen> seen,
            List<Variant> variants,
            List<BenchRow> before) {
        double perSecond = median(seen, Seen::perSecond);
        double p50 = median(seen, each -> each.latencies.quantileMicros(0.50));
        double ratio =
                before.isEmpty()
                        ? 1
                        : load.callers == 1
                                ? before.getFirst().p50Micros() / p50
                                : perSecond / before.getFirst().perSecond();
        return new BenchRow(
                load.name,
                variant,
                load.callers,
                rounded(perSecond),
                rounded(p50),
                rounded(median(seen, each -> each.latencies.quantileMicros(0.99))),
                rounded(median(seen, Seen::cpuMicrosPerOp)),
                rounded(median(seen, Seen::walBytesPerOp)),
                seen.stream().mapToLong(Seen::errors).sum(),
                variants.getFirst().name(),
                Math.round(ratio * 100) / 100.0);
    }

    static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static double median(List<Seen> seen, ToDoubleFunction<Seen> what) {
        double[] sorted = seen.stream().mapToDouble(what).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private Seen round(Variant variant, Load load, Duration length)
            throws SQLException, InterruptedException {
        // No round writes to the disk what the one before it, of another variant, left in memory.
        for (BenchDatabase each : databases) {
            each.run("checkpoint");
        }
        long walBefore = wal();
        double cpuBefore = processorNanos.applyAsDouble(variant);
        long started = clock.nanos();
        long until = started + length.toNanos();
        List<Caller> callers = new ArrayList<>();
        CountDownLatch ended = new CountDownLatch(load.callers);
        for (int i = 0; i < load.callers; i++) {
            Caller caller = new Caller(variant, load, Randomness.seeded(seed++), until);
            callers.add(caller);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            caller.run();
                        } finally {
                            ended.countDown();
                        }
                    });
        }
        timer.pause(length.dividedBy(3));
        for (BenchDatabase each : databases) {
            each.run("checkpoint");
        }
        ended.await();
        double seconds = (clock.nanos() - started) / 1e9;
        Latencies latencies = new Latencies();
        long errors = 0;
        for (Caller each : callers) {
            latencies.addAll(each.latencies);
            errors += each.errors;
        }
        double cpu = processorNanos.applyAsDouble(variant) - cpuBefore;
        return new Seen(seconds, latencies, errors, cpu, wal() - walBefore);
    }

    private long wal() throws SQLException {
        long bytes = 0;
        for (BenchDatabase each : databases) {
            bytes += each.walPosition();
        }
        return bytes;
    }
}
