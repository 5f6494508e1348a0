package io.feiqian.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** What pages say, in one language. Immutable. */
public final class Texts {
    /** The languages, the first of which is used where a browser wants neither. */
    static final Set<String> LANGUAGES = Set.of("en", "zh");

    private static final Map<String, Texts> ALL = Map.of("en", read("en"), "zh", read("zh"));

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final String language;
    private final Properties texts;

    private Texts(String language, Properties texts) {
        this.language = language;
        this.texts = texts;
    }

    /** The language that was chosen, or else the one that the browser prefers. */
    static Texts of(Optional<String> chosen, String accepted) {
        String wanted =
                chosen.filter(LANGUAGES::contains)
                        .orElse(accepted.toLowerCase(Locale.ROOT).startsWith("zh") ? "zh" : "en");
        return in(wanted);
    }

    static Texts in(String language) {
        return Optional.ofNullable(ALL.get(language)).orElseThrow();
    }

    /** {@code en} or {@code zh}. */
    public String language() {
        return language;
    }

    /** The other one. */
    public String other() {
        return language.equals("en") ? "zh" : "en";
    }

    /** The text of this key, with these values for its places. */
    public String of(String key, Object... values) {
        String text = texts.getProperty(key);
        if (text == null) {
            throw new IllegalStateException(
                    "text: " + key + " (expected: one in " + language + ")");
        }
        return values.length == 0 ? text : text.formatted(values);
    }

    /**
     * The text of a name that the bank uses, such as a state; the name itself where there is none.
     */
    public String name(String kind, String name) {
        return texts.getProperty(kind + "." + name, name);
    }

    /** A count, with its digits in groups. */
    public String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** An amount, with its digits in groups and all decimals that it has. */
    public String amount(BigDecimal amount) {
        return String.format(Locale.ROOT, "%,." + amount.scale() + "f", amount);
    }

    /** A moment, in UTC to the millisecond: what is on record and in the logs says the same. */
    public String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    /** The same of microseconds since 1970. */
    public String timeOfMicros(long micros) {
        return time(Math.floorDiv(micros, 1_000L));
    }

    /** How long something took, in milliseconds. */
    public String millis(long micros) {
        return String.format(
                Locale.ROOT, micros < 100_000 ? "%,.2f ms" : "%,.0f ms", micros / 1000.0);
    }

    Set<String> keys() {
        return texts.stringPropertyNames();
    }

    private static Texts read(String language) {
        Properties texts = new Properties();
        try (InputStream in =
                Texts.class.getResourceAsStream("texts-" + language + ".properties")) {
            if (in == null) {
                throw new IllegalStateException(
                        "texts of language: " + language + " (expected: a file)");
            }
            texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new Texts(language, texts);
    }
}
