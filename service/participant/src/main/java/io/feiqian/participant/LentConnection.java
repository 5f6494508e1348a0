package io.feiqian.participant;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;

/** A connection as user code sees it: everything but what would end or change its transaction. */
final class LentConnection {
    private static final Set<String> NOT_LENT =
            Set.of(
                    "commit",
                    "close",
                    "abort",
                    "setAutoCommit",
                    "setTransactionIsolation",
                    "unwrap");

    private LentConnection() {}

    static Connection of(Connection connection) {
        return (Connection)
                Proxy.newProxyInstance(
                        LentConnection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            String name = method.getName();
                            boolean wholeRollback = name.equals("rollback") && arguments == null;
                            if (wholeRollback || NOT_LENT.contains(name)) {
                                throw new IllegalStateException(
                                        name + ": on a lent connection (expected: left to it)");
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getTargetException();
                            }
                        });
    }
}
