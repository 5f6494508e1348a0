package io.feiqian.benchmarks;

import io.feiqian.benchmarks.SpanSender.Sent;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;

/**
 * An observatory's database with the spans of six hours, as many log lines as a bank's cells write
 * about them, and counts of calls for an hour. The spans came by OTLP, as in case {@code store}:
 * the observatory cuts them into blocks and its indexes grow as they do in use, and it is fast
 * enough. Lines are copied from them by SQL.
 */
final class FilledStore implements AutoCloseable {
    private static final Duration SPREAD = Duration.ofHours(6);

    private final BenchStore store;
    private final long spans;

    private FilledStore(BenchStore store, long spans) {
        this.store = store;
        this.spans = spans;
    }

    /** Fills one with at least so many spans, the newest of them of now. */
    static FilledStore with(long spans, PrintStream progress)
            throws SQLException, IOException, InterruptedException {
        BenchStore store = BenchStore.start(spans);
        try (SpanSender sender = new SpanSender(store)) {
            long last = Clock.system().now().toEpochMilli() * 1_000;
            long first = last - SPREAD.toNanos() / 1_000;
            long step = Math.max(1, (last - first) * SpanBatches.SPANS_OF_A_TRACE / spans);
            Sent sent = sender.send(spans, number -> first + number * step);
            if (sent.shed() > 0) {
                throw new IllegalStateException(
                        "spans: %d shed (expected: none)".formatted(sent.shed()));
            }
            addLines(store.database());
            addMinutes(store.database());
            store.database().run("analyze");
            long found = store.database().number("select count(*) from span");
            progress.printf("filled with %,d spans by OTLP in %.0f s%n", found, sent.seconds());
            return new FilledStore(store, found);
        } catch (SQLException | IOException | InterruptedException | RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    BenchDatabase database() {
        return store.database();
    }

    /** How many spans there are. */
    long spans() {
        return spans;
    }

    /** One line about each transfer, by the cell that served it. */
    private static void addLines(BenchDatabase database) throws SQLException {
        database.run(
                """
                insert into log_line (logged_at, span_id, block, trace_id, level, service, instance,
                    cell, logger, message, exception, trace_number)
                select started_at + duration, span_id, block, trace_id,
                    case when failed then 'ERROR' else 'INFO' end, service, instance, cell,
                    'io.feiqian.bank.Bank',
                    case when failed then 'a transfer failed: the database closed the connection'
                        else 'a transfer of ' || slot || ' was accepted' end,
                    case when failed then repeat('at io.feiqian.bank.Bank.transfer(Bank.java)' || chr(10), 20)
                        else '' end,
                    trace_number
                from span where kind = 2 and cell <> '' and name like '%Transfer'\
                """);
    }

    /** The minutes before the last one were as that one. */
    private static void addMinutes(BenchDatabase database) throws SQLException {
        database.run(
                """
                insert into call_minute
                select block, minute - ago, kind, service, cell, target, name, calls, failures, total,
                    longest
                from call_minute, generate_series(1, 59) ago
                where minute = (select max(minute) from call_minute)
                on conflict do nothing\
                """);
    }

    @Override
    public void close() {
        store.close();
    }
}
