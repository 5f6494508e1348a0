package io.feiqian.sqlmode;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A table of PostgreSQL as its catalogue describes it, and the parts of the guard that are
 * generated from it.
 *
 * @param name schema and name, quoted
 * @param kind what keeps it from being enrolled by its kind; empty for an ordinary table
 * @param columns its columns in order
 * @param keys its unique indexes, the primary key first
 * @param references the columns of its foreign keys
 */
record PostgresTable(
        String name, String kind, List<Column> columns, List<Key> keys, List<String> references) {
    /** More keys than any table has; keeps the seeds of two tables apart. */
    private static final int MOST_KEYS = 256;

    /**
     * A column.
     *
     * @param name quoted
     * @param type with its modifier
     * @param generated {@code s} stored, {@code v} virtual, empty otherwise
     * @param identity {@code a} where its value is always the database's, empty otherwise
     */
    record Column(String name, String type, String generated, String identity) {}

    /**
     * A unique index.
     *
     * @param primary whether it is the primary key's
     * @param expressions columns, quoted, or expressions over them
     * @param types of the expressions
     * @param plain whether all expressions are columns
     * @param condition of a partial index; empty for a whole one
     * @param nullable whether values with a null are not unique
     * @param immediate whether it is checked at once
     */
    record Key(
            boolean primary,
            List<String> expressions,
            List<String> types,
            boolean plain,
            String condition,
            boolean nullable,
            boolean immediate) {
        /** The lock of this key's values in a row, as an expression; null where there is none. */
        String lock(String row, int seed) {
            if (plain && condition.isEmpty()) {
                return hash(name -> row + "." + name, seed);
            }
            String when = condition.isEmpty() ? "true" : condition;
            return "(select case when %s then %s end from (select %s.*) as fq_row)"
                    .formatted(when, hash(Function.identity(), seed), row);
        }

        String hash(Function<String, String> access, int seed) {
            String values =
                    "row(%s)"
                            .formatted(
                                    expressions.stream()
                                            .map(access)
                                            .collect(Collectors.joining(", ")));
            String hash = "hash_record_extended(%s, %d)".formatted(values, seed);
            return nullable ? "case when %s is not null then %s end".formatted(values, hash) : hash;
        }
    }

    static PostgresTable read(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                            case when c.relname like 'feiqian\\_%' then 'a table of this system'
                                when c.relispartition then 'a partition'
                                when c.relkind = 'p' then 'a partitioned table'
                                when c.relkind <> 'r' then 'no ordinary table'
                                when c.relpersistence <> 'p' then 'a table that a crash empties'
                                when exists (select 1 from pg_inherits i
                                    where c.oid in (i.inhrelid, i.inhparent))
                                    then 'a table with inheritance'
                                else '' end,
                            coalesce((select array_agg(distinct quote_ident(a.attname))
                                from pg_constraint k join pg_attribute a
                                    on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
                                where k.contype = 'f' and k.conrelid = c.oid), '{}')
                        from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where c.oid = to_regclass(?)
                        """)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw SqlModeException.notUndoable(
                            "table: " + table + " (expected: one that exists)");
                }
                String name = row.getString(1);
                return new PostgresTable(
                        name,
                        row.getString(2),
                        columns(connection, name),
                        keys(connection, name),
                        PostgresDialect.texts(row.getArray(3)));
            }
        }
    }

    private static List<Column> columns(Connection connection, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select quote_ident(attname), format_type(atttypid, atttypmod),
                            attgenerated, attidentity
                        from pg_attribute
                        where attrelid = to_regclass(?) and attnum > 0 and not attisdropped
                        order by attnum
                        """)) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(
                            new Column(
                                    rows.getString(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getString(4)));
                }
            }
        }
        return columns;
    }

    private static List<Key> keys(Connection connection, String table) throws SQLException {
        List<Key> keys = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select i.indisprimary,
                            (select array_agg(pg_get_indexdef(i.indexrelid, k, true) order by k)
                                from generate_series(1, i.indnkeyatts) k),
                            (select array_agg(format_type(a.atttypid, a.atttypmod)
                                    order by a.attnum)
                                from pg_attribute a
                                where a.attrelid = i.indexrelid and a.attnum <= i.indnkeyatts),
                            i.indexprs is null,
                            coalesce(pg_get_expr(i.indpred, i.indrelid, true), ''),
                            not coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
                                and (i.indexprs is not null or exists (
                                    select 1 from pg_attribute a where a.attrelid = i.indrelid
                                        and a.attnum = any (i.indkey) and not a.attnotnull)),
                            i.indimmediate
                        from pg_index i
                        where i.indrelid = to_regclass(?) and i.indisunique
                        order by i.indisprimary desc, i.indexrelid::regclass::text
                        """)) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.add(
                            new Key(
                                    rows.getBoolean(1),
                                    PostgresDialect.texts(rows.getArray(2)),
                                    PostgresDialect.texts(rows.getArray(3)),
                                    rows.getBoolean(4),
                                    rows.getString(5),
                                    rows.getBoolean(6),
                                    rows.getBoolean(7)));
                }
            }
        }
        return keys;
    }

    void refuseWhatCannotBeUndone(Connection connection, Set<String> declaredTriggers)
            throws SQLException {
        if (!kind.isEmpty()) {
            throw refused("is " + kind + " (expected: an ordinary table)");
        }
        if (keys.isEmpty() || !keys.get(0).primary()) {
            throw refused("has no primary key (expected: one, to find its rows again)");
        }
        for (Key key : keys) {
            if (!key.immediate()) {
                throw refused("has a deferrable unique key (expected: checked at once)");
            }
        }
        if (keys.size() >= MOST_KEYS) {
            throw refused("has " + keys.size() + " unique keys (expected: < " + MOST_KEYS + ")");
        }
        refuseUnhashableKeys(connection);
        refuseWhatActsOnItsOwn(connection, declaredTriggers);
    }

    private void refuseUnhashableKeys(Connection connection) throws SQLException {
        for (Key key : keys) {
            String values =
                    key.types().stream()
                            .map(type -> "null::" + type)
                            .collect(Collectors.joining(", "));
            try (Statement statement = connection.createStatement()) {
                statement.execute("select hash_record_extended(row(" + values + "), 0)");
            } catch (SQLException cannot) {
                throw refused(
                        "has a unique key of %s (expected: types that can be hashed; %s)"
                                .formatted(key.types(), cannot.getMessage()));
            }
        }
    }

    private void refuseWhatActsOnItsOwn(Connection connection, Set<String> declaredTriggers)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select 'trigger ' || quote_literal(tgname) from pg_trigger
                        where tgrelid = to_regclass(?) and not tgisinternal
                            and tgname not like 'feiqian\\_%' and tgname <> all (?)
                        union all
                        select 'rule ' || quote_literal(rulename) from pg_rewrite
                        where ev_class = to_regclass(?)
                        union all
                        select case contype when 'x' then 'exclusion constraint '
                            else 'cascading reference ' end || quote_literal(conname)
                        from pg_constraint where (conrelid = to_regclass(?) and contype = 'x')
                            or (to_regclass(?) in (conrelid, confrelid) and contype = 'f'
                                and (confdeltype in ('c', 'n', 'd')
                                    or confupdtype in ('c', 'n', 'd')))
                        order by 1 limit 1
                        """)) {
            statement.setString(1, name);
            statement.setArray(2, connection.createArrayOf("text", declaredTriggers.toArray()));
            statement.setString(3, name);
            statement.setString(4, name);
            statement.setString(5, name);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    throw refused(
                            "has the "
                                    + row.getString(1)
                                    + " (expected: none that is not declared; what it does could"
                                    + " not be undone)");
                }
            }
        }
    }

    /** The names of the primary key's columns without quotes. */
    List<String> plainKeyColumns() {
        return keys.get(0).expressions().stream()
                .map(each ->
                        each.startsWith("\"")
                                ? each.substring(1, each.length() - 1).replace("\"\"", "\"")
                                : each)
                .toList();
    }

    /** The parts of the guard's script. */
    Map<String, String> parts(String schema, int id) {
        List<String> stored = names(each -> !each.generated().equals("v"));
        List<String> written = names(each -> each.generated().isEmpty());
        List<String> set =
                names(each -> each.generated().isEmpty() && !each.identity().equals("a"));
        int seed = id * MOST_KEYS;
        return Map.ofEntries(
                Map.entry("schema", schema),
                Map.entry("id", Integer.toString(id)),
                Map.entry("table", name),
                Map.entry("table_text", text()),
                Map.entry("t_is_a", matches("fq_a")),
                Map.entry("t_is_b", matches("fq_b")),
                Map.entry("columns", String.join(", ", written)),
                Map.entry("b_columns", prefixed("fq_b", written)),
                Map.entry("a_columns", prefixed("fq_a", stored)),
                Map.entry("f_columns", prefixed("fq_f", stored)),
                Map.entry("b_stored", prefixed("fq_b", stored)),
                Map.entry(
                        "set_b",
                        set.stream()
                                .map(each -> each + " = fq_b." + each)
                                .collect(Collectors.joining(", "))),
                Map.entry("key_parameters", keyParameters()),
                Map.entry("hold_lock", holdLock(seed)),
                Map.entry(
                        "declarations", perKey(0, i -> "fq_old_%1$d bigint; fq_new_%1$d bigint;")),
                Map.entry("old_locks", perKey(0, i -> lock("old", i, seed))),
                Map.entry("new_locks", perKey(0, i -> lock("new", i, seed))),
                Map.entry("look_ups", lookUps(schema)),
                Map.entry("insert_takes", perKey(0, i -> take(schema, "fq_new_%1$d"))),
                Map.entry("delete_takes", perKey(1, i -> take(schema, "fq_old_%1$d"))),
                Map.entry("update_takes", updateTakes(schema)),
                Map.entry("delete_check", deleteCheck()),
                Map.entry("reference_check", referenceCheck()));
    }

    private static String prefixed(String row, List<String> columns) {
        return columns.stream().map(each -> row + "." + each).collect(Collectors.joining(", "));
    }

    private List<String> names(Predicate<Column> which) {
        return columns.stream().filter(which).map(Column::name).toList();
    }

    private String matches(String row) {
        return "(%s) = (%s)"
                .formatted(
                        prefixed("t", keys.get(0).expressions()),
                        prefixed(row, keys.get(0).expressions()));
    }

    /** Lines for each key from this one on; {@code %1$d} in them is its number from 1. */
    private String perKey(int from, IntFunction<String> line) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < keys.size(); i++) {
            lines.append("        ")
                    .append(line.apply(i).replace("%1$d", "" + (i + 1)))
                    .append('\n');
        }
        return lines.toString();
    }

    private String lock(String row, int key, int seed) {
        return "fq_" + row + "_%1$d := " + keys.get(key).lock(row, seed + key) + ";";
    }

    /** What a writer outside branches meets. */
    private String lookUps(String schema) {
        String lookUp =
                """
                if WHEN then
                    select l.branch into fq_holder from SCHEMA.feiqian_lock l where l.lock = LOCK;
                    if found then
                        perform SCHEMA.feiqian_conflict(TABLE, fq_holder);
                    end if;
                end if;
                """
                        .replace("SCHEMA", schema)
                        .replace("TABLE", text());
        return perKey(
                        0,
                        i ->
                                lookUp.replace("WHEN", "fq_old_%1$d is not null")
                                        .replace("LOCK", "fq_old_%1$d"))
                + perKey(
                        0,
                        i ->
                                lookUp.replace(
                                                "WHEN",
                                                "fq_new_%1$d is not null and fq_new_%1$d is"
                                                        + " distinct from fq_old_%1$d")
                                        .replace("LOCK", "fq_new_%1$d"));
    }

    private String take(String schema, String lock) {
        return "if %1$s is not null then"
                .concat(" fq_taken := %2$s.feiqian_take(%1$s, fq_branch, %3$s); end if;")
                .replace("%1$s", lock)
                .replace("%2$s", schema)
                .replace("%3$s", text());
    }

    private String updateTakes(String schema) {
        return perKey(
                0,
                i ->
                        "if fq_old_%1$d is distinct from fq_new_%1$d then "
                                + (i == 0 ? "" : take(schema, "fq_old_%1$d") + " ")
                                + take(schema, "fq_new_%1$d")
                                + " end if;");
    }

    private String text() {
        return "'" + name.replace("'", "''") + "'";
    }

    private String keyParameters() {
        Key primary = keys.get(0);
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < primary.types().size(); i++) {
            parameters.add("p_" + (i + 1) + " " + primary.types().get(i));
        }
        return String.join(", ", parameters);
    }

    private String holdLock(int seed) {
        List<String> names = keys.get(0).expressions();
        return keys.get(0).hash(each -> "p_" + (names.indexOf(each) + 1), seed);
    }

    private String deleteCheck() {
        return references.isEmpty() ? "" : refusal("deleted");
    }

    private String referenceCheck() {
        return references.isEmpty()
                ? ""
                : "if row(%s) is distinct from row(%s) then %s end if;"
                        .formatted(
                                prefixed("old", references),
                                prefixed("new", references),
                                refusal("made to refer to another"));
    }

    private String refusal(String what) {
        return """
        raise exception 'row of %%: %s although it refers to a row that might be gone when it is \
        restored (expected: marked as ended instead)', '%s' using errcode = 'FQ003';
        """
                .formatted(what, name.replace("'", "''"))
                .strip();
    }

    private SqlModeException refused(String why) {
        return SqlModeException.notUndoable("table " + name + ": " + why);
    }

    /** For messages. */
    @Override
    public String toString() {
        return name;
    }
}
