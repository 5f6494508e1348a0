package io.feiqian.sqlmode;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Enrolling in MariaDB, where each change of a schema commits by itself: a table counts as enrolled
 * from the last step on, when its shape is written, and everything before can be repeated.
 */
final class MariaDbEnrolment {
    /**
     * What is created under this mode runs under it, and in Unicode: a value is stored as it is
     * read, a zero too, and what is restored is compared afterwards.
     */
    private static final String MODE = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";

    private MariaDbEnrolment() {}

    static void install(Connection connection) throws SQLException {
        inMode(
                connection,
                () -> run(connection, "mariadb.sql", Map.of("schema", here(connection))));
    }

    static void enrol(Connection connection, String table, Set<String> declaredTriggers)
            throws SQLException {
        inMode(
                connection,
                () -> {
                    MariaDbTable enrolled = MariaDbTable.read(connection, table);
                    enrolled.refuseWhatCannotBeUndone(connection, declaredTriggers);
                    int id = register(connection, enrolled);
                    MariaDbGuard guard = new MariaDbGuard(enrolled, here(connection), id);
                    run(connection, "mariadb-table.sql", guard.parts());
                    locked(
                            connection,
                            enrolled,
                            () -> {
                                refuseImages(connection, enrolled, id);
                                dropWithdrawn(connection, enrolled);
                                for (MariaDbGuard.Event each : MariaDbGuard.Event.values()) {
                                    run(connection, "mariadb-guard.sql", guard.parts(each));
                                }
                            });
                    complete(connection, enrolled, id);
                });
    }

    static void withdraw(Connection connection, String table) throws SQLException {
        MariaDbTable enrolled = MariaDbTable.read(connection, table);
        Optional<Integer> found = id(connection, enrolled);
        if (found.isEmpty()) {
            return;
        }
        int id = found.get();
        refuseImages(connection, enrolled, id);
        execute(connection, "update feiqian_table set shape = '' where id = " + id);
        locked(
                connection,
                enrolled,
                () -> {
                    refuseImages(connection, enrolled, id);
                    for (MariaDbGuard.Event each : MariaDbGuard.Event.values()) {
                        execute(
                                connection,
                                "drop trigger if exists %s.%s"
                                        .formatted(
                                                MariaDbText.quoted(enrolled.schema()),
                                                each.trigger(id)));
                    }
                    refuseBranches(connection, enrolled, id);
                });
        execute(connection, "drop procedure if exists feiqian_restore_" + id);
        execute(connection, "drop function if exists feiqian_hold_" + id);
        execute(connection, "delete from feiqian_table where id = " + id);
    }

    /** A service that has not heard of it would write there without images. */
    private static void refuseBranches(Connection connection, MariaDbTable table, int id)
            throws SQLException {
        dropWithdrawn(connection, table);
        for (MariaDbGuard.Event each : MariaDbGuard.Event.values()) {
            Map<String, String> parts =
                    Map.of(
                            "schema",
                            here(connection),
                            "trigger",
                            MariaDbText.quoted(table.schema()) + "." + each.withdrawn(id),
                            "event",
                            each.name(),
                            "table",
                            table.text(),
                            "table_text",
                            MariaDbText.literal(table.toString()));
            run(connection, "mariadb-withdrawn.sql", parts);
        }
    }

    private static void dropWithdrawn(Connection connection, MariaDbTable table)
            throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select trigger_name from information_schema.triggers"
                                + " where event_object_schema = ? and event_object_table = ?"
                                + " and trigger_name like 'feiqian\\_withdrawn\\_%'")) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        for (String each : names) {
            execute(
                    connection,
                    "drop trigger %s.%s"
                            .formatted(
                                    MariaDbText.quoted(table.schema()), MariaDbText.quoted(each)));
        }
    }

    /** No transaction that changed the table is open meanwhile, and none begins. */
    private static void locked(Connection connection, MariaDbTable table, Step step)
            throws SQLException {
        execute(
                connection,
                "lock tables %s write, feiqian_undo read, feiqian_undo as u read"
                        .formatted(table.text()));
        try {
            step.run();
        } finally {
            execute(connection, "unlock tables");
        }
    }

    /** The number of a table, of which no unfinished branch has images, as not enrolled yet. */
    private static int register(Connection connection, MariaDbTable table) throws SQLException {
        Optional<Integer> known = id(connection, table);
        if (known.isPresent()) {
            refuseImages(connection, table, known.get());
        }
        String insert =
                """
                insert into feiqian_table (table_schema, table_name, key_columns, shape)
                values (?, ?, '', '') on duplicate key update shape = ''
                """;
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            statement.executeUpdate();
        }
        return id(connection, table)
                .orElseThrow(
                        () -> new SQLException("table: not registered (expected: registered)"));
    }

    private static void complete(Connection connection, MariaDbTable table, int id)
            throws SQLException {
        String keys =
                table.keys().get(0).parts().stream()
                        .map(each -> each.column().quoted())
                        .collect(Collectors.joining("\n"));
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "update feiqian_table set key_columns = ?,"
                                + " shape = feiqian_shape(table_schema, table_name) where id = ?")) {
            statement.setString(1, keys);
            statement.setInt(2, id);
            statement.executeUpdate();
        }
    }

    private static Optional<Integer> id(Connection connection, MariaDbTable table)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select id from feiqian_table where table_schema = ? and table_name = ?")) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getInt(1)) : Optional.empty();
            }
        }
    }

    private static void refuseImages(Connection connection, MariaDbTable table, int id)
            throws SQLException {
        String images = "select exists (select 1 from feiqian_undo u where u.tab = " + id + ")";
        if (!text(connection, images).equals("0")) {
            throw SqlModeException.notUndoable(
                    "table "
                            + table
                            + ": unfinished branches have images of its rows (expected: none while"
                            + " its enrolment changes)");
        }
    }

    private static String here(Connection connection) throws SQLException {
        String database = MariaDbDialect.database(connection);
        if (database.isEmpty()) {
            throw SqlModeException.notUndoable("database: none is chosen (expected: one)");
        }
        return MariaDbText.quoted(database);
    }

    private static void inMode(Connection connection, Step step) throws SQLException {
        String mode = text(connection, "select @@sql_mode");
        String collation = text(connection, "select @@collation_connection");
        set(connection, MODE, "utf8mb4_bin");
        try {
            step.run();
        } finally {
            set(connection, mode, collation);
        }
    }

    private static void set(Connection connection, String mode, String collation)
            throws SQLException {
        execute(
                connection,
                "set session sql_mode = '%s', session collation_connection = '%s'"
                        .formatted(mode, collation));
    }

    private static void run(Connection connection, String script, Map<String, String> parts)
            throws SQLException {
        for (String each : Scripts.read(script, parts).split("\n/\n", -1)) {
            execute(connection, each);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The text that a query finds. */
    static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /** A part of the work. */
    @FunctionalInterface
    private interface Step {
        void run() throws SQLException;
    }
}
