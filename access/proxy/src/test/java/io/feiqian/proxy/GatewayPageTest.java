package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What docs/gateway.md shows can be taken as it stands. */
class GatewayPageTest {
    private static final Path PAGE = Path.of("../../docs/gateway.md");
    private static final Path SCHEMA = Path.of("../../docs/schema/gateway.json");
    private static final Pattern BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> everyDocumentIsTaken() throws IOException {
        List<String> documents = documents();
        assertThat(documents).hasSizeGreaterThan(8);
        return documents.stream()
                .map(each ->
                        DynamicTest.dynamicTest(
                                each.lines().skip(1).findFirst().orElse(""),
                                () ->
                                        assertThat(ProxyConfig.type().parse(each).listeners())
                                                .isNotEmpty()));
    }

    @Test
    void thePublishedSchemaIsTheOneInForce() throws IOException {
        assertThat(Files.readString(SCHEMA).strip())
                .as("write it anew with: feiqian configuration show gateway --schema")
                .isEqualTo(ProxyConfig.type().schema().strip());
    }

    private static List<String> documents() throws IOException {
        return BLOCK.matcher(Files.readString(PAGE)).results().map(each -> each.group(1)).toList();
    }
}
