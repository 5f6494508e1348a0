package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.statement.select.Limit;
import net.sf.jsqlparser.statement.select.PlainSelect;

/**
 * MariaDB 10.11 and up: the triggers of an enrolled table capture, lock and refuse.
 *
 * <p>A variable of the session outlives the transaction, and a pool would hand the mark of a branch
 * to whoever comes next. So each statement carries the mark with it, as a setting that ends with
 * the statement: nothing is announced, and nothing has to be cleared.
 */
final class MariaDbDialect implements Dialect {
    /**
     * A text of the session that a statement may set for itself without any right, and that no
     * statement with rows uses. At most 64 characters.
     */
    private static final String MARK = "default_master_connection";

    /** Functions of the database that change something besides rows, or wait. */
    private static final Set<String> SIDE_EFFECTS =
            Set.of(
                    "setval",
                    "get_lock",
                    "release_lock",
                    "release_all_locks",
                    "sleep",
                    "benchmark",
                    "load_file",
                    "last_insert_id",
                    "master_pos_wait",
                    "master_gtid_wait",
                    "kdf",
                    "wsrep_sync_wait_upto");

    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int CHANGED_SINCE_READ = 1020;

    private final boolean lowerCase;

    /** With names of tables in lower case, or as they are written. */
    MariaDbDialect(boolean lowerCase) {
        this.lowerCase = lowerCase;
    }

    /** For this connection's server, which is not asked; a catalogue knows more. */
    static MariaDbDialect of(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        int minor = connection.getMetaData().getDatabaseMinorVersion();
        if (major < 10 || (major == 10 && minor < 11)) {
            throw SqlModeException.notUndoable(
                    "database: MariaDB %d.%d (expected: >= 10.11)".formatted(major, minor));
        }
        return new MariaDbDialect(false);
    }

    @Override
    public void install(Connection connection) throws SQLException {
        MariaDbEnrolment.install(connection);
    }

    @Override
    public void enrol(Connection connection, String table, Set<String> declaredTriggers)
            throws SQLException {
        MariaDbEnrolment.enrol(connection, table, declaredTriggers);
    }

    @Override
    public void withdraw(Connection connection, String table) throws SQLException {
        MariaDbEnrolment.withdraw(connection, table);
    }

    @Override
    public TableCatalog catalog(Connection connection) throws SQLException {
        List<EnrolledTable> tables = new ArrayList<>();
        Set<String> functions = new HashSet<>(SIDE_EFFECTS);
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery(
                            """
                            select id, table_schema, table_name, table_schema = database(),
                                key_columns, shape = feiqian_shape(table_schema, table_name)
                            from feiqian_table
                            """)) {
                while (rows.next()) {
                    tables.add(
                            new EnrolledTable(
                                    rows.getInt(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getBoolean(4),
                                    List.of(rows.getString(5).split("\n", -1)),
                                    rows.getBoolean(6)));
                }
            }
            try (ResultSet rows =
                    statement.executeQuery(
                            """
                            select distinct lower(routine_name) from information_schema.routines
                            where routine_type = 'FUNCTION'
                                and (sql_data_access = 'MODIFIES SQL DATA'
                                    or is_deterministic = 'NO'
                                    and sql_data_access not in ('NO SQL', 'READS SQL DATA'))
                            """)) {
                while (rows.next()) {
                    functions.add(rows.getString(1));
                }
            }
        }
        boolean lower =
                !MariaDbEnrolment.text(connection, "select @@lower_case_table_names").equals("0");
        return new TableCatalog(new MariaDbDialect(lower), tables, functions);
    }

    /** Each statement is marked by itself. */
    @Override
    public String announcement() {
        return "1";
    }

    @Override
    public List<String> announcementValues(BranchKey key, SqlModeSettings settings) {
        return List.of();
    }

    /** The wait is one of whole seconds in this database. */
    @Override
    public String sent(String sql, BranchKey key, SqlModeSettings settings, boolean unread) {
        return "SET STATEMENT %s = 'feiqian %s%s', innodb_lock_wait_timeout = %d FOR %s"
                .formatted(
                        MARK,
                        BranchText.of(key),
                        unread ? " unread" : "",
                        seconds(settings.lockWait().toMillis()),
                        sql.strip());
    }

    private static long seconds(long millis) {
        return (millis + 999) / 1_000;
    }

    @Override
    public void refuseAmbiguous(String sql) throws SqlModeException {
        MariaDbText.refuseAmbiguous(sql);
    }

    @Override
    public String stored(String name) {
        String plain =
                name.length() >= 2 && name.startsWith("`")
                        ? name.substring(1, name.length() - 1).replace("``", "`")
                        : name;
        return lowerCase ? plain.toLowerCase(Locale.ROOT) : plain;
    }

    /** Without a value for one without; {@code ||} is a condition here. */
    @Override
    public boolean isArithmetic(String function) {
        return function.equals("concat");
    }

    /** What an upsert proposes for a column: not the row that is there. */
    @Override
    public boolean isProposed(String function) {
        return function.equals("values") || function.equals("value");
    }

    @Override
    public boolean marksStatements() {
        return true;
    }

    @Override
    public void keepTogether(PlainSelect select) {
        if (select.getLimit() == null && select.getFetch() == null) {
            select.setLimit(new Limit().withRowCount(new LongValue("18446744073709551615")));
        }
    }

    @Override
    public String hold(EnrolledTable table, String alias) {
        return "feiqian_hold_%d(%s)"
                .formatted(
                        table.id(),
                        String.join(
                                ", ",
                                table.keyColumns().stream()
                                        .map(key -> alias + "." + key)
                                        .toList()));
    }

    @Override
    public void confirm(Connection connection, Collection<BranchKey> keys) throws SQLException {
        List<String> texts = keys.stream().map(BranchText::of).sorted().toList();
        String list = String.join(", ", Collections.nCopies(texts.size(), "?"));
        for (String table : List.of("feiqian_undo", "feiqian_lock")) {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "delete from " + table + " where branch in (" + list + ")")) {
                for (int i = 0; i < texts.size(); i++) {
                    statement.setString(i + 1, texts.get(i));
                }
                statement.executeUpdate();
            }
        }
    }

    @Override
    public Optional<DirtyRow> cancel(Connection connection, BranchKey key, SqlModeSettings settings)
            throws SQLException {
        String branch = BranchText.of(key);
        String call =
                ("SET STATEMENT %s = 'feiqian-undo %s', time_zone = '+00:00',"
                                + " innodb_lock_wait_timeout = %d FOR CALL feiqian_cancel('%s')")
                        .formatted(MARK, branch, seconds(settings.undoWait().toMillis()), branch);
        MariaDbEvidence evidence;
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(call)) {
                return Optional.empty();
            }
            try (ResultSet row = statement.getResultSet()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                evidence = MariaDbEvidence.of(branch, row);
            }
        }
        return Optional.of(evidence.dirtyRow(connection));
    }

    @Override
    public SQLException explain(SQLException thrown) {
        if (thrown instanceof SqlModeException) {
            return thrown;
        }
        String state = String.valueOf(thrown.getSQLState());
        int number = thrown.getErrorCode();
        if (CONFLICTS.contains(state)
                || number == LOCK_WAIT_TIMEOUT
                || number == CHANGED_SINCE_READ) {
            return new LockConflictException(thrown);
        }
        String message = String.valueOf(thrown.getMessage());
        if (state.equals("FQ002")) {
            return new SqlModeException(
                    OutcomeCode.SQL_NOT_READ_FOR_UPDATE, message, state, thrown);
        }
        if (state.equals("FQ003")) {
            return new SqlModeException(OutcomeCode.SQL_NOT_UNDOABLE, message, state, thrown);
        }
        return thrown;
    }

    /** The connection's database, in which SQL mode works. */
    static String database(Connection connection) throws SQLException {
        return MariaDbEnrolment.text(connection, "select ifnull(database(), '')");
    }
}
