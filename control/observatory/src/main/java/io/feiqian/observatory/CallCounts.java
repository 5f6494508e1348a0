package io.feiqian.observatory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts calls minute by minute as their spans arrive, by the clock of the observatory: what spans
 * say cannot make the table grow, since only so many different calls are told apart in a minute.
 * One thread.
 */
final class CallCounts {
    /** The most different calls of a minute. */
    static final int MOST = 2_000;

    private static final String ADD =
            """
            insert into call_minute as m (block, minute, kind, service, cell, target, name, calls, failures,
                total, longest)
            select ?, ?, * from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[],
                ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
            on conflict (block, minute, kind, service, cell, target, name) do update
                set calls = m.calls + excluded.calls, failures = m.failures + excluded.failures,
                    total = m.total + excluded.total,
                    longest = greatest(m.longest, excluded.longest)\
            """;

    private final Set<CallKey> known = new HashSet<>();
    private long minute;

    private static final class Sum {
        private long calls;
        private long failures;
        private long total;
        private long longest;

        void add(SpanRecord span) {
            calls++;
            failures += span.failed() ? 1 : 0;
            total += span.durationMicros();
            longest = Math.max(longest, span.durationMicros());
        }
    }

    /** Adds these spans to the counts of the minute. */
    void add(Connection connection, List<SpanRecord> spans, int block, long nowMillis)
            throws SQLException {
        Map<CallKey, Sum> sums = new HashMap<>();
        if (nowMillis / 60_000 != minute) {
            minute = nowMillis / 60_000;
            known.clear();
        }
        for (SpanRecord span : spans) {
            if (span.kind() != SpanKind.INTERNAL) {
                sums.computeIfAbsent(toldApart(CallKey.of(span)), _ -> new Sum()).add(span);
            }
        }
        if (sums.isEmpty()) {
            return;
        }
        List<Map.Entry<CallKey, Sum>> rows = List.copyOf(sums.entrySet());
        try (PreparedStatement add = connection.prepareStatement(ADD)) {
            int at = 1;
            add.setInt(at++, block);
            add.setLong(at++, minute);
            add.setObject(at++, rows.stream().mapToInt(each -> each.getKey().kind()).toArray());
            add.setObject(at++, texts(rows, CallKey::service));
            add.setObject(at++, texts(rows, CallKey::cell));
            add.setObject(at++, texts(rows, CallKey::target));
            add.setObject(at++, texts(rows, CallKey::name));
            add.setObject(at++, longs(rows, each -> each.calls));
            add.setObject(at++, longs(rows, each -> each.failures));
            add.setObject(at++, longs(rows, each -> each.total));
            add.setObject(at, longs(rows, each -> each.longest));
            add.executeUpdate();
        }
    }

    private CallKey toldApart(CallKey key) {
        if (known.contains(key)) {
            return key;
        }
        if (known.size() >= MOST) {
            return key.withoutNames();
        }
        known.add(key);
        return key;
    }

    private static String[] texts(
            List<Map.Entry<CallKey, Sum>> rows,
            java.util.function.Function<CallKey, String> column) {
        return rows.stream().map(each -> column.apply(each.getKey())).toArray(String[]::new);
    }

    private static long[] longs(
            List<Map.Entry<CallKey, Sum>> rows, java.util.function.ToLongFunction<Sum> column) {
        return rows.stream().mapToLong(each -> column.applyAsLong(each.getValue())).toArray();
    }
}
