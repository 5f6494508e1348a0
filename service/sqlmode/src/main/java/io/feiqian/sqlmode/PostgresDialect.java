package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.statement.select.Offset;
import net.sf.jsqlparser.statement.select.PlainSelect;

/** PostgreSQL 14 and up: the trigger of an enrolled table captures, locks and refuses. */
final class PostgresDialect implements Dialect {
    static final PostgresDialect INSTANCE = new PostgresDialect();

    /** The guard lets a statement with this change rows which were not read. */
    private static final String UNREAD = "\n/*feiqian: unread*/";

    private static final Pattern END = Pattern.compile("[\\s;]+$");

    /** Change nothing but a counter with gaps, or nothing at all. */
    private static final Set<String> HARMLESS_VOLATILE =
            Set.of(
                    "nextval",
                    "currval",
                    "lastval",
                    "random",
                    "gen_random_uuid",
                    "uuidv4",
                    "uuidv7",
                    "clock_timestamp",
                    "timeofday");

    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03");

    private PostgresDialect() {}

    @Override
    public void install(Connection connection) throws SQLException {
        run(connection, Scripts.read("postgresql.sql", Map.of("schema", schema(connection))));
    }

    @Override
    public void enrol(Connection connection, String table, Set<String> declaredTriggers)
            throws SQLException {
        PostgresTable enrolled = PostgresTable.read(connection, table);
        enrolled.refuseWhatCannotBeUndone(connection, declaredTriggers);
        String schema = schema(connection);
        int id = register(connection, enrolled);
        PostgresGuard guard = new PostgresGuard(enrolled, schema, id);
        run(connection, Scripts.read("postgresql-table.sql", guard.parts()));
    }

    @Override
    public void withdraw(Connection connection, String table) throws SQLException {
        PostgresTable enrolled = PostgresTable.read(connection, table);
        Optional<Integer> id = idle(connection, enrolled);
        if (id.isEmpty()) {
            return;
        }
        run(
                connection,
                """
                drop trigger if exists feiqian_guard on %1$s;
                drop trigger if exists feiqian_keep on %1$s;
                drop function if exists feiqian_guard_%2$d, feiqian_keep_%2$d, feiqian_hold_%2$d,
                    feiqian_restore_%2$d;
                drop trigger if exists feiqian_withdrawn on %1$s;
                create trigger feiqian_withdrawn before insert or update or delete on %1$s
                    for each statement execute function feiqian_withdrawn();
                delete from feiqian_table where id = %2$d;
                """
                        .formatted(enrolled.name(), id.get()));
    }

    @Override
    public TableCatalog catalog(Connection connection) throws SQLException {
        List<EnrolledTable> tables = new ArrayList<>();
        Set<String> functions = new HashSet<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery(
                            """
                            select t.id, n.nspname, c.relname, pg_table_is_visible(c.oid),
                                (select array_agg(quote_ident(k)) from unnest(t.key_columns) k),
                                t.shape = feiqian_shape(c.oid) and exists (
                                    select 1 from pg_trigger g where g.tgrelid = c.oid
                                        and g.tgname = 'feiqian_guard'
                                        and g.tgenabled in ('O', 'A'))
                            from feiqian_table t join pg_class c on c.oid = to_regclass(t.name)
                            join pg_namespace n on n.oid = c.relnamespace
                            """)) {
                while (rows.next()) {
                    tables.add(
                            new EnrolledTable(
                                    rows.getInt(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getBoolean(4),
                                    texts(rows.getArray(5)),
                                    rows.getBoolean(6)));
                }
            }
            try (ResultSet rows =
                    statement.executeQuery(
                            "select distinct proname from pg_proc where provolatile = 'v'")) {
                while (rows.next()) {
                    functions.add(rows.getString(1));
                }
            }
        }
        functions.removeAll(HARMLESS_VOLATILE);
        return new TableCatalog(this, tables, functions);
    }

    /** Floating point values and intervals are written so that they are read back the same. */
    @Override
    public String announcement() {
        return "set_config('feiqian.branch', ?, true), set_config('lock_timeout', ?, true),"
                + " set_config('extra_float_digits', '1', true),"
                + " set_config('IntervalStyle', 'postgres', true)";
    }

    @Override
    public List<String> announcementValues(BranchKey key, SqlModeSettings settings) {
        return List.of(BranchText.of(key), settings.lockWait().toMillis() + "ms");
    }

    @Override
    public String sent(String sql, BranchKey key, SqlModeSettings settings, boolean unread) {
        // At the end: the driver drops what stands before the second of two statements.
        return unread ? END.matcher(sql).replaceFirst("") + UNREAD : sql;
    }

    /** Standard literals, names and comments. */
    @Override
    public void refuseAmbiguous(String sql) {}

    @Override
    public String stored(String name) {
        if (name.length() >= 2 && (name.startsWith("\"") || name.startsWith("`"))) {
            return name.substring(1, name.length() - 1).replace("\"\"", "\"");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /** {@code concat} takes nothing for an empty text, so that it may write what was read. */
    @Override
    public boolean isArithmetic(String function) {
        return false;
    }

    /** That is a table here. */
    @Override
    public boolean isProposed(String function) {
        return false;
    }

    @Override
    public boolean marksStatements() {
        return false;
    }

    @Override
    public void keepTogether(PlainSelect select) {
        if (select.getOffset() == null) {
            select.setOffset(new Offset().withOffset(new LongValue(0)));
        }
    }

    @Override
    public String hold(EnrolledTable table, String alias) {
        String keys =
                String.join(
                        ", ", table.keyColumns().stream().map(key -> alias + "." + key).toList());
        return "feiqian_hold_%d(hash_record_extended(row(%s), %d))"
                .formatted(table.id(), keys, PostgresGuard.seed(table.id()));
    }

    @Override
    public void confirm(Connection connection, Collection<BranchKey> keys) throws SQLException {
        Object[] texts = keys.stream().map(BranchText::of).sorted().toArray();
        try (PreparedStatement statement =
                connection.prepareStatement("select feiqian_confirm(?)")) {
            statement.setArray(1, connection.createArrayOf("text", texts));
            statement.execute();
        }
    }

    @Override
    public Optional<DirtyRow> cancel(Connection connection, BranchKey key, SqlModeSettings settings)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select * from feiqian_cancel(?, ?)")) {
            statement.setString(1, BranchText.of(key));
            statement.setString(2, settings.undoWait().toMillis() + "ms");
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(dirtyRow(rows)) : Optional.empty();
            }
        }
    }

    @Override
    public SQLException explain(SQLException thrown) {
        String state = String.valueOf(thrown.getSQLState());
        if (thrown instanceof SqlModeException) {
            return thrown;
        }
        if (CONFLICTS.contains(state)) {
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

    private static DirtyRow dirtyRow(ResultSet row) throws SQLException {
        String operation =
                switch (row.getString("op")) {
                    case "I" -> "INSERT";
                    case "U" -> "UPDATE";
                    default -> "DELETE";
                };
        return new DirtyRow(
                row.getString("tab"),
                row.getString("key"),
                operation,
                Optional.ofNullable(row.getString("before")),
                Optional.ofNullable(row.getString("after")),
                Optional.ofNullable(row.getString("present")),
                row.getString("reason"),
                row.getString("correction"));
    }

    private static int register(Connection connection, PostgresTable table) throws SQLException {
        idle(connection, table);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into feiqian_table (name, key_columns, shape)
                        values (?, ?, feiqian_shape(to_regclass(?)))
                        on conflict (name) do update
                        set key_columns = excluded.key_columns, shape = excluded.shape
                        returning id
                        """)) {
            statement.setString(1, table.name());
            statement.setArray(
                    2, connection.createArrayOf("text", table.plainKeyColumns().toArray()));
            statement.setString(3, table.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** The number of a table that no unfinished branch has images of. */
    private static Optional<Integer> idle(Connection connection, PostgresTable table)
            throws SQLException {
        run(connection, "lock table " + table.name() + " in share row exclusive mode");
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select t.id, exists (select 1 from feiqian_undo u where u.tab = t.id)
                        from feiqian_table t where t.name = ?
                        """)) {
            statement.setString(1, table.name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                if (row.getBoolean(2)) {
                    throw SqlModeException.notUndoable(
                            "table "
                                    + table.name()
                                    + ": unfinished branches have images of its rows (expected:"
                                    + " none while its enrolment changes)");
                }
                return Optional.of(row.getInt(1));
            }
        }
    }

    private static String schema(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select quote_ident(current_schema())")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void run(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(script);
        }
    }

    static List<String> texts(Array array) throws SQLException {
        return List.of(Arrays.copyOf((Object[]) array.getArray(), lengthOf(array), String[].class));
    }

    private static int lengthOf(Array array) throws SQLException {
        return ((Object[]) array.getArray()).length;
    }
}
