package io.feiqian.sqlmode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The SQL scripts of this module, with their {@code {name}} parts filled in. */
final class Scripts {
    private static final Pattern PART = Pattern.compile("\\{([a-z_]+)\\}");

    private Scripts() {}

    static String read(String name, Map<String, String> parts) {
        Matcher matcher = PART.matcher(read(name));
        return matcher.replaceAll(found -> {
            String value = parts.get(found.group(1));
            if (value == null) {
                throw new IllegalStateException(
                        name + ": {" + found.group(1) + "} (expected: " + parts.keySet());
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static String read(String name) {
        try (InputStream script = Scripts.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException("resource: " + name + " (expected: present)");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
