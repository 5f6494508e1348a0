package io.feiqian.participant;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A database whose connection breaks right after it committed a row of one table. */
final class LosingAnswers {
    private final DataSource database;
    private String table = "";
    private final AtomicInteger lost = new AtomicInteger();

    LosingAnswers(DataSource database) {
        this.database = database;
    }

    synchronized void loseNext(String of) {
        table = of;
    }

    private synchronized boolean isMeant(String sql) {
        return !table.isEmpty() && sql.startsWith("insert into " + table);
    }

    private synchronized boolean takeLoss() {
        boolean loses = !table.isEmpty();
        table = "";
        return loses;
    }

    int lost() {
        return lost.get();
    }

    DataSource dataSource() {
        return proxy(
                DataSource.class,
                database,
                (name, arguments, result) ->
                        result instanceof Connection connection ? connection(connection) : result);
    }

    /** The commit is in the round trip of the row, or comes behind it. */
    private Connection connection(Connection connection) {
        AtomicBoolean written = new AtomicBoolean();
        return proxy(
                Connection.class,
                connection,
                (name, arguments, result) -> {
                    if (name.equals("commit") && written.getAndSet(false)) {
                        lose();
                    }
                    boolean meant =
                            name.equals("prepareStatement") && isMeant((String) arguments[0]);
                    return meant
                            ? statement(
                                    (PreparedStatement) result,
                                    ((String) arguments[0]).endsWith("; commit"),
                                    written)
                            : result;
                });
    }

    private PreparedStatement statement(
            PreparedStatement statement, boolean commits, AtomicBoolean written) {
        return proxy(
                PreparedStatement.class,
                statement,
                (name, arguments, result) -> {
                    if (name.equals("execute")) {
                        if (commits) {
                            lose();
                        } else {
                            written.set(true);
                        }
                    }
                    return result;
                });
    }

    private void lose() throws SQLException {
        if (takeLoss()) {
            lost.incrementAndGet();
            throw new SQLException("the connection is lost", "08006");
        }
    }

    /** What is made of a call's result. */
    @FunctionalInterface
    private interface After {
        Object of(String name, Object[] arguments, Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            try {
                                Object result = method.invoke(target, arguments);
                                Object[] given = arguments == null ? new Object[0] : arguments;
                                return after.of(method.getName(), given, result);
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getTargetException();
                            }
                        }));
    }
}
