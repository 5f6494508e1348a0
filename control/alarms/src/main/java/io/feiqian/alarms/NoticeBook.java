package io.feiqian.alarms;

import io.feiqian.alarms.AlarmDatabase.Sql;
import io.feiqian.telemetry.Alarm.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * What is to be sent. A notice is made in the transaction that finds its alarms untold, once for
 * all of a rule, so that ten thousand alarms are one notice; it is done when a channel took it.
 */
final class NoticeBook {
    /** So many alarms are named in a notice. */
    private static final int NAMED = 8;

    /** Notices about a rule are at least so far apart. */
    private static final long APART_MILLIS = 60_000;

    /** While somebody sends a notice, others leave it alone for so long. */
    static final long LEASE_MILLIS = 60_000;

    private static final int MOST_TAKEN = 16;
    private static final String MATCHING =
            "a.told_at is null and a.phase in ('RAISED', 'ENDING') and not ";

    /**
     * A notice to be sent.
     *
     * @param attempts how often it was tried, this time included
     */
    record Due(
            long id,
            long channel,
            String rule,
            Severity severity,
            boolean ending,
            String object,
            String text,
            long since,
            long madeAt,
            int attempts) {}

    private record Group(long count, String object, String text, long since) {}

    private NoticeBook() {}

    /** Makes the notices that are due about a rule; how many. */
    static int make(Sql sql, Rule rule, long nowMillis) throws SQLException {
        Optional<Long> toldAt =
                sql.one(
                        "select told_at from alarm_rule where id = ? for update",
                        statement -> statement.setLong(1, rule.id()),
                        row -> row.getLong(1));
        if (toldAt.isEmpty() || nowMillis - toldAt.get() < APART_MILLIS) {
            return 0;
        }
        int made = begun(sql, rule, nowMillis) + ended(sql, rule, nowMillis);
        if (made > 0) {
            var _ =
                    sql.change(
                            "update alarm_rule set told_at = ? where id = ?",
                            statement -> {
                                statement.setLong(1, nowMillis);
                                statement.setLong(2, rule.id());
                            });
        }
        return made;
    }

    private static int begun(Sql sql, Rule rule, long nowMillis) throws SQLException {
        Optional<Group> group =
                group(
                        sql,
                        """
                        with told as (update alarm a set told_at = ? where a.rule = ? and %s%s
                            returning a.object, a.text, a.raised_at)\
                        """
                                .formatted(MATCHING, AlarmBook.SILENCED),
                        rule,
                        nowMillis);
        return group.isPresent() ? enter(sql, rule, false, group.get(), nowMillis) : 0;
    }

    /** Whoever was not told that it began is not told that it is over. */
    private static int ended(Sql sql, Rule rule, long nowMillis) throws SQLException {
        var _ =
                sql.change(
                        """
                        update alarm set end_told_at = 0
                        where rule = ? and phase = 'ENDED' and end_told_at is null and told_at is null\
                        """,
                        statement -> statement.setLong(1, rule.id()));
        Optional<Group> group =
                group(
                        sql,
                        """
                        with told as (update alarm a set end_told_at = ? where a.rule = ?
                            and a.phase = 'ENDED' and a.end_told_at is null and not %s
                            returning a.object, a.text, a.raised_at)\
                        """
                                .formatted(AlarmBook.SILENCED),
                        rule,
                        nowMillis);
        return group.isPresent() ? enter(sql, rule, true, group.get(), nowMillis) : 0;
    }

    private static Optional<Group> group(Sql sql, String told, Rule rule, long nowMillis)
            throws SQLException {
        return sql.one(
                        told
                                + """
                                 select count(*), (array_agg(object order by raised_at, object))[1:%1$d],
                                    (array_agg(text order by raised_at, object))[1:%1$d],
                                    min(raised_at)
                                from told\
                                """
                                        .formatted(NAMED),
                        statement -> {
                            statement.setLong(1, nowMillis);
                            statement.setLong(2, rule.id());
                            statement.setLong(3, nowMillis);
                        },
                        NoticeBook::group)
                .filter(it -> it.count() > 0);
    }

    private static Group group(ResultSet row) throws SQLException {
        long count = row.getLong(1);
        if (count == 0) {
            return new Group(0, "", "", 0);
        }
        String[] objects = (String[]) row.getArray(2).getArray();
        String[] texts = (String[]) row.getArray(3).getArray();
        StringBuilder text = new StringBuilder(256);
        for (int i = 0; i < objects.length; i++) {
            text.append(objects[i]).append(": ").append(texts[i]).append('\n');
        }
        if (count > objects.length) {
            text.append("and ").append(count - objects.length).append(" more\n");
        }
        String object = count == 1 ? objects[0] : objects[0] + " and " + (count - 1) + " more";
        return new Group(count, object, text.toString().strip(), row.getLong(4));
    }

    private static int enter(Sql sql, Rule rule, boolean ending, Group group, long nowMillis)
            throws SQLException {
        return sql.change(
                """
                insert into alarm_notice (rule, channel, made_at, due_at, since, severity, ending, object,
                    text)
                select ?, c.id, ?, ?, ?, ?, ?, ?, ? from alarm_channel c
                where c.id = any(?) and c.enabled\
                """,
                statement -> {
                    statement.setLong(1, rule.id());
                    statement.setLong(2, nowMillis);
                    statement.setLong(3, nowMillis);
                    statement.setLong(4, group.since());
                    statement.setString(5, rule.severity().name());
                    statement.setBoolean(6, ending);
                    statement.setString(7, group.object());
                    statement.setString(8, group.text());
                    statement.setArray(
                            9,
                            sql.connection()
                                    .createArrayOf("bigint", rule.channels().toArray(Long[]::new)));
                });
    }

    /** Takes what is due, for the length of a lease. */
    static List<Due> take(Sql sql, long nowMillis) throws SQLException {
        return sql.query(
                """
                with taken as (update alarm_notice n set due_at = ? + %d, attempts = n.attempts + 1
                    where n.id in (select id from alarm_notice where done_at is null and due_at <= ?
                        order by due_at limit %d for update skip locked)
                    returning n.*)
                select t.id, t.channel, r.name, t.severity, t.ending, t.object, t.text, t.since, t.made_at,
                    t.attempts
                from taken t join alarm_rule r on r.id = t.rule order by t.id\
                """
                        .formatted(LEASE_MILLIS, MOST_TAKEN),
                statement -> {
                    statement.setLong(1, nowMillis);
                    statement.setLong(2, nowMillis);
                },
                row ->
                        new Due(
                                row.getLong(1),
                                row.getLong(2),
                                row.getString(3),
                                Severity.valueOf(row.getString(4)),
                                row.getBoolean(5),
                                row.getString(6),
                                row.getString(7),
                                row.getLong(8),
                                row.getLong(9),
                                row.getInt(10)));
    }

    /** It was sent. */
    static int done(Sql sql, long id, long nowMillis) throws SQLException {
        return sql.change(
                "update alarm_notice set done_at = ?, failure = '' where id = ?",
                statement -> {
                    statement.setLong(1, nowMillis);
                    statement.setLong(2, id);
                });
    }

    /** It was not sent, and is not tried again. */
    static int giveUp(Sql sql, long id, String failure, long nowMillis) throws SQLException {
        return sql.change(
                "update alarm_notice set done_at = ?, given_up = true, failure = ? where id = ?",
                statement -> {
                    statement.setLong(1, nowMillis);
                    statement.setString(2, failure);
                    statement.setLong(3, id);
                });
    }

    /** It was not sent, and is tried again then. */
    static int later(Sql sql, long id, String failure, long dueMillis) throws SQLException {
        return sql.change(
                "update alarm_notice set due_at = ?, failure = ? where id = ?",
                statement -> {
                    statement.setLong(1, dueMillis);
                    statement.setString(2, failure);
                    statement.setLong(3, id);
                });
    }

    /** The newest ones, the newest first. */
    static List<NoticeLine> newest(Sql sql, int most) throws SQLException {
        return sql.query(
                """
                select n.made_at, n.done_at, n.due_at, n.attempts, n.given_up, n.ending, c.name, r.name,
                    n.object, n.failure
                from alarm_notice n join alarm_channel c on c.id = n.channel
                    join alarm_rule r on r.id = n.rule
                order by n.made_at desc, n.id desc limit ?\
                """,
                statement -> statement.setInt(1, most),
                row ->
                        new NoticeLine(
                                row.getLong(1),
                                row.getLong(2),
                                row.getLong(3),
                                row.getInt(4),
                                row.getBoolean(5),
                                row.getBoolean(6),
                                row.getString(7),
                                row.getString(8),
                                row.getString(9),
                                row.getString(10)));
    }
}
