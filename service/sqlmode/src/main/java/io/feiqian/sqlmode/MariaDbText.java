package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.SqlModeException.notUndoable;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names and literals as MariaDB writes them, and what it reads otherwise than the parser does. */
final class MariaDbText {
    private static final String PART = "(?:`((?:[^`]|``)+)`|([^.`\\s]+))";
    private static final Pattern NAME = Pattern.compile("(?:" + PART + "\\.)?" + PART);

    private MariaDbText() {}

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static String literal(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /** The parts of a name, one or two; empty where it is none. */
    static List<String> parts(String name) {
        Matcher found = NAME.matcher(name.strip());
        List<String> parts = new ArrayList<>();
        if (found.matches()) {
            for (int group = 1; group < 5; group += 2) {
                if (found.group(group) != null) {
                    parts.add(found.group(group).replace("``", "`"));
                } else if (found.group(group + 1) != null) {
                    parts.add(found.group(group + 1));
                }
            }
        }
        return parts;
    }

    /**
     * Refuses a text in which a literal, a name or a comment might end elsewhere for the database
     * than for the parser: depending on the session's mode, double quotes are literals or names,
     * and a backslash escapes or not; some comments are run.
     */
    static void refuseAmbiguous(String sql) throws SqlModeException {
        for (int i = 0; i < sql.length(); i++) {
            char here = sql.charAt(i);
            if (here == '\\' || here == '"' || here == '#') {
                throw unreadable(String.valueOf(here));
            } else if (here == '\'' || here == '`') {
                i = end(sql, i, here);
            } else if (sql.startsWith("/*", i)) {
                if (sql.startsWith("/*!", i) || sql.startsWith("/*M!", i)) {
                    throw unreadable("/*!");
                }
                int closed = sql.indexOf("*/", i + 2);
                if (closed < 0) {
                    throw unreadable("/*");
                }
                i = closed + 1;
            } else if (sql.startsWith("//", i)) {
                throw unreadable("//");
            } else if (sql.startsWith("--", i)) {
                if (i + 2 < sql.length() && !Character.isWhitespace(sql.charAt(i + 2))) {
                    throw unreadable("--");
                }
                int line = sql.indexOf('\n', i);
                i = line < 0 ? sql.length() : line;
            }
        }
    }

    /** Where what begins here ends; a quote in it is written twice. */
    private static int end(String sql, int from, char quote) throws SqlModeException {
        int closed = sql.indexOf(quote, from + 1);
        if (closed < 0) {
            throw unreadable(String.valueOf(quote));
        }
        if (sql.substring(from, closed).indexOf('\\') >= 0) {
            throw unreadable("\\");
        }
        return closed;
    }

    private static SqlModeException unreadable(String what) {
        return notUndoable(
                "statement: cannot be read at "
                        + what
                        + " (expected: single quotes, names in backticks, -- and /* comments, and"
                        + " parameters for values with a backslash)");
    }
}
