package io.feiqian.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentYamlTest {
    record Ship(String name, @ByDefault("7") int knots, @ByDefault("[]") List<String> flags) {}

    record Fleet(
            List<Ship> ships, Map<String, Long> ports, boolean afloat, Optional<String> note) {}

    private static final DocumentType<Fleet> FLEET =
            DocumentType.of("fleet", new Fleet(List.of(), Map.of(), false, Optional.of("none")));

    @Test
    void yamlSaysWhatTheSameJsonSays() {
        Fleet fleet =
                FLEET.parse(
                        """
                        # what floats
                        afloat: true
                        note: null
                        ships:
                          - name: "12"
                            flags: [no, 012, '0.0.0.0:80', 12:30]
                          - {name: b, knots: 9}
                        ports: {a: 8080}
                        """);

        assertThat(fleet)
                .isEqualTo(
                        new Fleet(
                                List.of(
                                        new Ship(
                                                "12",
                                                7,
                                                List.of("no", "012", "0.0.0.0:80", "12:30")),
                                        new Ship("b", 9, List.of())),
                                Map.of("a", 8080L),
                                true,
                                Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "afloat: yes|fleet: afloat: \"yes\" (expected: true or false)",
                "afloat: true\\nafloat: false|fleet: line 2: key \"afloat\" stands twice",
                "ships:\\n\\t- a|fleet: not YAML at line 2",
                "ships: {|fleet: not YAML at line",
                "- a|fleet: [\"a\"] (expected: a JSON object)",
                "masts: 3|fleet: key \"masts\" is not known",
                "? {a: b}\\n: c|fleet: line 1: a key that is no text",
            })
    void whatIsWrongIsSaidWithItsLine(String text, String message) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> FLEET.parse(text.replace("\\n", "\n").replace("\\t", "\t")))
                .withMessageContaining(message);
    }

    @Test
    void aTagMakesNoObject() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> FLEET.parse("note: !!javax.script.ScriptEngineManager text"))
                .withMessageContaining("line 1: Global tag is not allowed");
    }

    @Test
    void aliasesUnfoldToABoundedDocument() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 7; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(8)));
        }

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> FLEET.parse(bomb.toString()))
                .withMessageContaining("aliases unfold to too much");
    }
}
