package io.feiqian.storage;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;

/**
 * A connection lent to a user's statements: everything but what would end the transaction or change
 * the rules it stands on.
 */
final class TransactionConnection {
    private static final Set<String> FORBIDDEN =
            Set.of(
                    "commit",
                    "rollback",
                    "close",
                    "abort",
                    "setAutoCommit",
                    "setTransactionIsolation",
                    "setReadOnly",
                    "unwrap");

    private TransactionConnection() {}

    static Connection over(Connection connection) {
        return (Connection)
                Proxy.newProxyInstance(
                        TransactionConnection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            boolean toSavepoint =
                                    method.getName().equals("rollback") && arguments != null;
                            if (FORBIDDEN.contains(method.getName()) && !toSavepoint) {
                                throw new IllegalStateException(
                                        method.getName()
                                                + ": called inside a local commit (expected: left"
                                                + " to it)");
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getCause() == null ? thrown : thrown.getCause();
                            }
                        });
    }
}
