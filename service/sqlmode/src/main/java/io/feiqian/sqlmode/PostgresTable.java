package io.feiqian.sqlmode;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
 * @param partitioned whether its rows lie in partitions, whose columns may stand in another order
 */
record PostgresTable(
        String name,
        String kind,
        List<Column> columns,
        List<Key> keys,
        List<String> references,
        boolean partitioned) {
    /** More keys than any table has; keeps the seeds of two tables apart. */
    static final int MOST_KEYS = 256;

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
                                when exists (select 1 from pg_class o where o.relkind = 'r'
                                    and o.relnamespace = c.relnamespace
                                    and o.relname = 'slot_ownership')
                                    then 'in the schema of a cell and its ledger'
                                when c.relispartition then 'a partition'
                                when c.relkind not in ('r', 'p') then 'no ordinary table'
                                when c.relpersistence <> 'p' then 'a table that a crash empties'
                                when c.relkind = 'r' and exists (select 1 from pg_inherits i
                                    where c.oid in (i.inhrelid, i.inhparent))
                                    then 'a table with inheritance'
                                when exists (select 1 from pg_partition_tree(c.oid) p
                                    join pg_index i on i.indrelid = p.relid and i.indisunique
                                    where p.level > 0 and not exists (select 1 from pg_inherits h
                                        where h.inhrelid = i.indexrelid))
                                    then 'a table with a partition that has a unique key alone'
                                else '' end,
                            c.relkind = 'p',
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
                        PostgresDialect.texts(row.getArray(4)),
                        row.getBoolean(3));
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
            throw refused("is " + kind + " (expected: an ordinary table of the service)");
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
                        where tgrelid in (select relid from pg_partition_tree(to_regclass(?))
                                union select to_regclass(?))
                            and not tgisinternal and tgparentid = 0
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
            statement.setString(2, name);
            statement.setArray(3, connection.createArrayOf("text", declaredTriggers.toArray()));
            statement.setString(4, name);
            statement.setString(5, name);
            statement.setString(6, name);
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

    private SqlModeException refused(String why) {
        return SqlModeException.notUndoable("table " + name + ": " + why);
    }

    /** For messages. */
    @Override
    public String toString() {
        return name;
    }
}
