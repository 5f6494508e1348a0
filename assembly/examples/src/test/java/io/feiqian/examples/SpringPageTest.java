package io.feiqian.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the page shows is what the example runs, and the properties are those that there are. */
final class SpringPageTest {
    /** Surefire runs in the module's folder. */
    private static final Path PAGE = Path.of("../../docs/spring.md");

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    @Test
    void everySnippetIsPartOfTheExample() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                sources.append(Files.readString(each).replaceAll("\\s+", ""));
            }
        }
        List<String> shown = found("```java\n(.*?)```", Files.readString(PAGE));

        assertThat(shown).hasSize(5);
        shown.forEach(each -> assertThat(sources).contains(each.replaceAll("\\s+", "")));
    }

    @Test
    void everyPropertyIsOnThePageAndNoOther() throws IOException {
        String metadata;
        try (InputStream in =
                SpringPageTest.class.getResourceAsStream(
                        "/META-INF/spring-configuration-metadata.json")) {
            metadata =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        List<String> there =
                found(
                        "\"name\": \"(feiqian[a-z.-]*)\"",
                        metadata.substring(metadata.indexOf("\"properties\"")));

        assertThat(found("(?m)^\\| `(feiqian[a-z.-]*)` \\|[^|]*\\|[^|]*\\|$", properties()))
                .containsExactlyInAnyOrderElementsOf(there);
    }

    private static String properties() throws IOException {
        String page = Files.readString(PAGE);
        return page.substring(page.indexOf("## Properties"), page.indexOf("## HTTP"));
    }
}
