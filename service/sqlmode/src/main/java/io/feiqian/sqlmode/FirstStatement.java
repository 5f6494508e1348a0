package io.feiqian.sqlmode;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A statement that was prepared before the database knew whose the transaction is. Where it is the
 * first that runs, it travels with the announcement in one round trip; otherwise, and whenever it
 * runs again, it is an ordinary prepared statement.
 */
final class FirstStatement implements InvocationHandler {
    private static final Set<String> RUNS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate");

    /** Belong to the result of the last run, whichever statement that was. */
    private static final Set<String> RESULTS =
            Set.of(
                    "getResultSet",
                    "getUpdateCount",
                    "getLargeUpdateCount",
                    "getMoreResults",
                    "getWarnings",
                    "clearWarnings");

    private final Connection raw;
    private final String sql;
    private final Object connection;
    private final SqlCapture capture;
    private final List<Bound> bound = new ArrayList<>();
    private @Nullable PreparedStatement announcing;
    private @Nullable PreparedStatement plain;

    /**
     * A value for a parameter.
     *
     * @param setter how it was bound
     * @param arguments the parameter's number, the value and what else the setter takes
     */
    private record Bound(Method setter, List<@Nullable Object> arguments) {
        void to(PreparedStatement statement, int shift, SqlCapture capture) throws Throwable {
            Object[] shifted = arguments.toArray();
            shifted[0] = (Integer) shifted[0] + shift;
            LentConnection.call(statement, setter, shifted, capture);
        }
    }

    FirstStatement(Connection raw, String sql, Object connection, SqlCapture capture) {
        this.raw = raw;
        this.sql = sql;
        this.connection = connection;
        this.capture = capture;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        Object[] given = arguments == null ? new Object[0] : arguments;
        switch (name) {
            case "getConnection":
                return connection;
            case "unwrap":
                throw new IllegalStateException(
                        "unwrap: called inside a branch (expected: left to the branch)");
            case "equals":
                return LentConnection.isHandledBy(given[0], this);
            case "hashCode":
                return System.identityHashCode(proxy);
            case "close":
                close();
                return null;
            default:
                return forward(method, name, given);
        }
    }

    private @Nullable Object forward(Method method, String name, Object[] given) throws Throwable {
        boolean sets = name.startsWith("set") && given.length > 1 && given[0] instanceof Integer;
        if (plain == null && sets) {
            bound.add(new Bound(method, Arrays.asList(given)));
            return null;
        }
        if (plain == null && name.equals("clearParameters")) {
            bound.clear();
            return null;
        }
        if (name.startsWith("execute") || name.equals("addBatch")) {
            capture.refuseAfterConflict();
        }
        if (plain == null
                && announcing == null
                && RUNS.contains(name)
                && given.length == 0
                && !capture.isAnnounced()) {
            return runAnnouncing(name);
        }
        if (plain == null && announcing != null && RESULTS.contains(name)) {
            return LentConnection.call(announcing, method, given, capture);
        }
        return LentConnection.call(plain(), method, given, capture);
    }

    private @Nullable Object runAnnouncing(String name) throws Throwable {
        int shift = capture.announcementParameters();
        try {
            PreparedStatement both = capture.prepareWithAnnouncement(sql);
            announcing = both;
            for (Bound each : bound) {
                each.to(both, shift, capture);
            }
            capture.runAnnouncing(both);
            return result(both, name);
        } catch (SQLException refused) {
            throw capture.explain(refused);
        }
    }

    private static Object result(PreparedStatement both, String name) throws SQLException {
        ResultSet rows = both.getResultSet();
        switch (name) {
            case "execute":
                return rows != null;
            case "executeQuery":
                if (rows == null) {
                    throw new SQLException("statement: no rows (expected: a query)", "02000");
                }
                return rows;
            default:
                if (rows != null) {
                    throw new SQLException("statement: rows (expected: an update)", "0100E");
                }
                return name.equals("executeUpdate")
                        ? (Object) both.getUpdateCount()
                        : (Object) both.getLargeUpdateCount();
        }
    }

    private PreparedStatement plain() throws Throwable {
        PreparedStatement made = plain;
        if (made == null) {
            capture.announce();
            made = raw.prepareStatement(sql);
            plain = made;
            for (Bound each : bound) {
                each.to(made, 0, capture);
            }
        }
        return made;
    }

    private void close() throws SQLException {
        if (announcing != null) {
            announcing.close();
        }
        if (plain != null) {
            plain.close();
        }
    }
}
