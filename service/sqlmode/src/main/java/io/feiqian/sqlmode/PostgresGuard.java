package io.feiqian.sqlmode;

import io.feiqian.sqlmode.PostgresTable.Column;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is generated for one enrolled table: the parts of its script. */
final class PostgresGuard {
    private final PostgresTable table;
    private final String schema;
    private final int id;
    private final int seed;

    /** For the table with this number, in the schema where SQL mode is installed. */
    PostgresGuard(PostgresTable table, String schema, int id) {
        this.table = table;
        this.schema = schema;
        this.id = id;
        this.seed = seed(id);
    }

    /** What keeps the locks of tables and of their keys apart; the primary key's is the first. */
    static int seed(int id) {
        return id * PostgresTable.MOST_KEYS;
    }

    /** The parts of the guard's script. */
    Map<String, String> parts() {
        List<String> written = names(each -> each.generated().isEmpty());
        List<String> set =
                names(each -> each.generated().isEmpty() && !each.identity().equals("a"));
        return Map.ofEntries(
                Map.entry("schema", schema),
                Map.entry("id", Integer.toString(id)),
                Map.entry("table", table.name()),
                Map.entry("table_text", text()),
                Map.entry("t_is_a", matches("fq_a")),
                Map.entry("t_is_b", matches("fq_b")),
                Map.entry("columns", String.join(", ", written)),
                Map.entry("b_columns", prefixed("fq_b", written)),
                Map.entry("a_row", compared("fq_a")),
                Map.entry("b_row", compared("fq_b")),
                Map.entry("f_row", compared("fq_f")),
                Map.entry(
                        "set_b",
                        set.stream()
                                .map(each -> each + " = fq_b." + each)
                                .collect(Collectors.joining(", "))),
                Map.entry("old_image", image("old")),
                Map.entry("new_image", image("new")),
                Map.entry(
                        "declarations", perKey(0, i -> "fq_old_%1$d bigint; fq_new_%1$d bigint;")),
                Map.entry("old_locks", perKey(0, i -> lock("old", i))),
                Map.entry("new_locks", perKey(0, i -> lock("new", i))),
                Map.entry("look_ups", lookUps()),
                Map.entry("insert_takes", perKey(0, i -> take("fq_new_%1$d"))),
                Map.entry("delete_takes", perKey(1, i -> take("fq_old_%1$d"))),
                Map.entry("update_takes", updateTakes()),
                Map.entry("delete_check", deleteCheck()),
                Map.entry("reference_check", referenceCheck()));
    }

    /** The row as the table's type writes it; a partition's row may have another order. */
    private String image(String row) {
        return table.partitioned()
                ? "row(%s)::%s::text".formatted(prefixed(row, names(each -> true)), table.name())
                : row + "::text";
    }

    /** The whole row, also with columns that came later, unless a virtual one has no value here. */
    private String compared(String row) {
        List<String> stored = names(each -> !each.generated().equals("v"));
        return stored.size() == table.columns().size()
                ? row
                : "row(%s)".formatted(prefixed(row, stored));
    }

    private static String prefixed(String row, List<String> columns) {
        return columns.stream().map(each -> row + "." + each).collect(Collectors.joining(", "));
    }

    private List<String> names(Predicate<Column> which) {
        return table.columns().stream().filter(which).map(Column::name).toList();
    }

    private String matches(String row) {
        return "(%s) = (%s)"
                .formatted(
                        prefixed("t", table.keys().get(0).expressions()),
                        prefixed(row, table.keys().get(0).expressions()));
    }

    /** Lines for each key from this one on; {@code %1$d} in them is its number from 1. */
    private String perKey(int from, IntFunction<String> line) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < table.keys().size(); i++) {
            lines.append("        ")
                    .append(line.apply(i).replace("%1$d", "" + (i + 1)))
                    .append('\n');
        }
        return lines.toString();
    }

    private String lock(String row, int key) {
        return "fq_" + row + "_%1$d := " + table.keys().get(key).lock(row, seed + key) + ";";
    }

    /** What a writer outside branches meets. */
    private String lookUps() {
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

    private String take(String lock) {
        return "if %1$s is not null then"
                .concat(" fq_taken := %2$s.feiqian_take(%1$s, fq_branch, %3$s); end if;")
                .replace("%1$s", lock)
                .replace("%2$s", schema)
                .replace("%3$s", text());
    }

    private String updateTakes() {
        return perKey(
                0,
                i ->
                        "if fq_old_%1$d is distinct from fq_new_%1$d then "
                                + (i == 0 ? "" : take("fq_old_%1$d") + " ")
                                + take("fq_new_%1$d")
                                + " end if;");
    }

    private String text() {
        return "'" + table.name().replace("'", "''") + "'";
    }

    private String deleteCheck() {
        return table.references().isEmpty() ? "" : refusal("deleted");
    }

    private String referenceCheck() {
        return table.references().isEmpty()
                ? ""
                : "if row(%s) is distinct from row(%s) then %s end if;"
                        .formatted(
                                prefixed("old", table.references()),
                                prefixed("new", table.references()),
                                refusal("made to refer to another"));
    }

    private String refusal(String what) {
        return """
        raise exception 'row of %%: %s although it refers to a row that might be gone when it is \
        restored (expected: marked as ended instead)', '%s' using errcode = 'FQ003';
        """
                .formatted(what, table.name().replace("'", "''"))
                .strip();
    }
}
