package io.feiqian.participant;

import io.feiqian.participant.DecisionTable.Mark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** PostgreSQL: keys as arrays, several statements in one round trip. Stateless. */
final class PostgresDialect implements Dialect {
    static final String TABLES = "postgresql.sql";

    private static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    private static final String KEYS =
            " from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[]) as k(head, serial, attempt,"
                    + " branch)";
    private static final String ON_KEYS =
            " b.trace_serial = k.serial and b.trace_head = k.head and b.attempt = k.attempt and"
                    + " b.branch = k.branch";

    /** What waits too long is somebody else's for now: the batch is divided. */
    private static final String LOCK =
            "set local lock_timeout = %d; select %s"
                    + KEYS
                    + " join feiqian_branch b on"
                    + ON_KEYS
                    + " order by 2, 1, 3, 4 for update of b";

    private static final String FINISH =
            "update feiqian_branch b set state = ?, finished_at = "
                    + NOW
                    + KEYS
                    + " where"
                    + ON_KEYS;

    private static final String MARK =
            "update feiqian_decision d set acknowledged = d.acknowledged | u.acknowledged,"
                    + " finished_at = case when u.finished then "
                    + NOW
                    + " end from unnest(?::bigint[], ?::bigint[], ?::int[], ?::bigint[],"
                    + " ?::boolean[]) as u(head, serial, attempt, acknowledged, finished)"
                    + " where d.trace_serial = u.serial and d.trace_head = u.head"
                    + " and d.attempt = u.attempt and d.finished_at is null";

    private static final String CLEAN =
            "delete from %1$s where ctid = any(array(select ctid from %1$s where %2$s and %3$s < "
                    + NOW
                    + " - ? limit ? for update skip locked))";

    @Override
    public List<String> tables() {
        return List.of(Dialect.resource(TABLES));
    }

    @Override
    public String now() {
        return NOW;
    }

    /** An error voids the whole transaction, whoever catches it; COMMIT is not lent. */
    @Override
    public void beginWork(Connection connection) {}

    @Override
    public void endWork(Connection connection) {}

    @Override
    public String committing(String insert) {
        return insert + "; commit";
    }

    @Override
    public Optional<SQLWarning> commitWarning(Statement statement) throws SQLException {
        return Optional.ofNullable(statement.getWarnings());
    }

    @Override
    public <T> List<T> lockBranches(
            Connection connection,
            String columns,
            Collection<BranchKey> keys,
            long timeoutMillis,
            Reading<T> reading)
            throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement(LOCK.formatted(timeoutMillis, columns))) {
            bind(lock, 1, keys);
            lock.execute();
            lock.getMoreResults();
            try (ResultSet rows = lock.getResultSet()) {
                return reading.of(rows);
            }
        }
    }

    /** It ended with the transaction. */
    @Override
    public void unbound(Connection connection) {}

    @Override
    public int finishBranches(Connection connection, Collection<BranchKey> keys, BranchState state)
            throws SQLException {
        try (PreparedStatement finish = connection.prepareStatement(FINISH)) {
            finish.setInt(1, state.number());
            bind(finish, 2, keys);
            return finish.executeUpdate();
        }
    }

    @Override
    public void markDecisions(Connection connection, Collection<Mark> marks) throws SQLException {
        try (PreparedStatement mark = connection.prepareStatement(MARK)) {
            array(mark, 1, "bigint", marks.stream().map(m -> m.trace().head()));
            array(mark, 2, "bigint", marks.stream().map(m -> m.trace().serial()));
            array(mark, 3, "int", marks.stream().map(Mark::attempt));
            array(mark, 4, "bigint", marks.stream().map(Mark::acknowledged));
            array(mark, 5, "boolean", marks.stream().map(Mark::finished));
            mark.executeUpdate();
        }
    }

    @Override
    public int clean(Connection connection, Cleaning what, long ageMillis, int most)
            throws SQLException {
        String sql = CLEAN.formatted(what.table(), what.only(), what.age());
        try (PreparedStatement clean = connection.prepareStatement(sql)) {
            clean.setLong(1, ageMillis);
            clean.setInt(2, most);
            return clean.executeUpdate();
        }
    }

    /** Commits that are not durable come with warnings, or are the database's own choice. */
    @Override
    public void requireRules(Connection connection) {}

    @Override
    public PreparedTransactions prepared() {
        return new PostgresPrepared();
    }

    private static void bind(PreparedStatement statement, int first, Collection<BranchKey> keys)
            throws SQLException {
        array(statement, first, "bigint", keys.stream().map(k -> k.trace().head()));
        array(statement, first + 1, "bigint", keys.stream().map(k -> k.trace().serial()));
        array(statement, first + 2, "int", keys.stream().map(BranchKey::attempt));
        array(statement, first + 3, "int", keys.stream().map(BranchKey::branch));
    }

    private static void array(PreparedStatement statement, int index, String type, Stream<?> values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
    }
}
