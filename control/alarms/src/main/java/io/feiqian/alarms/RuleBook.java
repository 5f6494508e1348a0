package io.feiqian.alarms;

import io.feiqian.alarms.AlarmDatabase.Sql;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The rules on record. */
final class RuleBook {
    private static final int MOST = 500;

    private static final String COLUMNS =
            "id, name, enabled, severity, kind, subject, filter, node, test, bound, window_millis,"
                    + " lasting_millis, channels";

    private static final String ADD =
            """
            insert into alarm_rule (name, enabled, severity, kind, subject, filter, node, test, bound,
                window_millis, lasting_millis, channels, changed_at, changed_by)
            select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
            where (select count(*) from alarm_rule) < %d returning id\
            """
                    .formatted(MOST);

    private static final String REPLACE =
            """
            update alarm_rule set name = ?, enabled = ?, severity = ?, kind = ?, subject = ?, filter = ?,
                node = ?, test = ?, bound = ?, window_millis = ?, lasting_millis = ?, channels = ?,
                changed_at = ?, changed_by = ? where id = ? returning id\
            """;

    private RuleBook() {}

    static List<Rule> all(Sql sql) throws SQLException {
        return sql.query(
                "select " + COLUMNS + " from alarm_rule order by name", it -> {}, RuleBook::rule);
    }

    static long save(Sql sql, Rule rule, long nowMillis, String user) throws SQLException {
        boolean fresh = rule.id() == 0;
        return sql.one(
                        fresh ? ADD : REPLACE,
                        statement -> {
                            int last = set(statement, rule);
                            statement.setLong(last + 1, nowMillis);
                            statement.setString(last + 2, user);
                            if (!fresh) {
                                statement.setLong(last + 3, rule.id());
                            }
                        },
                        row -> row.getLong(1))
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.INVALID_TEXT,
                                "rule: unknown, or too many (expected: one of the list, at most "
                                        + MOST
                                        + ")"));
    }

    private static int set(PreparedStatement statement, Rule rule) throws SQLException {
        int at = 0;
        statement.setString(++at, rule.name());
        statement.setBoolean(++at, rule.enabled());
        statement.setString(++at, rule.severity().name());
        statement.setString(++at, rule.signal().kind().name());
        statement.setString(++at, rule.signal().subject());
        statement.setString(++at, rule.signal().filter());
        statement.setString(++at, rule.signal().node());
        statement.setString(++at, rule.test().name());
        statement.setDouble(++at, rule.bound());
        statement.setLong(++at, rule.window().toMillis());
        statement.setLong(++at, rule.lasting().toMillis());
        statement.setArray(
                ++at,
                statement
                        .getConnection()
                        .createArrayOf("bigint", rule.channels().toArray(Long[]::new)));
        return at;
    }

    private static Rule rule(ResultSet row) throws SQLException {
        return new Rule(
                row.getLong(1),
                row.getString(2),
                row.getBoolean(3),
                Severity.valueOf(row.getString(4)),
                new Signal(
                        Signal.Kind.valueOf(row.getString(5)),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8)),
                Rule.Test.valueOf(row.getString(9)),
                row.getDouble(10),
                Duration.ofMillis(row.getLong(11)),
                Duration.ofMillis(row.getLong(12)),
                Arrays.asList((Long[]) row.getArray(13).getArray()));
    }
}
