package io.feiqian.alarms;

import io.feiqian.alarms.AlarmDatabase.Sql;
import io.feiqian.alarms.AlarmState.Phase;
import io.feiqian.telemetry.Alarm.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The alarms on record, and how a look at a rule's objects changes them. */
final class AlarmBook {
    /** The most alarms of one rule at once. */
    private static final int MOST_OF_A_RULE = 10_000;

    private static final int MOST_SHOWN = 500;

    private static final String ENTER =
            """
            insert into alarm (rule, object, phase, since, raised_at, value, severity, text)
            select ?, u.object, u.phase, u.since, case when u.phase <> 'PENDING' then u.since end, u.value, ?, u.text
            from unnest(?::text[], ?::text[], ?::bigint[], ?::float8[], ?::text[])
                as u(object, phase, since, value, text)
            on conflict (rule, object) where phase <> 'ENDED' do nothing\
            """;

    private static final String CHANGE =
            """
            update alarm a set phase = u.phase, since = u.since, value = u.value, severity = ?,
                text = case when u.text = '' then a.text else u.text end,
                raised_at = coalesce(a.raised_at, case when u.phase = 'RAISED' then u.since end),
                ended_at = case when u.phase = 'ENDED' then u.since end
            from unnest(?::text[], ?::text[], ?::bigint[], ?::float8[], ?::text[])
                as u(object, phase, since, value, text)
            where a.rule = ? and a.object = u.object and a.phase <> 'ENDED'\
            """;

    private static final String FORGET =
            "delete from alarm where rule = ? and object = any(?) and phase = 'PENDING'";

    static final String SILENCED =
            """
            exists (select 1 from alarm_silence s where s.until > ? and coalesce(s.rule, a.rule) = a.rule
                and position(lower(s.object) in lower(a.object)) > 0)\
            """;

    private static final String LINES =
            """
            select a.id, a.rule, r.name, a.severity, a.object, a.value, a.text, a.phase, a.raised_at,
                a.ended_at, a.told_at, a.acknowledged_at, a.acknowledged_by, a.acknowledgement,
            """
                    + SILENCED
                    + " from alarm a join alarm_rule r on r.id = a.rule where ";

    private record Known(AlarmState state, double value) {}

    private record Change(String object, AlarmState next, double value, String text) {}

    private AlarmBook() {}

    /** Takes what was seen of a rule's objects; how many alarms were raised or ended by it. */
    static int look(Sql sql, Rule rule, List<Seen> seen, long nowMillis) throws SQLException {
        Map<String, Known> known = known(sql, rule);
        Map<String, Seen> bySubject = new LinkedHashMap<>();
        seen.forEach(each -> bySubject.put(each.object(), each));
        known.keySet().forEach(object -> bySubject.putIfAbsent(object, Seen.nothing(object)));
        List<Change> fresh = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        List<String> forgotten = new ArrayList<>();
        int edges = 0;
        for (Seen each : bySubject.values()) {
            Known before = known.getOrDefault(each.object(), new Known(AlarmState.QUIET, 0));
            AlarmState next =
                    AlarmProtocol.next(before.state(), rule, Optional.of(each), nowMillis);
            Change change =
                    new Change(
                            each.object(),
                            next,
                            each.present() ? each.value() : before.value(),
                            text(rule, next, each));
            if (next.phase() == Phase.QUIET) {
                if (before.state().phase() == Phase.PENDING) {
                    forgotten.add(each.object());
                }
            } else if (before.state().phase() == Phase.QUIET) {
                if (known.size() + fresh.size() < MOST_OF_A_RULE) {
                    fresh.add(change);
                }
            } else if (!next.equals(before.state()) || before.value() != change.value()) {
                changed.add(change);
            }
            boolean edge =
                    next.isRaised() != before.state().isRaised() || next.phase() == Phase.ENDED;
            edges += edge ? 1 : 0;
        }
        write(sql, rule, fresh, changed, forgotten);
        return edges;
    }

    /** What people are told: of what is as it must not be, not of what came after it. */
    private static String text(Rule rule, AlarmState next, Seen seen) {
        boolean violated = next.phase() == Phase.PENDING || next.phase() == Phase.RAISED;
        if (!violated) {
            return "";
        }
        return seen.text().isEmpty() ? Descriptions.value(rule, seen.value()) : seen.text();
    }

    /** Ends what is raised of a rule that is not looked at any more, without a word to anybody. */
    static void endAll(Sql sql, long nowMillis) throws SQLException {
        var _ =
                sql.change(
                        """
                        update alarm a set phase = 'ENDED', since = ?, ended_at = ?,
                            raised_at = coalesce(a.raised_at, a.since), told_at = coalesce(a.told_at, 0),
                            end_told_at = 0
                        from alarm_rule r where r.id = a.rule and not r.enabled and a.phase <> 'ENDED'\
                        """,
                        statement -> {
                            statement.setLong(1, nowMillis);
                            statement.setLong(2, nowMillis);
                        });
    }

    /** What is raised now, the gravest first. */
    static List<AlarmLine> raised(Sql sql, long nowMillis) throws SQLException {
        return sql.query(
                LINES
                        + "a.phase in ('RAISED', 'ENDING') order by case a.severity when 'CRITICAL' then 1"
                        + " when 'WARNING' then 2 else 3 end, a.raised_at desc, a.id limit "
                        + MOST_SHOWN,
                statement -> statement.setLong(1, nowMillis),
                AlarmBook::line);
    }

    /** What was raised at or after a moment and before another, the newest first. */
    static List<AlarmLine> history(Sql sql, long from, long to, long nowMillis)
            throws SQLException {
        return sql.query(
                LINES
                        + "a.raised_at >= ? and a.raised_at < ? order by a.raised_at desc, a.id limit "
                        + MOST_SHOWN,
                statement -> {
                    statement.setLong(1, nowMillis);
                    statement.setLong(2, from);
                    statement.setLong(3, to);
                },
                AlarmBook::line);
    }

    /** Deletes alarms that ended before a moment, and what was told of them; so many at once. */
    static int clean(Sql sql, long before, int most) throws SQLException {
        int notices =
                sql.change(
                        """
                        delete from alarm_notice where id in (select id from alarm_notice
                            where made_at < ? and done_at is not null order by made_at limit ?)\
                        """,
                        statement -> {
                            statement.setLong(1, before);
                            statement.setInt(2, most);
                        });
        return notices
                + sql.change(
                        """
                        delete from alarm where id in (select id from alarm
                            where raised_at < ? and phase = 'ENDED' order by raised_at limit ?)\
                        """,
                        statement -> {
                            statement.setLong(1, before);
                            statement.setInt(2, most);
                        });
    }

    private static Map<String, Known> known(Sql sql, Rule rule) throws SQLException {
        Map<String, Known> known = new LinkedHashMap<>();
        for (Map.Entry<String, Known> each :
                sql.query(
                        "select object, phase, since, value from alarm where rule = ?"
                                + " and phase <> 'ENDED'",
                        statement -> statement.setLong(1, rule.id()),
                        row ->
                                Map.entry(
                                        row.getString(1),
                                        new Known(
                                                new AlarmState(
                                                        Phase.valueOf(row.getString(2)),
                                                        row.getLong(3)),
                                                row.getDouble(4))))) {
            known.put(each.getKey(), each.getValue());
        }
        return known;
    }

    private static void write(
            Sql sql, Rule rule, List<Change> fresh, List<Change> changed, List<String> forgotten)
            throws SQLException {
        if (!fresh.isEmpty()) {
            var _ =
                    sql.change(
                            ENTER,
                            statement -> {
                                statement.setLong(1, rule.id());
                                statement.setString(2, rule.severity().name());
                                arrays(sql, statement, 3, fresh);
                            });
        }
        if (!changed.isEmpty()) {
            var _ =
                    sql.change(
                            CHANGE,
                            statement -> {
                                statement.setString(1, rule.severity().name());
                                arrays(sql, statement, 2, changed);
                                statement.setLong(7, rule.id());
                            });
        }
        if (!forgotten.isEmpty()) {
            var _ =
                    sql.change(
                            FORGET,
                            statement -> {
                                statement.setLong(1, rule.id());
                                statement.setArray(
                                        2,
                                        sql.connection()
                                                .createArrayOf("text", forgotten.toArray()));
                            });
        }
    }

    private static void arrays(
            Sql sql, java.sql.PreparedStatement statement, int first, List<Change> changes)
            throws SQLException {
        var connection = sql.connection();
        statement.setArray(
                first,
                connection.createArrayOf("text", changes.stream().map(Change::object).toArray()));
        statement.setArray(
                first + 1,
                connection.createArrayOf(
                        "text",
                        changes.stream().map(each -> each.next().phase().name()).toArray()));
        statement.setArray(
                first + 2,
                connection.createArrayOf(
                        "int8", changes.stream().map(each -> each.next().since()).toArray()));
        statement.setArray(
                first + 3,
                connection.createArrayOf("float8", changes.stream().map(Change::value).toArray()));
        statement.setArray(
                first + 4,
                connection.createArrayOf("text", changes.stream().map(Change::text).toArray()));
    }

    private static AlarmLine line(ResultSet row) throws SQLException {
        AlarmState state = new AlarmState(Phase.valueOf(row.getString(8)), 0);
        return new AlarmLine(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                Severity.valueOf(row.getString(4)),
                row.getString(5),
                row.getDouble(6),
                row.getString(7),
                state.isRaised(),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getString(13),
                row.getString(14),
                row.getBoolean(15));
    }
}
