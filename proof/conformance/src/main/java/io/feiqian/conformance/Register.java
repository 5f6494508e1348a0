package io.feiqian.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** All rows, in the order of the sources; read from {@code register.csv} beside this class. */
public final class Register {
    private static final int COLUMNS = 6;

    private final List<Row> rows;

    private Register(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /** The register that this version of the project ships. */
    public static Register shipped() {
        return parse(resource("register.csv"));
    }

    /** The text of a file beside this class. */
    static String resource(String name) {
        try (InputStream in =
                Objects.requireNonNull(Register.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Reads comma-separated rows with quoted fields and a head line.
     *
     * @throws IllegalArgumentException naming the row, for a wrong number of columns, an id that
     *     comes twice, an unknown verdict or a verdict without evidence
     */
    public static Register parse(String csv) {
        List<Row> rows = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        List<List<String>> records = records(csv);
        for (List<String> fields : records.subList(1, records.size())) {
            if (fields.size() != COLUMNS) {
                throw new IllegalArgumentException(
                        "register: %s has %d columns (expected: %d)"
                                .formatted(fields, fields.size(), COLUMNS));
            }
            if (!ids.add(fields.get(0))) {
                throw new IllegalArgumentException("register: " + fields.get(0) + " comes twice");
            }
            rows.add(
                    new Row(
                            fields.get(0),
                            fields.get(1),
                            fields.get(2),
                            fields.get(3),
                            Verdict.ofWord(fields.get(4)),
                            fields.get(5)));
        }
        return new Register(rows);
    }

    /** Every row. */
    public List<Row> rows() {
        return rows;
    }

    /** The rows under any of these prefixes; all where none is given. */
    public List<Row> under(List<String> prefixes) {
        return rows.stream()
                .filter(row -> prefixes.isEmpty() || prefixes.stream().anyMatch(row::isUnder))
                .toList();
    }

    /** Every line's fields, the head line first. */
    static List<List<String>> records(String csv) {
        List<List<String>> records = new ArrayList<>();
        for (String line : csv.split("\r?\n", -1)) {
            if (!line.isBlank()) {
                records.add(fields(line));
            }
        }
        if (records.isEmpty()) {
            throw new IllegalArgumentException("register: empty (expected: a head line)");
        }
        return records;
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                boolean doubled = quoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
                if (doubled) {
                    field.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
