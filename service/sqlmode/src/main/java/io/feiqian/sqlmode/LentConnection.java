package io.feiqian.sqlmode;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection lent to a user's code inside a branch, and its statements. The statements' texts are
 * checked here; what they change is captured in the database, whatever way they take there.
 */
final class LentConnection implements InvocationHandler {
    private static final Set<String> LEFT_TO_THE_BRANCH =
            Set.of(
                    "commit",
                    "rollback",
                    "abort",
                    "setAutoCommit",
                    "setTransactionIsolation",
                    "setReadOnly",
                    "setSchema",
                    "setCatalog",
                    "unwrap");

    private final Connection raw;
    private final SqlCapture capture;

    private LentConnection(Connection raw, SqlCapture capture) {
        this.raw = raw;
        this.capture = capture;
    }

    static Connection over(Connection raw, SqlCapture capture) {
        return proxy(Connection.class, new LentConnection(raw, capture));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        Object[] given = arguments == null ? new Object[0] : arguments;
        boolean toSavepoint = name.equals("rollback") && given.length > 0;
        if (LEFT_TO_THE_BRANCH.contains(name) && !toSavepoint) {
            throw new IllegalStateException(
                    name + ": called inside a branch (expected: left to the branch)");
        }
        switch (name) {
            case "close":
                // The branch closes it; who borrowed it may believe that it did.
                return null;
            case "prepareCall":
                throw SqlModeException.notUndoable(
                        "call: what a procedure does cannot be undone (expected: INSERT, UPDATE or"
                                + " DELETE)");
            case "prepareStatement":
                refuseUpdatable(given, 2);
                Object[] checked = given.clone();
                checked[0] = capture.checked((String) given[0]);
                if (checked.length == 1 && !capture.isAnnounced()) {
                    return proxy(
                            PreparedStatement.class,
                            new FirstStatement(raw, (String) checked[0], proxy, capture));
                }
                capture.announce();
                return statement(
                        PreparedStatement.class, proxy, call(raw, method, checked, capture));
            case "createStatement":
                refuseUpdatable(given, 1);
                capture.announce();
                return statement(Statement.class, proxy, call(raw, method, given, capture));
            case "setSavepoint":
                // What is told after a savepoint is forgotten when it is rolled back to.
                capture.announce();
                return call(raw, method, given, capture);
            case "getMetaData":
                return metaData(raw.getMetaData(), (Connection) proxy);
            case "equals":
                return isHandledBy(given[0], this);
            case "hashCode":
                return System.identityHashCode(proxy);
            default:
                return call(raw, method, given, capture);
        }
    }

    /** The driver changes the rows of such a result by itself. */
    private void refuseUpdatable(Object[] given, int place) throws SqlModeException {
        if (capture.marksStatements()
                && given.length > place
                && Integer.valueOf(ResultSet.CONCUR_UPDATABLE).equals(given[place])) {
            throw SqlModeException.notUndoable(
                    "result set: updatable (expected: read only; rows are changed by statements)");
        }
    }

    private Object statement(Class<?> type, Object connection, @Nullable Object made) {
        if (made == null) {
            throw new IllegalStateException("statement: none made (expected: one)");
        }
        return proxy(type, new LentStatement(made, connection, capture));
    }

    /** Its way back leads to the lent connection, not to the one below. */
    private DatabaseMetaData metaData(DatabaseMetaData made, Connection connection) {
        return proxy(
                DatabaseMetaData.class,
                (proxy, method, arguments) ->
                        method.getName().equals("getConnection")
                                ? connection
                                : call(
                                        made,
                                        method,
                                        arguments == null ? new Object[0] : arguments,
                                        capture));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(
                        LentConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    static boolean isHandledBy(@Nullable Object other, InvocationHandler handler) {
        return other != null
                && Proxy.isProxyClass(other.getClass())
                && handler.equals(Proxy.getInvocationHandler(other));
    }

    static @Nullable Object call(
            Object target, Method method, Object[] arguments, SqlCapture capture) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            if (cause instanceof SQLException refused) {
                throw capture.explain(refused);
            }
            throw cause == null ? thrown : cause;
        }
    }

    /** A statement of a lent connection. */
    private static final class LentStatement implements InvocationHandler {
        private final Object made;
        private final Object connection;
        private final SqlCapture capture;

        LentStatement(Object made, Object connection, SqlCapture capture) {
            this.made = made;
            this.connection = connection;
            this.capture = capture;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
                throws Throwable {
            String name = method.getName();
            Object[] given = arguments == null ? new Object[0] : arguments;
            if (name.equals("getConnection")) {
                return connection;
            }
            if (name.equals("unwrap")) {
                throw new IllegalStateException(
                        "unwrap: called inside a branch (expected: left to the branch)");
            }
            if (name.equals("equals")) {
                return isHandledBy(given[0], this);
            }
            if (name.equals("hashCode")) {
                return System.identityHashCode(proxy);
            }
            if (name.startsWith("execute") || name.equals("addBatch")) {
                capture.refuseAfterConflict();
                if (given.length > 0 && given[0] instanceof String sql) {
                    given = Arrays.copyOf(given, given.length);
                    given[0] = capture.checked(sql);
                }
            }
            return call(made, method, given, capture);
        }
    }
}
