package io.feiqian.simulation.jdbc;

import io.feiqian.simulation.Rules;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.database.Reply;
import io.feiqian.simulation.database.Session;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.fibers.Host;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection of one process to its database. Every statement is a round trip that the thread
 * waits for. What the library never calls is not there.
 */
final class SimulatedConnection implements InvocationHandler {
    private final Host host;
    private final Database database;
    private final Rules rules;
    private final Session session;
    private final Consumer<SimulatedConnection> closed;
    private boolean autoCommit = true;
    private boolean open;
    private boolean failed;
    private boolean lost;

    SimulatedConnection(
            Host host, Database database, Rules rules, Consumer<SimulatedConnection> closed) {
        this.host = host;
        this.closed = closed;
        this.database = database;
        this.rules = rules;
        this.session = database.connect();
    }

    Connection proxy() {
        return proxy(Connection.class, this);
    }

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(
                        SimulatedConnection.class.getClassLoader(),
                        new Class<?>[] {type},
                        handler));
    }

    /** The client is gone. */
    void lose() {
        lost = true;
        session.lose();
    }

    Rules rules() {
        return rules;
    }

    /** Whether every statement is a transaction. */
    boolean autoCommits() {
        return autoCommit;
    }

    /** A statement that is not understood ends the run, whoever catches what is thrown. */
    IllegalStateException unknown(String sql) {
        IllegalStateException unknown =
                new IllegalStateException(
                        "statement: " + sql + " (expected: one that the simulation knows)");
        host.report(unknown);
        return unknown;
    }

    /** Milliseconds by the database's clock. */
    long now() {
        return database.clock().millis();
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
            throws SQLException {
        return switch (method.getName()) {
            case "prepareStatement" ->
                    new SimulatedStatement(this, String.valueOf(arguments[0])).prepared();
            case "createStatement" -> new SimulatedStatement(this, "").plain();
            case "createArrayOf" -> array(arguments[1]);
            case "setAutoCommit" -> {
                autoCommit = Boolean.TRUE.equals(arguments[0]);
                yield null;
            }
            case "getAutoCommit" -> autoCommit;
            case "commit" -> {
                commit();
                yield null;
            }
            case "rollback" -> {
                rollback();
                yield null;
            }
            case "close" -> {
                closed.accept(this);
                rollback();
                yield null;
            }
            case "clearWarnings", "getWarnings" -> null;
            case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
            case "getMetaData" ->
                    proxy(DatabaseMetaData.class, (meta, asked, none) -> "PostgreSQL");
            case "toString" -> "connection to " + database.name();
            case "hashCode" -> System.identityHashCode(this);
            case "equals" -> isSame(proxy, arguments[0]);
            default -> throw new IllegalStateException("connection: " + method.getName());
        };
    }

    @SuppressWarnings("ReferenceEquality") // a connection equals itself only
    private static boolean isSame(Object one, @Nullable Object other) {
        return one == other;
    }

    private static Array array(@Nullable Object values) {
        return proxy(
                Array.class,
                (proxy, method, none) ->
                        switch (method.getName()) {
                            case "getArray" -> values;
                            case "toString" -> "array";
                            default -> null;
                        });
    }

    /** One statement; commits at once where nothing else is open. */
    Object run(Statement statement) throws SQLException {
        return run(statement, autoCommit);
    }

    /** One statement, and COMMIT in the same round trip where wanted. */
    Object run(Statement statement, boolean commit) throws SQLException {
        refuseFailed();
        return done(trip(List.of(statement), commit), commit).result(0, Object.class);
    }

    void commit() throws SQLException {
        if (failed) {
            rollback();
        } else if (open) {
            var _ = done(trip(List.of(), true), true);
        }
    }

    void rollback() {
        host.requireAlive();
        session.rollback();
        session.lockTimeout(Optional.empty());
        open = false;
        failed = false;
    }

    void lockTimeout(Optional<Long> millis) {
        session.lockTimeout(millis.map(each -> each * 1_000));
    }

    private void refuseFailed() throws SQLException {
        if (failed) {
            throw new SQLException("transaction: failed (expected: rolled back)", "25P02");
        }
    }

    private Reply trip(List<Statement> statements, boolean commit) throws SQLException {
        if (lost) {
            throw new SQLException("connection: lost before", "08003");
        }
        return host.await(answer -> {
            if (commit) {
                session.commit(statements, answer);
            } else {
                session.execute(statements, answer);
            }
        });
    }

    private Reply.Done done(Reply reply, boolean committed) throws SQLException {
        switch (reply) {
            case Reply.Done done -> {
                open = !committed && !autoCommit;
                if (committed) {
                    session.lockTimeout(Optional.empty());
                }
                return done;
            }
            case Reply.Failed down when down.reason() == Reply.Reason.DOWN -> {
                lost = true;
                throw new SQLException("connection: refused", "08006");
            }
            case Reply.Failed refused -> {
                failed = !autoCommit;
                open = false;
                throw new SQLException(refused.reason().toString(), state(refused.reason()));
            }
            case Reply.Lost ignored -> {
                lost = true;
                throw new SQLException("connection: lost", "08006");
            }
        }
    }

    private static String state(Reply.Reason reason) {
        return switch (reason) {
            case CONFLICT -> "23505";
            case DEADLOCK -> "40P01";
            case LOCK_TIMEOUT -> "55P03";
            case UNDEFINED -> "42704";
            case IN_USE -> "55000";
            case DOWN -> "08006";
        };
    }
}
