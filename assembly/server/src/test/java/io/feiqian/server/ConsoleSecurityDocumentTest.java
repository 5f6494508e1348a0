package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page that says how the console is protected names tests that exist, and forgets nothing. */
class ConsoleSecurityDocumentTest {
    /** Surefire runs in the module's folder. */
    private static final Path CHECKOUT = Path.of("../..");

    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+\\.\\d+\\.\\d+) \\|(.*)\\|$");

    /** How many items of level 1 and 2 each section of ASVS 4.0.3 has that counts here. */
    private static final Map<String, Integer> ITEMS =
            Map.ofEntries(
                    Map.entry("2.1", 12),
                    Map.entry("2.2", 3),
                    Map.entry("2.3", 3),
                    Map.entry("2.4", 6),
                    Map.entry("2.5", 7),
                    Map.entry("2.6", 3),
                    Map.entry("2.7", 6),
                    Map.entry("2.8", 7),
                    Map.entry("2.9", 3),
                    Map.entry("2.10", 4),
                    Map.entry("3.1", 1),
                    Map.entry("3.2", 4),
                    Map.entry("3.3", 4),
                    Map.entry("3.4", 5),
                    Map.entry("3.5", 3),
                    Map.entry("3.7", 1),
                    Map.entry("4.1", 4),
                    Map.entry("4.2", 2),
                    Map.entry("4.3", 3),
                    Map.entry("5.1", 5),
                    Map.entry("5.2", 8),
                    Map.entry("5.3", 10),
                    Map.entry("5.4", 3),
                    Map.entry("5.5", 4),
                    Map.entry("7.1", 4),
                    Map.entry("7.2", 2),
                    Map.entry("7.3", 3),
                    Map.entry("7.4", 3),
                    Map.entry("8.1", 4),
                    Map.entry("8.2", 3),
                    Map.entry("8.3", 8),
                    Map.entry("9.1", 3),
                    Map.entry("9.2", 4),
                    Map.entry("13.1", 4),
                    Map.entry("13.2", 5),
                    Map.entry("13.3", 2),
                    Map.entry("13.4", 2),
                    Map.entry("14.1", 4),
                    Map.entry("14.2", 6),
                    Map.entry("14.3", 2),
                    Map.entry("14.4", 7),
                    Map.entry("14.5", 4));

    private static String page = "";
    private static final Map<String, String> TESTS = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(CHECKOUT.resolve("docs/console-security.md"));
        try (Stream<Path> files = Files.walk(CHECKOUT)) {
            files.filter(each -> each.toString().contains("/src/test/java/"))
                    .filter(each -> each.toString().endsWith("Test.java"))
                    .forEach(each ->
                            TESTS.put(
                                    each.getFileName().toString().replace(".java", ""),
                                    text(each)));
        }
    }

    @Test
    void everyTestThatItNamesExists() {
        List<MatchResult> named = NAMED.matcher(page).results().toList();
        assertThat(named).hasSizeGreaterThan(50);
        for (MatchResult each : named) {
            String source = TESTS.getOrDefault(each.group(1), "");
            assertThat(source).as("a test %s", each.group(1)).isNotEmpty();
            if (each.group(2) != null) {
                assertThat(method(each.group(2)).matcher(source).find())
                        .as("a test %s#%s", each.group(1), each.group(2))
                        .isTrue();
            }
        }
    }

    @Test
    void everyItemIsThereOnceAndSaysHowItIsMetOrWhyNot() {
        Map<String, Integer> found = new TreeMap<>();
        Map<String, String> items = new TreeMap<>();
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            String item = row.group(1);
            assertThat(items.put(item, row.group(2))).as("%s twice", item).isNull();
            found.merge(item.substring(0, item.lastIndexOf('.')), 1, Integer::sum);
            boolean named = NAMED.matcher(row.group(2)).find();
            boolean excused =
                    Pattern.compile("(?i)(not met|in part|does not apply|by construction): ")
                            .matcher(row.group(2))
                            .find();
            assertThat(named || excused).as("%s: a test, or why there is none", item).isTrue();
        }
        assertThat(found).isEqualTo(new TreeMap<>(ITEMS));
    }

    /** A test of this name; between its annotation and its name is no other method. */
    private static Pattern method(String name) {
        return Pattern.compile(
                "@(?:Parameterized)?Test\\b(?:(?! void )[\\s\\S])*? void " + name + "\\(");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
