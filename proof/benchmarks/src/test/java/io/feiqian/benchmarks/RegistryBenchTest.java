package io.feiqian.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short run of {@code bench registry} on every engine that is there, and its verdict. */
@Timeout(300)
class RegistryBenchTest {
    @Test
    void everyWatcherIsToldWhileTheRegistryGrows() throws Exception {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        for (RegistryEngine.Kind kind : RegistryEngine.Kind.values()) {
            if (!kind.isThere()) {
                continue;
            }
            List<RegistryRow> rows = new ArrayList<>();
            try (RegistryEngine engine = RegistryEngine.start(kind);
                    RegistryBench bench = new RegistryBench(engine, 5, 3, nowhere)) {
                rows.add(bench.at(1));
                rows.add(bench.at(4));
            }
            assertThat(rows).extracting(RegistryRow::instances).containsExactly(40, 160);
            assertThat(rows)
                    .allSatisfy(row -> {
                        assertThat(row.changes()).isEqualTo(4);
                        assertThat(row.missed()).isZero();
                        assertThat(row.p50Millis()).isPositive();
                        assertThat(row.p99Millis()).isGreaterThanOrEqualTo(row.p50Millis());
                        assertThat(row.clientMicrosPerNotice()).isPositive();
                    });
        }
    }

    @Test
    void theVerdictIsByTheSlowestAndByWhatGrew() {
        assertThat(goals(row(900, 100, 50), row(1_000, 120, 60)).met()).isTrue();
        assertThat(goals(row(900, 100, 50), row(1_001, 100, 50)).pushed()).isFalse();
        assertThat(goals(row(1_001, 100, 50), row(900, 100, 50)).pushed()).isFalse();
        assertThat(goals(row(900, 100, 50), row(900, 126, 50)).flat()).isFalse();
        assertThat(goals(row(900, 100, 50), row(900, 100, 63)).flat()).isFalse();
        assertThat(goals(row(900, 100, 50), row(900, 126, 50)).met()).isFalse();
        RegistryRow missing =
                new RegistryRow("push", "etcd", 1, 40, 5, 2, 1, 2, 3, 50, 50, 50, 100, 1);
        assertThat(goals(row(900, 100, 50), missing).pushed()).isFalse();
        assertThat(goals(row(900, 100, 50), missing).text()).contains("NOT MET");
    }

    private static RegistryGoals goals(RegistryRow small, RegistryRow large) {
        return RegistryGoals.of(List.of(small, large));
    }

    private static RegistryRow row(double p99, double micros, double kept) {
        return new RegistryRow(
                "push", "etcd", 1, 40, 5, 2, 1, p99, p99, micros - 10, 10, kept, 100, 0);
    }
}
