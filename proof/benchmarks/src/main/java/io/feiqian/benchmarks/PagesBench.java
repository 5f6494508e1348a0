package io.feiqian.benchmarks;

import io.feiqian.alarms.Alarms;
import io.feiqian.cli.Endpoints;
import io.feiqian.console.Console;
import io.feiqian.console.ConsoleConfig;
import io.feiqian.console.Users;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
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
import java.util.List;
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
        for (ShownPage page : ShownPage.all(store)) {
            for (int i = 0; i < WARMING; i++) {
                clock.step();
                page.requireIn(guest.get(page.path()));
            }
            rows.add(
                    repeated.row(
                            page.name(),
                            () -> {
                                clock.step();
                                var _ = guest.get(page.path());
                            }));
        }
        return rows;
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
