package io.feiqian.benchmarks;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what one operator waits for, the same thing several times in a row, against a time
 * within which it has to end: the row's ratio is how many times shorter than that the longest was.
 *
 * @param caseName the case
 * @param times how often
 * @param asked within which it has to end
 * @param databases whose processor time is counted, beside that of this process
 */
record Repeated(String caseName, int times, Duration asked, List<BenchDatabase> databases) {
    /** Copies the list. */
    Repeated {
        databases = List.copyOf(databases);
    }

    /** The row of this; refusals, such as of a search that takes too long, count as errors. */
    BenchRow row(String what, Runnable once) {
        Clock clock = Clock.system();
        List<Double> micros = new ArrayList<>();
        long errors = 0;
        double cpu = ProcessorTime.nanos(databases);
        for (int i = 0; i < times; i++) {
            long started = clock.nanos();
            try {
                once.run();
            } catch (RefusedException refused) {
                errors++;
            }
            micros.add((clock.nanos() - started) / 1e3);
        }
        cpu = ProcessorTime.nanos(databases) - cpu;
        micros.sort(null);
        double worst = micros.getLast();
        double mean = micros.stream().mapToDouble(each -> each).average().orElse(worst);
        return new BenchRow(
                caseName,
                what,
                1,
                Rounds.rounded(1e6 / mean),
                Rounds.rounded(micros.get(times / 2)),
                Rounds.rounded(worst),
                Rounds.rounded(cpu / 1_000 / times),
                0,
                errors,
                "%d ms".formatted(asked.toMillis()),
                Math.round(asked.toNanos() / 1e3 / worst * 100) / 100.0);
    }
}
