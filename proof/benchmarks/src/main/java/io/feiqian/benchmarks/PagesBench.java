package io.feiqian.benchmarks;

import io.feiqian.alarms.Alarms;
import io.feiqian.cli.Endpoints;
import io.feiqian.console.Console;
import io.feiqian.console.ConsoleConfig;
import io.feiqian.console.Users;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.SpanSearch;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Case {@code pages}: how long the console's pages take, signed in, with 12 cells that answer at
 * once, a month of alarms, and spans of six hours. What the console keeps for some seconds is asked
 * for anew each time: its clock is a minute later for every page.
 */
final class PagesBench {
    private static final int TIMES = 20;
    private static final int WARMING = 5;
    private static final Duration ASKED = Duration.ofMillis(300);
    private static final String PASSWORD = "a bench looks at many pages";

    private final int spans;
    private final PrintStream progress;

    PagesBench(int spans, PrintStream progress) {
        this.spans = spans;
        this.progress = progress;
    }

    List<BenchRow> run() throws SQLException, IOException, InterruptedException {
        Path folder = Files.createTempDirectory("feiqian-bench-console");
        List<InstantCell> cells = new ArrayList<>();
        try (FilledStore store = FilledStore.with(spans, progress)) {
            AlarmMonth.fill(store.database());
            Secrets secrets = Secrets.in(folder.resolve("secrets"), Randomness.secure());
            AdminToken token = AdminToken.obtain(secrets);
            for (int number = 1; number <= SpanBatches.CELLS; number++) {
                cells.add(new InstantCell(number, token));
            }
            progress.printf(
                    "console: %d cells, %,d alarms of a month, %,d spans%n",
                    cells.size(), AlarmMonth.ALARMS, store.spans());
            Ahead clock = new Ahead(new AtomicLong());
            try (Console console = console(folder, secrets, cells, store, clock);
                    ConsoleGuest guest = new ConsoleGuest(console.port())) {
                guest.signInFirst(
                        Users.FIRST, Users.firstPassword(secrets).orElseThrow(), PASSWORD);
                return rows(store, guest, clock);
            }
        } finally {
            cells.forEach(InstantCell::close);
            delete(folder);
        }
    }

    private static Console console(
            Path folder, Secrets secrets, List<InstantCell> cells, FilledStore store, Clock clock) {
        List<Endpoints.Cell> endpoints = new ArrayList<>();
        for (InstantCell each : cells) {
            endpoints.add(
                    new Endpoints.Cell(
                            "cell-" + (endpoints.size() + 1),
                            "",
                            List.of("127.0.0.1:" + each.port())));
        }
        return Console.start(
                ConsoleConfig.of(
                        "127.0.0.1",
                        0,
                        endpoints,
                        "",
                        folder.resolve("secrets"),
                        folder.resolve("audit.jsonl")),
                Optional.of(new ObservatoryReads(store.database().postgres()::database)),
                Optional.of(
                        new Alarms(
                                store.database().postgres()::database,
                                new AesPersonalData(KeyRing.obtain(secrets), Randomness.secure()),
                                clock)),
                clock);
    }

    private static List<BenchRow> rows(FilledStore store, ConsoleGuest guest, Ahead clock) {
        Repeated repeated = new Repeated("pages", TIMES, ASKED, List.of(store.database()));
        List<BenchRow> rows = new ArrayList<>();
        paths(store)
                .forEach((name, path) -> {
                    for (int i = 0; i < WARMING; i++) {
                        clock.step();
                        var _ = guest.get(path);
                    }
                    rows.add(
                            repeated.row(
                                    name,
                                    () -> {
                                        clock.step();
                                        var _ = guest.get(path);
                                    }));
                });
        return rows;
    }

    /** Every page that an administrator can open, by a short name. */
    private static Map<String, String> paths(FilledStore store) {
        String number =
                SpanBatches.traceNumber(store.spans() / SpanBatches.SPANS_OF_A_TRACE / 2)
                        .toString();
        String account = AccountNumber.of(new Slot(1), AccountNumber.Kind.CUSTOMER, 1).toString();
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("overview", "/");
        paths.put("transactions", "/transactions");
        paths.put("journey", "/journey?trace=" + number);
        paths.put("evidence", "/journey/" + number + "/evidence");
        paths.put("ledger", "/ledger");
        paths.put("account", "/ledger?account=" + account);
        paths.put("traces", "/traces");
        paths.put("traces, week", "/traces?minutes=10080&text=nobody");
        paths.put("one trace", "/traces/" + traceId(store, number));
        paths.put("logs", "/logs");
        paths.put("logs, week", "/logs?minutes=10080&text=nobody");
        paths.put("topology", "/topology?minutes=60");
        paths.put("alarms", "/alarms");
        paths.put("alarms, week", "/alarms?minutes=10080");
        paths.put("alarm rules", "/alarms/rules");
        paths.put("users", "/users");
        paths.put("password", "/password");
        return paths;
    }

    private static String traceId(FilledStore store, String number) {
        try (ObservatoryReads reads = new ObservatoryReads(store.database().postgres()::database)) {
            return reads.traces(SpanSearch.ofTransaction(number)).getFirst().traceId();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder())
                    .forEach(each -> {
                        try {
                            Files.delete(each);
                        } catch (IOException stays) {
                            throw new UncheckedIOException("cannot be deleted: " + each, stays);
                        }
                    });
        }
    }

    /** The machine's clock; what it measures durations by is made to jump. */
    private record Ahead(AtomicLong aheadNanos) implements Clock {
        void step() {
            aheadNanos.addAndGet(Duration.ofMinutes(1).toNanos());
        }

        @Override
        public Instant now() {
            return Clock.system().now();
        }

        @Override
        public long nanos() {
            return Clock.system().nanos() + aheadNanos.get();
        }
    }
}
