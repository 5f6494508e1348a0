package io.feiqian.sqlmode;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A dirty row as the undo in MariaDB found it, and the statements that would correct it.
 *
 * @param branch whose undo it is
 * @param schema the table's database
 * @param name the table
 * @param keys its primary key's columns, quoted
 * @param seq the image's number
 * @param op I, U or D
 * @param before the row before the branch
 * @param after the row as the branch left it
 * @param found the row as it is
 * @param why what does not fit
 */
record MariaDbEvidence(
        String branch,
        String schema,
        String name,
        List<String> keys,
        String seq,
        String op,
        @Nullable String before,
        @Nullable String after,
        @Nullable String found,
        String why) {
    /**
     * A column of the row.
     *
     * @param column what it is
     * @param before its value before the branch, as an image has it
     * @param after its value as the branch left it
     * @param found its value now
     * @param number whether it is a number
     */
    private record Value(
            MariaDbColumn column,
            @Nullable String before,
            @Nullable String after,
            @Nullable String found,
            boolean number) {
        boolean isKey(List<String> keys) {
            return keys.contains(column.quoted());
        }

        @Nullable String any() {
            return found != null ? found : after != null ? after : before;
        }

        /** An image's value as a literal of the column's type. */
        String literal(@Nullable String value) {
            if (value == null) {
                return "null";
            }
            boolean hex = !column.decoded("x").startsWith("json_value");
            if (hex && column.dataType().equals("bit")) {
                return value;
            }
            return hex ? "x'" + value + "'" : MariaDbText.literal(value);
        }

        boolean isWritten() {
            return column.generation().isEmpty();
        }

        boolean changed() {
            return !java.util.Objects.equals(before, after);
        }

        boolean stayed() {
            return java.util.Objects.equals(after, found);
        }
    }

    static MariaDbEvidence of(String branch, ResultSet row) throws SQLException {
        return new MariaDbEvidence(
                branch,
                row.getString("table_schema"),
                row.getString("table_name"),
                List.of(row.getString("key_columns").split("\n", -1)),
                row.getString("seq"),
                row.getString("op"),
                row.getString("before_image"),
                row.getString("after_image"),
                row.getString("found_image"),
                row.getString("why"));
    }

    /** For the operator. */
    DirtyRow dirtyRow(Connection connection) throws SQLException {
        List<Value> values = values(connection);
        String operation =
                switch (op) {
                    case "I" -> "INSERT";
                    case "U" -> "UPDATE";
                    default -> "DELETE";
                };
        String key =
                values.stream()
                        .filter(each -> each.isKey(keys))
                        .map(each ->
                                each.column().name()
                                        + "="
                                        + (after != null ? each.after() : each.before()))
                        .collect(Collectors.joining(", "));
        return new DirtyRow(
                schema + "." + name,
                key,
                operation,
                Optional.ofNullable(before),
                Optional.ofNullable(after),
                Optional.ofNullable(found),
                why,
                correction(values));
    }

    private List<Value> values(Connection connection) throws SQLException {
        List<Value> values = new ArrayList<>();
        for (MariaDbColumn each : MariaDbTable.read(connection, table()).columns()) {
            String path = "$.\"" + each.name() + "\"";
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "select json_value(?, ?), json_value(?, ?), json_value(?, ?),"
                                    + " json_type(json_extract(?, ?)) in ('INTEGER', 'DOUBLE')")) {
                String known = before != null ? before : after;
                String[] given = {before, path, after, path, found, path, known, path};
                for (int i = 0; i < given.length; i++) {
                    statement.setString(i + 1, given[i]);
                }
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    values.add(
                            new Value(
                                    each,
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getBoolean(4)));
                }
            }
        }
        return values;
    }

    private String table() {
        return MariaDbText.quoted(schema) + "." + MariaDbText.quoted(name);
    }

    private String correction(List<Value> values) {
        List<String> lines = new ArrayList<>(List.of("begin;"));
        if (op.equals("I")) {
            if (found == null) {
                lines.add("-- The inserted row is gone already: nothing to correct.");
            } else {
                lines.add("-- Others changed the inserted row. Where it must go all the same:");
                lines.add(marked("delete from " + table() + " where " + where(values)));
            }
        } else if (op.equals("D")) {
            lines.add(
                    "-- The deleted row's key or values are taken by another row: decide which of"
                            + " the two stays.");
        } else if (found == null) {
            lines.add(marked(insertion(values)));
        } else {
            update(values, lines);
        }
        lines.add(
                "delete from feiqian_undo where branch = '%s' and seq = %s;"
                        .formatted(branch, seq));
        lines.add("commit;");
        return String.join("\n", lines);
    }

    private String insertion(List<Value> values) {
        List<Value> written = values.stream().filter(Value::isWritten).toList();
        return "insert into %s (%s) values (%s)"
                .formatted(
                        table(),
                        written.stream()
                                .map(each -> each.column().quoted())
                                .collect(Collectors.joining(", ")),
                        written.stream()
                                .map(each -> each.literal(each.before()))
                                .collect(Collectors.joining(", ")));
    }

    /** Numbers by the branch's difference, others where only the branch changed them. */
    private void update(List<Value> values, List<String> lines) {
        List<String> sets = new ArrayList<>();
        for (Value each : values) {
            String column = each.column().quoted();
            String was = each.before();
            String left = each.after();
            if (!each.isWritten() || !each.changed()) {
                continue;
            }
            if (each.stayed()) {
                sets.add(column + " = " + each.literal(was));
            } else if (each.number() && was != null && left != null && each.found() != null) {
                String difference =
                        new BigDecimal(was).subtract(new BigDecimal(left)).toPlainString();
                sets.add("%s = %s + (%s)".formatted(column, column, difference));
            } else {
                lines.add(
                        "-- %s: before %s, after %s, found %s: decide."
                                .formatted(
                                        each.column().name(),
                                        each.literal(was),
                                        each.literal(left),
                                        each.literal(each.found()))
                                // What customers wrote must not end the comment.
                                .replaceAll("\\R", "\n-- "));
            }
        }
        if (!sets.isEmpty()) {
            lines.add(
                    marked(
                            "update %s set %s where %s"
                                    .formatted(table(), String.join(", ", sets), where(values))));
        }
    }

    private String where(List<Value> values) {
        return values.stream()
                .filter(each -> each.isKey(keys))
                .map(each -> each.column().quoted() + " = " + each.literal(each.any()))
                .collect(Collectors.joining(" and "));
    }

    private String marked(String statement) {
        return "set statement default_master_connection = 'feiqian-undo %s', time_zone = '+00:00' for %s;"
                .formatted(branch, statement);
    }
}
