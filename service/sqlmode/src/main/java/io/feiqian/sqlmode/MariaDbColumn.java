package io.feiqian.sqlmode;

import java.util.Set;

/**
 * A column of a table in MariaDB, and how its values become images and come back: numbers as
 * numbers, moments in UTC, bytes in hexadecimal, and everything else as text.
 *
 * @param name without quotes
 * @param dataType its type without lengths, such as {@code varchar}
 * @param type its whole type, such as {@code varchar(50)}
 * @param charset of a text; empty otherwise
 * @param collation of a text; empty otherwise
 * @param generation {@code VIRTUAL}, {@code STORED}, or empty where it is written
 */
record MariaDbColumn(
        String name,
        String dataType,
        String type,
        String charset,
        String collation,
        String generation) {
    private static final Set<String> INTEGERS =
            Set.of("tinyint", "smallint", "mediumint", "int", "bigint");
    private static final Set<String> FLOATS = Set.of("float", "double");
    private static final Set<String> BYTES =
            Set.of("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob");

    /** A year too: as a number, 0 would come back as 2000. */
    private static final Set<String> PLAIN =
            Set.of("decimal", "date", "datetime", "time", "year", "inet4", "inet6", "uuid");

    /** Every character of these is one of Unicode and comes back from it. */
    private static final Set<String> UNICODE =
            Set.of("utf8mb4", "utf8mb3", "utf8", "ascii", "latin1");

    /** Whether its values can be written to an image and come back. */
    boolean isKnown() {
        return isText()
                || INTEGERS.contains(dataType)
                || FLOATS.contains(dataType)
                || BYTES.contains(dataType)
                || PLAIN.contains(dataType)
                || dataType.equals("bit")
                || dataType.equals("timestamp");
    }

    private boolean isText() {
        return !charset.isEmpty();
    }

    /** Whether a value may be longer than what a function gives. */
    boolean isLarge() {
        return dataType.endsWith("blob") || dataType.endsWith("text");
    }

    String quoted() {
        return MariaDbText.quoted(name);
    }

    /** The value in an image, as an expression over the column of a row. */
    String image(String row) {
        String value = row + "." + quoted();
        if (isText()) {
            // A document of its own would be taken for a part of the image.
            return UNICODE.contains(charset) ? "concat(" + value + ", '')" : "hex(" + value + ")";
        }
        if (INTEGERS.contains(dataType) || dataType.equals("decimal") || dataType.equals("bit")) {
            // Without leading zeros.
            return value + " + 0";
        }
        if (FLOATS.contains(dataType)) {
            // A float alone is written with six digits.
            return "cast(" + value + " as double)";
        }
        if (BYTES.contains(dataType)) {
            return "hex(" + value + ")";
        }
        if (dataType.equals("timestamp")) {
            // Not the session's text: an hour comes twice where summer time ends.
            return ("if(%1$s = 0, '0000-00-00 00:00:00', cast(timestampadd(microsecond,"
                            + " cast(unix_timestamp(%1$s) * 1000000 as signed),"
                            + " '1970-01-01 00:00:00') as char))")
                    .formatted(value);
        }
        return "cast(" + value + " as char)";
    }

    /** The value that an image holds, to be assigned to a variable of the column's type. */
    String decoded(String image) {
        String text =
                "json_value(%s, %s)".formatted(image, MariaDbText.literal("$.\"" + name + "\""));
        if (BYTES.contains(dataType) || (isText() && !UNICODE.contains(charset))) {
            return "unhex(" + text + ")";
        }
        return dataType.equals("bit") ? "cast(" + text + " as unsigned)" : text;
    }

    /**
     * What the values that a key takes for equal have in common, as an expression.
     *
     * @param value the column of a row, or a parameter of its type
     * @param prefix how many characters or bytes the key takes; 0 for all
     */
    String keyPart(String value, int prefix) {
        String whole = prefix == 0 ? value : "left(" + value + ", " + prefix + ")";
        if (isText()) {
            boolean padded = !collation.contains("nopad");
            return "hex(weight_string(" + (padded ? "rtrim(" + whole + ")" : whole) + "))";
        }
        if (BYTES.contains(dataType)) {
            return "hex(" + whole + ")";
        }
        if (dataType.equals("timestamp")) {
            return "unix_timestamp(" + value + ")";
        }
        if (FLOATS.contains(dataType)) {
            // The two zeros are equal.
            return "cast(" + value + " as double) + 0";
        }
        return PLAIN.contains(dataType) ? "cast(" + value + " as char)" : value + " + 0";
    }

    /** The type of a parameter for its values. */
    String parameterType() {
        boolean named = dataType.equals("enum") || dataType.equals("set");
        return isText()
                ? "%s character set %s collate %s"
                        .formatted(named ? type : type.replaceFirst(" .*$", ""), charset, collation)
                : type;
    }
}
