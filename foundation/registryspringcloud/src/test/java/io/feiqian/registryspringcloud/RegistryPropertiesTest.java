package io.feiqian.registryspringcloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The properties on the page are those that there are. */
final class RegistryPropertiesTest {
    private static final Path PAGE = Path.of("../../docs/spring.md");
    private static final Path METADATA =
            Path.of("target/classes/META-INF/spring-configuration-metadata.json");

    private static List<String> found(String pattern, Path file) throws IOException {
        String text = Files.readString(file);
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    @Test
    void everyPropertyIsOnThePageAndNoOther() throws IOException {
        List<String> there = found("\"name\": \"(feiqian\\.registry\\.[a-z-]+)\"", METADATA);

        assertThat(there).isNotEmpty();
        assertThat(found("(?m)^\\| `(feiqian\\.registry\\.[a-z-]+)` \\|", PAGE))
                .containsExactlyInAnyOrderElementsOf(there);
    }
}
