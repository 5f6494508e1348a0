package io.feiqian.storage;

import io.feiqian.storage.DatabaseConfig.Durability;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the database's settings against the promise that no acknowledged commit is lost. */
final class DurabilityCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityCheck.class);

    private static final Map<String, Set<String>> EXPECTED =
            Map.of(
                    "fsync", Set.of("on"),
                    "full_page_writes", Set.of("on"),
                    "synchronous_commit", Set.of("on", "remote_apply"),
                    "server_encoding", Set.of("UTF8"));

    /** Oldest version whose behaviour the fence's tests cover. */
    private static final int OLDEST = 150_000;

    private DurabilityCheck() {}

    static void verify(Connection connection, Durability stance) throws SQLException {
        List<String> wrong = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            int version = Integer.parseInt(setting(statement, "server_version_num"));
            if (version < OLDEST) {
                throw new StorageException(
                        "PostgreSQL: version " + version + " (expected: >= " + OLDEST + ")");
            }
            for (Map.Entry<String, Set<String>> each : EXPECTED.entrySet()) {
                String value = setting(statement, each.getKey());
                if (!each.getValue().contains(value)) {
                    wrong.add(
                            each.getKey() + ": " + value + " (expected: " + each.getValue() + ")");
                }
            }
        }
        if (wrong.isEmpty()) {
            return;
        }
        if (stance == Durability.CHECKED) {
            throw new StorageException(
                    "database: not as durable as promised: " + String.join(", ", wrong));
        }
        LOG.warn("the database is not as durable as promised: {}", wrong);
    }

    private static String setting(Statement statement, String name) throws SQLException {
        try (ResultSet row = statement.executeQuery("select current_setting('" + name + "')")) {
            row.next();
            return row.getString(1);
        }
    }
}
