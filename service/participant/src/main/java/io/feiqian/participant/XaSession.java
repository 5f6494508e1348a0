package io.feiqian.participant;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection of MariaDB inside an XA transaction. A rollback ends that, and leaves the connection
 * as any other; a prepare breaks the connection off, for as long as the session lives no other may
 * commit or roll back what it prepared. Used by one thread at a time.
 */
final class XaSession implements InvocationHandler {
    private enum State {
        ACTIVE,
        PREPARED,
        OVER
    }

    private final Connection connection;
    private final XaName name;
    private State state = State.ACTIVE;

    private XaSession(Connection connection, XaName name) {
        this.connection = connection;
        this.name = name;
    }

    /** Begins the transaction. */
    static Connection begin(Connection connection, XaName name) throws SQLException {
        MariaDialect.run(connection, "xa start " + name.text());
        return (Connection)
                Proxy.newProxyInstance(
                        XaSession.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        new XaSession(connection, name));
    }

    /** The session behind such a connection. */
    static XaSession of(Connection begun) {
        if (Proxy.isProxyClass(begun.getClass())
                && Proxy.getInvocationHandler(begun) instanceof XaSession session) {
            return session;
        }
        throw new IllegalStateException("connection: not begun (expected: by XA START)");
    }

    /** Prepares the transaction durably and gives the connection up. */
    void prepare() throws SQLException {
        MariaDialect.run(connection, "xa end " + name.text());
        MariaDialect.run(connection, "xa prepare " + name.text());
        state = State.PREPARED;
        breakOff();
    }

    /** The server keeps what is prepared; the pool finds out, and makes another connection. */
    private void breakOff() {
        try {
            connection.abort(Runnable::run);
            try (Statement probe = connection.createStatement()) {
                probe.execute("select 1");
            }
        } catch (SQLException expected) {
            return;
        }
        throw new IllegalStateException(
                "connection: still open after its abort (expected: closed; its pool or driver"
                        + " cannot be used for XA)");
    }

    private void rollBack() throws SQLException {
        state = State.OVER;
        try {
            MariaDialect.run(connection, "xa end " + name.text());
        } catch (SQLException ended) {
            // It ended with a deadlock, or before.
            if (DatabaseErrors.isLost(ended)) {
                throw ended;
            }
        }
        MariaDialect.run(connection, "xa rollback " + name.text());
    }

    @Override
    public @Nullable Object invoke(
            Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        boolean whole = arguments == null;
        if (whole && method.getName().equals("rollback") && state == State.ACTIVE) {
            rollBack();
            return null;
        }
        if (whole && method.getName().equals("commit") && state == State.PREPARED) {
            return null;
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }
}
