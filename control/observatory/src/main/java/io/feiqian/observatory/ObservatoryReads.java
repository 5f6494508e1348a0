package io.feiqian.observatory;

import io.feiqian.storage.DatabaseConfig;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Searches what an observatory keeps; reads only. Every search ends within some four seconds.
 * Thread-safe.
 *
 * <p>All of them refuse with {@code DATABASE_UNAVAILABLE} where the database does not answer, and
 * with {@code DEADLINE_EXPIRED} where a search takes too long.
 */
public final class ObservatoryReads implements AutoCloseable {
    /** The most spans of a trace that are shown. */
    public static final int MOST_SPANS = 2_000;

    private static final String SPAN =
            "select started_at, duration, span_id, parent_id, trace_id, kind, slot, failed, service,"
                    + " instance, cell, target, name, outcome, message, trace_number, notes"
                    + " from span where ";

    private static final String TRACES =
            """
            select trace_id, max(trace_number), (array_agg(name order by started_at, parent_id))[1],
                min(started_at), max(started_at + duration) - min(started_at), count(*),
                count(*) filter (where failed),
                array_agg(distinct case when cell = '' then service else cell end)
            from span where trace_id = any(?) group by trace_id order by 4 desc\
            """;

    private static final String CALLS =
            """
            select kind, case when cell = '' then service else cell end, target, name, sum(calls),
                sum(failures), sum(total), max(longest)
            from call_minute where minute >= ? and minute <= ? group by 1, 2, 3, 4
            order by 7 desc limit 500\
            """;

    /** Among the newest, so that it costs the same however much is kept. */
    private static final String PATTERNS =
            """
            select trace_id, case when cell = '' then service else cell end, target, name, count(*),
                sum(duration)
            from (select * from span where started_at >= ? order by started_at desc limit 100000) s
            where kind in (3, 4) group by 1, 2, 3, 4 having count(*) >= ?
            order by 5 desc, 6 desc limit 20\
            """;

    private final Queries queries;

    /** Reads of this database, which need not be there yet, nor what is known of it. */
    public ObservatoryReads(Supplier<DatabaseConfig> database) {
        this.queries = new Queries(database);
    }

    /** The same of meters' values, over the same connections; usable until this is closed. */
    public MetricReads metrics() {
        return new MetricReads(queries);
    }

    /** The newest traces of this kind, the newest first. */
    public List<TraceSummary> traces(SpanSearch search) {
        Conditions where = new Conditions();
        where.add("started_at >= ? and started_at < ?", search.fromMicros(), search.toMicros());
        where.nodeOrTarget(search.node());
        if (search.failedOnly()) {
            where.add("failed");
        }
        if (search.leastMicros() > 0) {
            where.add("duration >= ?", search.leastMicros());
        }
        if (!search.text().isEmpty()) {
            where.text(
                    search.text(),
                    "name || ' ' || outcome || ' ' || message || ' ' || notes ilike ?");
        }
        if (!search.traceNumber().isEmpty()) {
            where.add("trace_number = ?", search.traceNumber());
        }
        // A trace may match with many of its spans.
        List<UUID> matching =
                queries.list(
                        "select trace_id from span where "
                                + where.sql()
                                + " order by started_at desc limit "
                                + search.most() * 20,
                        where::set,
                        row -> row.getObject(1, UUID.class));
        List<UUID> newest = matching.stream().distinct().limit(search.most()).toList();
        return newest.isEmpty()
                ? List.of()
                : queries.list(
                        TRACES,
                        statement -> statement.setObject(1, newest.toArray(UUID[]::new)),
                        ObservatoryReads::summary);
    }

    /** The spans of a trace in the order in which they began, up to {@link #MOST_SPANS}. */
    public List<SpanRecord> trace(String traceId) {
        return queries.list(
                SPAN + "trace_id = ? order by started_at, parent_id limit " + MOST_SPANS,
                statement -> statement.setObject(1, uuid(traceId)),
                ObservatoryReads::span);
    }

    /** Log lines, the newest first. */
    public List<LogLine> lines(LogSearch search) {
        Conditions where = conditions(search);
        return queries.list(
                "select logged_at, level, service, instance, cell, logger, message, exception,"
                        + " trace_id, span_id, trace_number from log_line where "
                        + where.sql()
                        + " order by logged_at desc limit "
                        + search.most(),
                where::set,
                ObservatoryReads::line);
    }

    /** How many lines each process wrote, by its name, of up to 1,000 processes. */
    public Map<String, Long> lineCounts(LogSearch search) {
        Conditions where = conditions(search);
        Map<String, Long> counts = new TreeMap<>();
        queries.list(
                        "select case when instance = '' then service else instance end, count(*)"
                                + " from log_line where "
                                + where.sql()
                                + " group by 1 order by 1 limit 1000",
                        where::set,
                        row -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(each -> counts.put(each.getKey(), each.getValue()));
        return counts;
    }

    private static Conditions conditions(LogSearch search) {
        Conditions where = new Conditions();
        where.add("logged_at >= ? and logged_at < ?", search.fromMicros(), search.toMicros());
        where.node(search.node());
        if (!search.level().isEmpty()) {
            where.add("level = ?", search.level());
        }
        if (!search.text().isEmpty()) {
            where.text(search.text(), "message || ' ' || logger || ' ' || exception ilike ?");
        }
        if (!search.traceNumber().isEmpty()) {
            where.add("trace_number = ?", search.traceNumber());
        }
        if (!search.traceId().isEmpty()) {
            where.add("trace_id = ?", uuid(search.traceId()));
        }
        return where;
    }

    /** What was called and served in these minutes since 1970, by the time that it took. */
    public List<CallSum> calls(long firstMinute, long lastMinute) {
        return queries.list(
                CALLS,
                statement -> {
                    statement.setLong(1, firstMinute);
                    statement.setLong(2, lastMinute);
                },
                row ->
                        new CallSum(
                                SpanKind.ofNumber(row.getInt(1)),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8)));
    }

    /** Calls that were made at least so often within one trace since then, the most first. */
    public List<CallPattern> patterns(long fromMicros, int least) {
        return queries.list(
                PATTERNS,
                statement -> {
                    statement.setLong(1, fromMicros);
                    statement.setInt(2, least);
                },
                row ->
                        new CallPattern(
                                hex(row.getObject(1, UUID.class)),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getLong(6)));
    }

    @Override
    public void close() {
        queries.close();
    }

    private static TraceSummary summary(ResultSet row) throws SQLException {
        return new TraceSummary(
                hex(row.getObject(1, UUID.class)),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                Arrays.stream((String[]) row.getArray(8).getArray()).sorted().toList());
    }

    private static SpanRecord span(ResultSet row) throws SQLException {
        return new SpanRecord(
                hex(row.getObject(5, UUID.class)),
                row.getLong(3),
                row.getLong(4),
                row.getLong(1),
                row.getLong(2),
                SpanKind.ofNumber(row.getInt(6)),
                new Source(row.getString(9), row.getString(10), row.getString(11)),
                row.getString(12),
                row.getString(13),
                row.getInt(7),
                row.getBoolean(8),
                row.getString(14),
                row.getString(15),
                row.getString(16),
                row.getString(17));
    }

    private static LogLine line(ResultSet row) throws SQLException {
        UUID trace = row.getObject(9, UUID.class);
        return new LogLine(
                row.getLong(1),
                row.getString(2),
                new Source(row.getString(3), row.getString(4), row.getString(5)),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.wasNull() || trace == null ? "" : hex(trace),
                row.getLong(10),
                row.getString(11));
    }

    private static String hex(UUID trace) {
        return trace.toString().replace("-", "");
    }

    private static UUID uuid(String traceId) {
        if (!traceId.matches("[0-9a-f]{32}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "trace id: (expected: 32 hexadecimal digits in lower case)");
        }
        return new UUID(
                Long.parseUnsignedLong(traceId, 0, 16, 16),
                Long.parseUnsignedLong(traceId, 16, 32, 16));
    }
}
