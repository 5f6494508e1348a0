package io.feiqian.realdata;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A strict reader of the data set's {@code .asc} files: one header line with known columns, fields
 * separated by semicolons, texts in double quotes, lines ended by LF or CR LF.
 *
 * <p>What is not exactly of this form is refused with file and line, never guessed.
 */
final class AscFile {
    private static final int CENTURY = 1900;

    private AscFile() {}

    /**
     * Reads all lines after the header.
     *
     * @param columns the names that the header must have, in this order
     * @throws MalformedFileException where the file has another form
     */
    static <T> List<T> read(Path file, List<String> columns, Function<Line, T> reader)
            throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        if (lines.isEmpty()) {
            throw new MalformedFileException(file, 0, "empty (expected: a header line)");
        }
        List<String> header = split(file, 1, lines.get(0));
        if (!header.equals(columns)) {
            throw new MalformedFileException(
                    file, 1, "columns: " + header + " (expected: " + columns + ")");
        }
        List<T> read = new ArrayList<>(lines.size());
        for (int i = 1; i < lines.size(); i++) {
            List<String> fields = split(file, i + 1, lines.get(i));
            if (fields.size() != columns.size()) {
                throw new MalformedFileException(
                        file,
                        i + 1,
                        "fields: " + fields.size() + " (expected: " + columns.size() + ")");
            }
            read.add(reader.apply(new Line(file, i + 1, columns, fields)));
        }
        return read;
    }

    private static List<String> split(Path file, int number, String line) {
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (true) {
            int end;
            if (at < line.length() && line.charAt(at) == '"') {
                int quote = line.indexOf('"', at + 1);
                if (quote < 0) {
                    throw new MalformedFileException(file, number, "a quote that does not end");
                }
                fields.add(line.substring(at + 1, quote));
                end = quote + 1;
            } else {
                int semicolon = line.indexOf(';', at);
                end = semicolon < 0 ? line.length() : semicolon;
                String field = line.substring(at, end);
                if (field.indexOf('"') >= 0) {
                    throw new MalformedFileException(file, number, "a quote inside a field");
                }
                fields.add(field);
            }
            if (end == line.length()) {
                return fields;
            }
            if (line.charAt(end) != ';') {
                throw new MalformedFileException(file, number, "text after a quote");
            }
            at = end + 1;
        }
    }

    /**
     * One line's fields, read by name.
     *
     * @param file where it stands
     * @param number its number in the file, from 1
     * @param columns the names of the fields
     * @param fields the fields, without quotes
     */
    record Line(Path file, int number, List<String> columns, List<String> fields) {
        String text(String column) {
            return fields.get(columns.indexOf(column));
        }

        long id(String column) {
            String text = text(column);
            if (!text.matches("[0-9]{1,9}")) {
                throw refused(column, "a number");
            }
            return Long.parseLong(text);
        }

        /** A decimal with at most two digits after the point, in hundredths. */
        long hundredths(String column) {
            String text = text(column);
            if (!text.matches("-?[0-9]{1,12}(\\.[0-9]{1,2})?")) {
                throw refused(column, "a decimal with at most two digits after the point");
            }
            return new BigDecimal(text).movePointRight(2).longValueExact();
        }

        /** A day written {@code yymmdd}, of the twentieth century. */
        LocalDate date(String column) {
            String text = text(column);
            if (!text.matches("[0-9]{6}")) {
                throw refused(column, "a day as yymmdd");
            }
            int number = Integer.parseInt(text);
            try {
                return LocalDate.of(CENTURY + number / 10_000, number / 100 % 100, number % 100);
            } catch (DateTimeException noDay) {
                throw refused(column, "a day as yymmdd");
            }
        }

        MalformedFileException refused(String column, String expected) {
            return new MalformedFileException(
                    file,
                    number,
                    "%s: \"%s\" (expected: %s)".formatted(column, text(column), expected));
        }
    }
}
