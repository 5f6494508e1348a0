package io.feiqian.bank;

import io.feiqian.security.AuditEntry;
import java.util.Map;
import java.util.TreeMap;

/**
 * The details of an audit record as one text: a line {@code name=value} each, in order of names,
 * with backslash, line feed and carriage return written as {@code \\}, {@code \n} and {@code \r},
 * and {@code =} in a name as {@code \e}.
 */
final class ChangeDetails {
    private ChangeDetails() {}

    static String write(AuditEntry entry) {
        StringBuilder text = new StringBuilder();
        entry.details()
                .forEach((name, value) ->
                        text.append(escape(name).replace("=", "\\e"))
                                .append('=')
                                .append(escape(value))
                                .append('\n'));
        return text.toString();
    }

    static Map<String, String> read(String text) {
        Map<String, String> details = new TreeMap<>();
        text.lines()
                .forEach(line -> {
                    int equals = line.indexOf('=');
                    details.put(
                            unescape(line.substring(0, equals)),
                            unescape(line.substring(equals + 1)));
                });
        return details;
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        boolean escaped = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (escaped) {
                plain.append(
                        switch (c) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 'e' -> '=';
                            default -> c;
                        });
                escaped = false;
            } else if (c == '\\') {
                escaped = true;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
