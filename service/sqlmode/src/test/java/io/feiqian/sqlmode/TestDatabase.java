package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A participant's database with SQL mode in it. */
final class TestDatabase implements AutoCloseable {
    static final SqlModeSettings SETTINGS =
            SqlModeSettings.defaults()
                    .withLockWait(Duration.ofMillis(300))
                    .withUndoWait(Duration.ofMillis(600));

    /** What runs on a connection. */
    @FunctionalInterface
    interface OnConnection {
        void run(Connection connection) throws SQLException;
    }

    private final Database kind;
    private final Server server;
    private @Nullable TableCatalog catalog;

    private TestDatabase(Database kind) {
        this.kind = kind;
        this.server = kind.server();
    }

    /** With these tables, all of them enrolled. */
    static TestDatabase with(Database kind, String tables, String... enrolled) throws SQLException {
        TestDatabase made = new TestDatabase(kind);
        made.commit(SqlMode::install);
        made.run(kind.sql(tables));
        made.enrol(Set.of(), enrolled);
        return made;
    }

    void enrol(Set<String> declaredTriggers, String... tables) throws SQLException {
        commit(connection -> {
            for (String table : tables) {
                SqlMode.enrol(connection, table, declaredTriggers);
            }
        });
        reload();
    }

    void reload() throws SQLException {
        commit(connection -> catalog = TableCatalog.load(connection));
    }

    TableCatalog catalog() {
        if (catalog == null) {
            throw new IllegalStateException("catalog: none (expected: loaded)");
        }
        return catalog;
    }

    static BranchKey key(int number) {
        return new BranchKey(new TraceNumber(202611220001001L, number), 1, 1);
    }

    Database kind() {
        return kind;
    }

    Server server() {
        return server;
    }

    /** How messages name a table of this database. */
    String named(String table) {
        return kind.table(server.schema(), table);
    }

    Connection open() throws SQLException {
        Connection connection = server.open();
        connection.setAutoCommit(false);
        return connection;
    }

    /** The local commit of a branch. */
    void branch(int number, OnConnection work) throws SQLException {
        branch(number, SETTINGS, work);
    }

    void branch(int number, SqlModeSettings settings, OnConnection work) throws SQLException {
        commit(connection -> {
            SqlCapture capture = SqlCapture.over(connection, key(number), settings, catalog());
            work.run(capture.connection());
            capture.flush();
        });
    }

    void branch(int number, String... statements) throws SQLException {
        branch(number, connection -> execute(connection, statements));
    }

    void confirm(int... numbers) throws SQLException {
        List<BranchKey> keys = new ArrayList<>();
        for (int each : numbers) {
            keys.add(key(each));
        }
        commit(connection -> SqlUndo.confirm(connection, keys));
    }

    void cancel(int number) throws SQLException {
        commit(connection -> SqlUndo.cancel(connection, key(number), SETTINGS));
    }

    void commit(OnConnection work) throws SQLException {
        commit(open(), work);
    }

    private static void commit(Connection opened, OnConnection work) throws SQLException {
        try (Connection connection = opened) {
            try {
                work.run(connection);
            } catch (SQLException | RuntimeException failed) {
                connection.rollback();
                throw failed;
            }
            connection.commit();
        }
    }

    /** What an ordinary program does, past SQL mode. */
    void run(String... statements) throws SQLException {
        Connection scripts = server.openForScripts();
        scripts.setAutoCommit(false);
        commit(scripts, connection -> execute(connection, statements));
    }

    /** What a database's administrator does past the triggers. */
    void past(String statement) throws SQLException {
        run(kind.past(statement));
    }

    static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** Rows as texts. */
    List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        commit(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery(query)) {
                while (found.next()) {
                    rows.add(String.valueOf(found.getString(1)));
                }
            }
        });
        return rows;
    }

    /** A table byte for byte, in the order of its key. */
    List<String> content(String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        commit(connection -> rows.addAll(server.content(connection, table)));
        return rows;
    }

    /** Images and locks that are left. */
    List<String> left() throws SQLException {
        return rows(
                "select concat('image of ', branch) from feiqian_undo"
                        + " union all select concat('lock of ', branch) from feiqian_lock"
                        + " order by 1");
    }

    @Override
    public void close() {
        server.close();
    }
}
