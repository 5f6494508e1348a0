package io.feiqian.participant;

import io.feiqian.participant.DecisionTable.Mark;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The MariaDB and MySQL family, on InnoDB: keys travel as one JSON text, and come first in a join
 * that keeps their order, so that rows are found by their primary key and locked in that order: a
 * scan, which a small table invites to, would lock what nobody named. Immutable.
 */
final class MariaDialect implements Dialect {
    private static final String WORK = "feiqian_work";
    private static final int NO_SAVEPOINT = 1305;
    private static final int UNKNOWN_VARIABLE = 1193;

    static final String TABLES = "mariadb.sql";

    /** Of no session's time zone, which could have an hour twice. */
    private static final String NOW =
            "(timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', utc_timestamp(3))"
                    + " div 1000)";

    private static final String KEYS =
            " json_table(?, '$[*]' columns (head bigint path '$[0]', serial bigint path '$[1]',"
                    + " attempt int path '$[2]', branch int path '$[3]')) k"
                    + " straight_join feiqian_branch b force index (primary)"
                    + " on b.trace_serial = k.serial and b.trace_head = k.head and b.attempt = k.attempt and b.branch = k.branch";

    private static final String SEEN =
            "select b.trace_head, b.trace_serial, b.attempt, b.branch from" + KEYS;

    private static final String LOCK = " from" + KEYS + " for update";

    private static final String FINISH =
            "update" + KEYS + " set b.state = ?, b.finished_at = " + NOW;

    private static final String MARK =
            "update json_table(?, '$[*]' columns (head bigint path '$[0]', serial bigint path"
                    + " '$[1]', attempt int path '$[2]', acknowledged bigint path '$[3]', finished"
                    + " int path '$[4]')) u straight_join feiqian_decision d force index (primary)"
                    + " on d.trace_serial = u.serial and d.trace_head = u.head and d.attempt = u.attempt"
                    + " set d.acknowledged = d.acknowledged | u.acknowledged, d.finished_at ="
                    + " case when u.finished = 1 then "
                    + NOW
                    + " end where d.finished_at is null";

    /** A nested bound keeps what the outermost found. */
    private static final String BOUND =
            "set @feiqian_wait = coalesce(@feiqian_wait, @@innodb_lock_wait_timeout),"
                    + " session innodb_lock_wait_timeout = ";

    private static final String UNBOUND =
            "set session innodb_lock_wait_timeout = cast(coalesce(@feiqian_wait,"
                    + " @@innodb_lock_wait_timeout) as unsigned), @feiqian_wait = null";

    private final String schema;

    private MariaDialect(String schema) {
        this.schema = schema;
    }

    /** For a connection's database, which must be of a version that has what is needed. */
    static MariaDialect of(Connection connection) throws SQLException {
        String version = text(connection, "select version()");
        boolean maria = version.toLowerCase(Locale.ROOT).contains("mariadb");
        int[] parts =
                Stream.of(version.split("[^0-9]+", 3))
                        .limit(2)
                        .mapToInt(Integer::parseInt)
                        .toArray();
        int found = parts[0] * 100 + parts[1];
        if (found < (maria ? 10_06 : 8_00)) {
            throw new IllegalStateException(
                    "database: %s (expected: MariaDB from 10.6, MySQL from 8.0)"
                            .formatted(version));
        }
        String schema = text(connection, "select coalesce(database(), '')");
        if (schema.isEmpty()) {
            throw new IllegalStateException(
                    "database: none is chosen (expected: its name in the data source's URL)");
        }
        return new MariaDialect(schema);
    }

    @Override
    public List<String> tables() {
        return Arrays.stream(Dialect.resource(TABLES).split(";\\s*\\n", -1))
                .filter(each -> !each.isBlank())
                .toList();
    }

    @Override
    public String now() {
        return NOW;
    }

    /** Several statements in one round trip are for its drivers' users to allow. */
    @Override
    public void beginWork(Connection connection) throws SQLException {
        run(connection, "savepoint " + WORK);
    }

    /** A deadlock rolls the whole transaction back, and DDL commits it: either ends savepoints. */
    @Override
    public void endWork(Connection connection) throws SQLException {
        try {
            run(connection, "release savepoint " + WORK);
        } catch (SQLException ended) {
            if (ended.getErrorCode() != NO_SAVEPOINT) {
                throw ended;
            }
            throw new SQLTransactionRollbackException(
                    "transaction: ended inside the work, by an error that it caught or by a"
                            + " statement that commits (expected: left open)",
                    "40000",
                    ended);
        }
    }

    @Override
    public String committing(String insert) {
        return insert;
    }

    /** What it warns of is never a copy that is missing. */
    @Override
    public Optional<SQLWarning> commitWarning(Statement statement) {
        return Optional.empty();
    }

    @Override
    public <T> List<T> lockBranches(
            Connection connection,
            String columns,
            Collection<BranchKey> keys,
            long timeoutMillis,
            Reading<T> reading)
            throws SQLException {
        bound(connection, timeoutMillis);
        Collection<BranchKey> seen = seen(connection, keys);
        try (PreparedStatement lock = connection.prepareStatement("select " + columns + LOCK)) {
            lock.setString(1, keys(seen));
            try (ResultSet rows = lock.executeQuery()) {
                return reading.of(rows);
            }
        }
    }

    /**
     * Those whose rows can be seen: a lock would wait for a row that another transaction has
     * written and not committed, and a prepared one does not before it is ended by what waits.
     */
    private static Collection<BranchKey> seen(Connection connection, Collection<BranchKey> keys)
            throws SQLException {
        List<BranchKey> seen = new ArrayList<>();
        try (PreparedStatement look = connection.prepareStatement(SEEN)) {
            look.setString(1, keys(keys));
            try (ResultSet row = look.executeQuery()) {
                while (row.next()) {
                    TraceNumber trace = new TraceNumber(row.getLong(1), row.getLong(2));
                    seen.add(new BranchKey(trace, row.getInt(3), row.getInt(4)));
                }
            }
        }
        return seen;
    }

    /** Its bound counts in seconds. */
    static void bound(Connection connection, long timeoutMillis) throws SQLException {
        run(connection, BOUND + Math.max(1, timeoutMillis / 1_000));
    }

    @Override
    public void unbound(Connection connection) throws SQLException {
        unboundWaits(connection);
    }

    static void unboundWaits(Connection connection) throws SQLException {
        run(connection, UNBOUND);
    }

    @Override
    public int finishBranches(Connection connection, Collection<BranchKey> keys, BranchState state)
            throws SQLException {
        try (PreparedStatement finish = connection.prepareStatement(FINISH)) {
            finish.setString(1, keys(keys));
            finish.setInt(2, state.number());
            return finish.executeUpdate();
        }
    }

    @Override
    public void markDecisions(Connection connection, Collection<Mark> marks) throws SQLException {
        try (PreparedStatement mark = connection.prepareStatement(MARK)) {
            mark.setString(
                    1,
                    json(
                            marks.stream()
                                    .map(m ->
                                            List.of(
                                                    m.trace().head(),
                                                    m.trace().serial(),
                                                    m.attempt(),
                                                    m.acknowledged(),
                                                    m.finished() ? 1 : 0))));
            mark.executeUpdate();
        }
    }

    /**
     * Looks without locks and deletes by key, in the order of the keys: a delete by range would
     * lock what it passes, and could meet those who finish rows.
     */
    @Override
    public int clean(Connection connection, Cleaning what, long ageMillis, int most)
            throws SQLException {
        int columns = what.keys().size();
        String names = String.join(", ", what.keys());
        String look =
                "select %s from %s where %s and %s < %s - ? limit ?"
                        .formatted(names, what.table(), what.only(), what.age(), NOW);
        List<List<Long>> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(look)) {
            select.setLong(1, ageMillis);
            select.setInt(2, most);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Long[] key = new Long[columns];
                    for (int i = 0; i < columns; i++) {
                        key[i] = row.getLong(i + 1);
                    }
                    found.add(List.of(key));
                }
            }
        }
        return found.isEmpty() ? 0 : delete(connection, what, found, ageMillis);
    }

    private static int delete(
            Connection connection, Cleaning what, List<List<Long>> found, long ageMillis)
            throws SQLException {
        List<String> names = what.keys();
        String delete =
                IntStream.range(0, names.size())
                                .mapToObj(i -> "k%d bigint path '$[%d]'".formatted(i, i))
                                .collect(
                                        Collectors.joining(
                                                ", ",
                                                "delete t from json_table(?, '$[*]' columns (",
                                                ")) k straight_join "
                                                        + what.table()
                                                        + " t force index (primary) on "))
                        + IntStream.range(0, names.size())
                                .mapToObj(i -> "t.%s = k.k%d".formatted(names.get(i), i))
                                .collect(Collectors.joining(" and "))
                        + " where t.%s < %s - ?".formatted(what.age(), NOW);
        try (PreparedStatement clean = connection.prepareStatement(delete)) {
            clean.setString(1, json(found.stream().sorted(MariaDialect::order)));
            clean.setLong(2, ageMillis);
            return clean.executeUpdate();
        }
    }

    private static int order(List<Long> one, List<Long> other) {
        for (int i = 0; i < one.size(); i++) {
            int differs = Long.compare(one.get(i), other.get(i));
            if (differs != 0) {
                return differs;
            }
        }
        return 0;
    }

    @Override
    public void requireRules(Connection connection) throws SQLException {
        String flush = text(connection, "select @@innodb_flush_log_at_trx_commit");
        require(
                flush.equals("1") || flush.equals("3"),
                "innodb_flush_log_at_trx_commit: %s (expected: 1, or what is committed is lost in"
                        + " a crash)",
                flush);
        if (isOn(text(connection, "select @@log_bin"))) {
            String sync = text(connection, "select @@sync_binlog");
            require(
                    sync.equals("1"),
                    "sync_binlog: %s (expected: 1 with a binary log, or what is committed is lost"
                            + " in a crash)",
                    sync);
        }
        String mode = text(connection, "select @@sql_mode");
        require(
                mode.contains("STRICT_TRANS_TABLES") || mode.contains("STRICT_ALL_TABLES"),
                "sql_mode: %s (expected: STRICT_TRANS_TABLES in it, or values are cut short"
                        + " unnoticed)",
                mode);
        String galera = text(connection, "select @@global.wsrep_on", "0");
        require(
                !isOn(galera),
                "wsrep_on: %s (expected: OFF: locks of a Galera cluster hold on one node only)",
                galera);
        String engines =
                text(
                        connection,
                        "select coalesce(group_concat(table_name, ' is ', engine), '') from"
                                + " information_schema.tables where table_schema = database() and"
                                + " table_name like 'feiqian\\_%' and engine <> 'InnoDB'");
        require(
                engines.isEmpty(),
                "engine: %s (expected: InnoDB, whose transactions can be rolled back)",
                engines);
    }

    private static boolean isOn(String value) {
        return value.equals("1") || value.equalsIgnoreCase("ON");
    }

    private static void require(boolean holds, String message, String value) {
        if (!holds) {
            throw new IllegalStateException(message.formatted(value));
        }
    }

    @Override
    public PreparedTransactions prepared() {
        return new MariaPrepared(schema);
    }

    private static String keys(Collection<BranchKey> keys) {
        return json(
                keys.stream()
                        .map(k ->
                                List.of(
                                        k.trace().head(),
                                        k.trace().serial(),
                                        k.attempt(),
                                        k.branch())));
    }

    private static String json(Stream<? extends List<? extends Number>> rows) {
        return rows.map(List::toString).collect(Collectors.joining(",", "[", "]"));
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** One value; the other where the database has no such table. */
    private static String text(Connection connection, String sql, String otherwise)
            throws SQLException {
        try {
            return text(connection, sql);
        } catch (SQLException thrown) {
            if (thrown.getErrorCode() == UNKNOWN_VARIABLE) {
                return otherwise;
            }
            throw thrown;
        }
    }

    static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
