package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.observatory.Observatory;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Case {@code http}: transfers by HTTP through a gateway, in front of a cell that accepts them at
 * once, so that the gateway's own processor time is what is seen, and only that is counted. It
 * sends its spans nowhere ({@code off}), as {@code dev} does ({@code on}), or all of them ({@code
 * all}); each variant is a gateway of its own. The observatory runs beside them.
 */
final class GatewayBench {
    private static final int ROUNDS = 3;
    private static final int CALLERS = 64;
    private static final int ACCOUNTS = 100_000;
    private static final Load LOAD = new Load("http", CALLERS, ACCOUNTS, ACCOUNTS);

    private final Duration round;
    private final PrintStream progress;

    GatewayBench(Duration round, PrintStream progress) {
        this.round = round;
        this.progress = progress;
    }

    List<BenchRow> run() throws SQLException, InterruptedException {
        try (InstantBank cell = new InstantBank();
                BenchStore store = BenchStore.start(0);
                HttpTransfers off = transfers("off", cell, List.of());
                HttpTransfers on =
                        transfers("on", cell, sending(store, TelemetryBench.TRACES_PER_SECOND));
                HttpTransfers all = transfers("all", cell, sending(store, 0));
                Rounds rounds = new Rounds(List.of(), GatewayBench::gatewayNanos)) {
            List<Variant> variants = List.of(off, on, all);
            for (Variant each : variants) {
                rounds.perSecond(each, LOAD, round.dividedBy(2));
            }
            List<BenchRow> rows = rounds.compare(variants, LOAD, ROUNDS, round);
            for (BenchRow row : rows) {
                progress.printf(
                        "gateway, %s: %,.1f us of its processor a request (%.2f times as much)%n",
                        row.variant(),
                        row.cpuMicrosPerOp(),
                        row.cpuMicrosPerOp() / rows.getFirst().cpuMicrosPerOp());
            }
            StoreCounts counts = store.counts();
            progress.printf(
                    "observatory: %,d records stored, %,d shed%n", counts.stored(), counts.shed());
            return rows;
        }
    }

    private static double gatewayNanos(Variant variant) {
        return ((HttpTransfers) variant).gatewayNanos();
    }

    private static List<String> sending(BenchStore store, int perSecond) {
        return List.of(
                "--traces-to",
                "http://127.0.0.1:" + store.port() + Observatory.TRACES,
                "--traces-per-second",
                Integer.toString(perSecond));
    }

    private static HttpTransfers transfers(String name, InstantBank cell, List<String> telemetry) {
        List<String> arguments =
                new ArrayList<>(List.of("gateway", "--cell", Integer.toString(cell.port())));
        arguments.addAll(telemetry);
        return new HttpTransfers(name, new BenchPart(BenchPart.GATEWAY_FLAGS, arguments, ""));
    }
}
