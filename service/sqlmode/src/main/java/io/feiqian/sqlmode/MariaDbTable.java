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
import java.util.TreeMap;

/**
 * A table of MariaDB as its catalogue describes it.
 *
 * @param schema its database
 * @param name without quotes
 * @param kind what keeps it from being enrolled by its kind; empty for an ordinary table
 * @param columns its columns in order
 * @param keys its unique keys, the primary key first
 * @param references the columns of its foreign keys
 */
record MariaDbTable(
        String schema,
        String name,
        String kind,
        List<MariaDbColumn> columns,
        List<Key> keys,
        List<String> references) {
    /**
     * A unique key.
     *
     * @param primary whether it is the primary key
     * @param parts its columns in order
     */
    record Key(boolean primary, List<Part> parts) {
        boolean isNullable() {
            return parts.stream().anyMatch(Part::nullable);
        }
    }

    /**
     * A column in a key.
     *
     * @param column which
     * @param prefix how many characters or bytes of it; 0 for all
     * @param nullable whether rows may have none; these are not unique
     */
    record Part(MariaDbColumn column, int prefix, boolean nullable) {}

    static MariaDbTable read(Connection connection, String table) throws SQLException {
        List<String> parts = MariaDbText.parts(table);
        String schema = parts.size() == 2 ? parts.get(0) : MariaDbDialect.database(connection);
        String name = parts.isEmpty() ? "" : parts.get(parts.size() - 1);
        String query =
                """
                select t.table_schema, t.table_name,
                    case when t.table_name like 'feiqian\\\\_%' then 'a table of this system'
                        when exists (select 1 from information_schema.tables o
                            where o.table_schema = t.table_schema
                                and o.table_name = 'slot_ownership')
                            then 'in the schema of a cell and its ledger'
                        when t.table_type <> 'BASE TABLE'
                            then concat('no ordinary table but ', t.table_type)
                        when t.engine <> 'InnoDB'
                            then concat('a table of ', t.engine, ', without transactions')
                        else '' end
                from information_schema.tables t where t.table_schema = ? and t.table_name = ?
                """;
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, schema);
            statement.setString(2, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw SqlModeException.notUndoable(
                            "table: " + table + " (expected: one that exists)");
                }
                List<MariaDbColumn> columns = columns(connection, row.getString(1), name);
                return new MariaDbTable(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        columns,
                        keys(connection, row.getString(1), name, columns),
                        references(connection, row.getString(1), name));
            }
        }
    }

    private static List<MariaDbColumn> columns(Connection connection, String schema, String name)
            throws SQLException {
        List<MariaDbColumn> columns = new ArrayList<>();
        String query =
                """
                select column_name, data_type, column_type, ifnull(character_set_name, ''),
                    ifnull(collation_name, ''),
                    case when extra like '%VIRTUAL GENERATED%' then 'VIRTUAL'
                        when extra like '%STORED GENERATED%' then 'STORED' else '' end
                from information_schema.columns where table_schema = ? and table_name = ?
                order by ordinal_position
                """;
        try (PreparedStatement statement = of(connection, query, schema, name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                columns.add(
                        new MariaDbColumn(
                                rows.getString(1),
                                rows.getString(2),
                                rows.getString(3),
                                rows.getString(4),
                                rows.getString(5),
                                rows.getString(6)));
            }
        }
        return columns;
    }

    private static List<Key> keys(
            Connection connection, String schema, String name, List<MariaDbColumn> columns)
            throws SQLException {
        Map<String, List<Part>> keys = new TreeMap<>();
        String query =
                """
                select index_name, column_name, ifnull(sub_part, 0), nullable = 'YES'
                from information_schema.statistics
                where table_schema = ? and table_name = ? and non_unique = 0
                order by index_name, seq_in_index
                """;
        try (PreparedStatement statement = of(connection, query, schema, name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String column = rows.getString(2);
                for (MariaDbColumn each : columns) {
                    if (each.name().equalsIgnoreCase(column)) {
                        keys.computeIfAbsent(rows.getString(1), unused -> new ArrayList<>())
                                .add(new Part(each, rows.getInt(3), rows.getBoolean(4)));
                    }
                }
            }
        }
        List<Key> all = new ArrayList<>();
        List<Part> primary = keys.remove("PRIMARY");
        if (primary != null) {
            all.add(new Key(true, primary));
        }
        keys.values().forEach(parts -> all.add(new Key(false, parts)));
        return all;
    }

    private static List<String> references(Connection connection, String schema, String name)
            throws SQLException {
        List<String> references = new ArrayList<>();
        String query =
                """
                select distinct column_name from information_schema.key_column_usage
                where table_schema = ? and table_name = ? and referenced_table_name is not null
                order by column_name
                """;
        try (PreparedStatement statement = of(connection, query, schema, name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                references.add(rows.getString(1));
            }
        }
        return references;
    }

    private static PreparedStatement of(Connection connection, String query, String... values)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query);
        for (int i = 0; i < values.length; i++) {
            statement.setString(i + 1, values[i]);
        }
        return statement;
    }

    void refuseWhatCannotBeUndone(Connection connection, Set<String> declaredTriggers)
            throws SQLException {
        if (!kind.isEmpty()) {
            throw refused("is " + kind + " (expected: an ordinary InnoDB table of the service)");
        }
        if (keys.isEmpty() || !keys.get(0).primary()) {
            throw refused("has no primary key (expected: one, to find its rows again)");
        }
        for (MariaDbColumn each : columns) {
            if (!each.isKnown()) {
                throw refused(
                        "has the column %s of type %s (expected: numbers, texts, bytes, moments)"
                                .formatted(each.name(), each.type()));
            }
            if (each.name().indexOf('"') >= 0 || each.name().indexOf('\\') >= 0) {
                throw refused(
                        "has the column "
                                + each.name()
                                + " (expected: a name without double quotes and backslashes)");
            }
        }
        refusePeriods(connection);
        refuseWhatActsOnItsOwn(connection, declaredTriggers);
    }

    /** A key without overlaps is not a key of values. */
    private void refusePeriods(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show create table " + text())) {
            row.next();
            String plain = row.getString(2).replaceAll("`[^`]*`|'[^']*'", "");
            if (plain.contains("PERIOD FOR") || plain.contains("WITHOUT OVERLAPS")) {
                throw refused("has a period (expected: none)");
            }
        }
    }

    private void refuseWhatActsOnItsOwn(Connection connection, Set<String> declaredTriggers)
            throws SQLException {
        String query =
                """
                select 'trigger', trigger_name from information_schema.triggers
                where event_object_schema = ? and event_object_table = ?
                    and trigger_name not like 'feiqian\\\\_%'
                union all
                select 'guard of another installation', trigger_name
                from information_schema.triggers
                where event_object_schema = ? and event_object_table = ?
                    and trigger_name like 'feiqian\\\\_%'
                    and instr(action_statement, '.feiqian_') > 0
                    and instr(action_statement, concat(?, '.feiqian_')) = 0
                union all
                select 'cascading reference', constraint_name
                from information_schema.referential_constraints
                where ((constraint_schema = ? and table_name = ?)
                        or (unique_constraint_schema = ? and referenced_table_name = ?))
                    and (update_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
                        or delete_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT'))
                order by 1, 2
                """;
        String here = MariaDbText.quoted(MariaDbDialect.database(connection));
        try (PreparedStatement statement =
                        of(
                                connection,
                                query,
                                schema,
                                name,
                                schema,
                                name,
                                here,
                                schema,
                                name,
                                schema,
                                name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (rows.getString(1).startsWith("guard")) {
                    throw refused(
                            "has the guard '%s' of another installation (expected: none; withdraw"
                                            .formatted(rows.getString(2))
                                    + " the table there, since guards would take each other's"
                                    + " place)");
                }
                boolean trigger = rows.getString(1).equals("trigger");
                if (!trigger || !declaredTriggers.contains(rows.getString(2))) {
                    throw refused(
                            "has the %s '%s' (expected: none that is not declared; what it does"
                                            .formatted(rows.getString(1), rows.getString(2))
                                    + " could not be undone)");
                }
            }
        }
    }

    /** Database and name as SQL needs them. */
    String text() {
        return MariaDbText.quoted(schema) + "." + MariaDbText.quoted(name);
    }

    private SqlModeException refused(String why) {
        return SqlModeException.notUndoable("table " + this + ": " + why);
    }

    /** For messages. */
    @Override
    public String toString() {
        return schema + "." + name;
    }
}
