package io.feiqian.sqlmode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is generated for one enrolled table: the parts of its scripts. */
final class MariaDbGuard {
    private final MariaDbTable table;
    private final String schema;
    private final int id;

    /**
     * For the table with this number.
     *
     * @param schema where SQL mode is installed, quoted
     */
    MariaDbGuard(MariaDbTable table, String schema, int id) {
        this.table = table;
        this.schema = schema;
        this.id = id;
    }

    /** A kind of change, and whether rows of it have an image before and after. */
    enum Event {
        INSERT(false, true),
        UPDATE(true, true),
        DELETE(true, false);

        private final boolean hasOld;
        private final boolean hasNew;

        Event(boolean hasOld, boolean hasNew) {
            this.hasOld = hasOld;
            this.hasNew = hasNew;
        }

        /** The name of what refuses branches once the table was withdrawn. */
        String withdrawn(int id) {
            return "feiqian_withdrawn_" + name().toLowerCase(java.util.Locale.ROOT) + "_" + id;
        }

        /** The name of the guard of the table with this number. */
        String trigger(int id) {
            return "feiqian_" + name().toLowerCase(java.util.Locale.ROOT) + "_" + id;
        }
    }

    /** The parts of the script of what restores and holds rows. */
    Map<String, String> parts() {
        Map<String, String> parts = common();
        List<String> written = quoted(each -> each.generation().isEmpty());
        parts.put(
                "column_names",
                MariaDbText.literal(
                        table.columns().stream()
                                .map(MariaDbColumn::name)
                                .collect(Collectors.joining(","))));
        parts.put("schema_literal", MariaDbText.literal(table.schema()));
        parts.put("name_literal", MariaDbText.literal(table.name()));
        parts.put("decode_b", decode("fq_b", "fq_before"));
        parts.put("decode_a", decode("fq_a", "fq_after"));
        parts.put("image_t", image("t"));
        parts.put("t_is_a", matches("fq_a"));
        parts.put("t_is_b", matches("fq_b"));
        parts.put("columns", String.join(", ", written));
        parts.put("b_columns", prefixed("fq_b", written));
        parts.put(
                "set_b",
                written.stream()
                        .map(each -> "t." + each + " = fq_b." + each)
                        .collect(Collectors.joining(", ")));
        List<String> parameters = new ArrayList<>();
        for (MariaDbTable.Part each : table.keys().get(0).parts()) {
            parameters.add("p_" + parameters.size() + " " + each.column().parameterType());
        }
        parts.put("hold_parameters", String.join(", ", parameters));
        int[] place = {0};
        parts.put("hold_lock", hash(0, unused -> "p_" + place[0]++));
        return parts;
    }

    /** The parts of the script of one guard. */
    Map<String, String> parts(Event event) {
        Map<String, String> parts = common();
        StringBuilder declarations = new StringBuilder();
        StringBuilder locks = new StringBuilder();
        for (int key = 0; key < table.keys().size(); key++) {
            line(declarations, "declare fq_old_%1$d, fq_new_%1$d binary(20) default null;", key);
            if (event.hasOld) {
                line(locks, "set fq_old_%1$d = " + lock("old", key) + ";", key);
            }
            if (event.hasNew) {
                line(locks, "set fq_new_%1$d = " + lock("new", key) + ";", key);
            }
        }
        parts.put("trigger", MariaDbText.quoted(table.schema()) + "." + event.trigger(id));
        parts.put("event", event.name().toLowerCase(java.util.Locale.ROOT));
        parts.put("declarations", declarations.toString());
        parts.put("locks", locks.toString());
        parts.put("look_ups", lookUps(event));
        parts.put("capture", capture(event));
        return parts;
    }

    private Map<String, String> common() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("schema", schema);
        parts.put("id", Integer.toString(id));
        parts.put("table", table.text());
        parts.put("table_text", text());
        return parts;
    }

    private String text() {
        return MariaDbText.literal(table.toString());
    }

    private static void line(StringBuilder lines, String line, int key) {
        lines.append("    ").append(line.replace("%1$d", "" + (key + 1))).append('\n');
    }

    private String decode(String row, String image) {
        return table.columns().stream()
                .filter(each -> each.generation().isEmpty())
                .map(each -> row + "." + each.quoted() + " = " + each.decoded(image))
                .collect(Collectors.joining(",\n            "));
    }

    /** Null for a row that is too large; a function of it alone would leave a value out. */
    private String image(String row) {
        List<MariaDbColumn> stored =
                table.columns().stream()
                        .filter(each -> !each.generation().equals("VIRTUAL"))
                        .toList();
        String object =
                stored.stream()
                        .map(each -> MariaDbText.literal(each.name()) + ", " + each.image(row))
                        .collect(Collectors.joining(", ", "json_object(", ")"));
        List<String> large =
                stored.stream()
                        .filter(MariaDbColumn::isLarge)
                        .map(each -> "length(" + row + "." + each.quoted() + ")")
                        .map(each -> "ifnull(" + each + ", 0) * 2 > @@max_allowed_packet")
                        .toList();
        return large.isEmpty()
                ? object
                : "if(%s, null, %s)".formatted(String.join(" or ", large), object);
    }

    private List<String> quoted(Predicate<MariaDbColumn> which) {
        return table.columns().stream().filter(which).map(MariaDbColumn::quoted).toList();
    }

    private static String prefixed(String row, List<String> columns) {
        return columns.stream().map(each -> row + "." + each).collect(Collectors.joining(", "));
    }

    private String matches(String row) {
        return table.keys().get(0).parts().stream()
                .map(each -> each.column().quoted())
                .map(each -> "t." + each + " = " + row + "." + each)
                .collect(Collectors.joining(" and "));
    }

    /** The lock of a key's values in a row; null where they are not unique. */
    private String lock(String row, int key) {
        Function<MariaDbColumn, String> access = column -> row + "." + column.quoted();
        MariaDbTable.Key which = table.keys().get(key);
        return which.isNullable()
                ? which.parts().stream()
                        .filter(MariaDbTable.Part::nullable)
                        .map(each -> access.apply(each.column()) + " is null")
                        .collect(
                                Collectors.joining(
                                        " or ", "if(", ", null, " + hash(key, access) + ")"))
                : hash(key, access);
    }

    private String hash(int key, Function<MariaDbColumn, String> access) {
        return table.keys().get(key).parts().stream()
                .map(each -> each.column().keyPart(access.apply(each.column()), each.prefix()))
                .collect(
                        Collectors.joining(
                                ", ",
                                "unhex(sha1(concat_ws('|', '" + id + ":" + key + "', ",
                                ")))"));
    }

    /** What a writer outside of branches meets. */
    private String lookUps(Event event) {
        StringBuilder lines = new StringBuilder();
        String free =
                "if WHEN then call %s.feiqian_free(LOCK, %s); end if;".formatted(schema, text());
        for (int key = 0; key < table.keys().size(); key++) {
            if (event.hasOld) {
                line(
                        lines,
                        free.replace("WHEN", "fq_old_%1$d is not null")
                                .replace("LOCK", "fq_old_%1$d"),
                        key);
            }
            if (event.hasNew) {
                line(
                        lines,
                        free.replace(
                                        "WHEN",
                                        "fq_new_%1$d is not null"
                                                + " and not (fq_new_%1$d <=> fq_old_%1$d)")
                                .replace("LOCK", "fq_new_%1$d"),
                        key);
            }
        }
        return lines.toString();
    }

    private String capture(Event event) {
        StringBuilder lines = new StringBuilder();
        if (event.hasOld) {
            line(lines, take("fq_old_%1$d"), 0);
            line(
                    lines,
                    "if fq_new and fq_mark not like '% unread' then "
                            + refusal(
                                    "FQ002",
                                    "changed without being read (expected: SELECT ... FOR UPDATE in"
                                            + " the same branch, or a delta such as x = x + ?)")
                            + " end if;",
                    0);
            lines.append(references(event));
        }
        for (int key = 0; key < table.keys().size(); key++) {
            if (event.hasOld && key > 0) {
                line(lines, changed(event, "old") + take("fq_old_%1$d") + " end if;", key);
            }
            if (event.hasNew) {
                line(lines, changed(event, "new") + take("fq_new_%1$d") + " end if;", key);
            }
        }
        line(
                lines,
                "call %s.feiqian_capture(fq_branch, %d, '%s', %s, %s, %s);"
                        .formatted(
                                schema,
                                id,
                                event.name().substring(0, 1),
                                text(),
                                event.hasOld ? image("old") : "null",
                                event.hasNew ? image("new") : "null"),
                0);
        return lines.toString();
    }

    private static String changed(Event event, String row) {
        String there = "if fq_" + row + "_%1$d is not null";
        return event == Event.UPDATE
                ? there + " and not (fq_old_%1$d <=> fq_new_%1$d) then "
                : there + " then ";
    }

    private String take(String lock) {
        return "call %s.feiqian_take(%s, fq_branch, %s, fq_new);".formatted(schema, lock, text());
    }

    private String references(Event event) {
        if (table.references().isEmpty()) {
            return "";
        }
        String why =
                " although it refers to a row that might be gone when it is restored (expected:"
                        + " marked as ended instead)";
        if (event == Event.DELETE) {
            return "    " + refusal("FQ003", "deleted" + why) + "\n";
        }
        String same =
                table.references().stream()
                        .map(MariaDbText::quoted)
                        .map(each -> "old." + each + " <=> new." + each)
                        .collect(Collectors.joining(" and "));
        return "    if not (%s) then %s end if;\n"
                .formatted(same, refusal("FQ003", "made to refer to another" + why));
    }

    private String refusal(String state, String why) {
        return "call %s.feiqian_refuse('%s', %s, %s);"
                .formatted(schema, state, text(), MariaDbText.literal(why));
    }
}
