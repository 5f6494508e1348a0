package io.feiqian.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.feiqian.vocabulary.Requirement;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DocumentTypeTest {
    /** A document as a server might have it. */
    record Server(
            String host,
            int port,
            boolean durable,
            Duration patience,
            Optional<URI> otlp,
            Mode mode,
            Database database,
            List<Database> standbys,
            Map<String, Long> limits) {
        Server {
            if (port < 0) {
                throw new IllegalArgumentException("port: " + port + " (expected: >= 0)");
            }
        }
    }

    record Database(Path folder, double share) {
        Database {
            if (share > 1) {
                throw new IllegalArgumentException("share: " + share + " (expected: <= 1)");
            }
        }
    }

    enum Mode {
        PRIMARY,
        STANDBY
    }

    private static final Server DEFAULTS =
            new Server(
                    "127.0.0.1",
                    8080,
                    true,
                    Duration.ofSeconds(2),
                    Optional.empty(),
                    Mode.PRIMARY,
                    new Database(Path.of("data"), 0.5),
                    List.of(),
                    Map.of());
    private static final DocumentType<Server> TYPE = DocumentType.of("server", DEFAULTS);

    @Test
    void whatADocumentDoesNotSayKeepsItsDefault() {
        assertThat(TYPE.parse("{}")).isEqualTo(DEFAULTS);
        assertThat(TYPE.parse("{\"format\": 1, \"database\": {\"share\": 1}}"))
                .isEqualTo(with("127.0.0.1", 8080, new Database(Path.of("data"), 1)));
        assertThat(TYPE.parse("{\"port\": 1 /* of a test */}"))
                .isEqualTo(with("127.0.0.1", 1, DEFAULTS.database()));
    }

    @Test
    void everyKindOfValueIsRead() {
        Server read =
                TYPE.parse(
                        """
                        {"host": "h", "port": 1, "durable": false, "patience": "500ms",
                         "otlp": "http://localhost:4318/v1/traces", "mode": "standby",
                         "database": {"folder": "/x", "share": 0.25},
                         "standbys": [{"folder": "a", "share": 1}, {"folder": "b", "share": 0}],
                         "limits": {"new": 5000000000}}
                        """);
        assertThat(read)
                .isEqualTo(
                        new Server(
                                "h",
                                1,
                                false,
                                Duration.ofMillis(500),
                                Optional.of(URI.create("http://localhost:4318/v1/traces")),
                                Mode.STANDBY,
                                new Database(Path.of("/x"), 0.25),
                                List.of(
                                        new Database(Path.of("a"), 1),
                                        new Database(Path.of("b"), 0)),
                                Map.of("new", 5_000_000_000L)));
        assertThat(TYPE.parse("{\"patience\": \"PT1H30M\", \"otlp\": null}").patience())
                .isEqualTo(Duration.ofMinutes(90));
        assertThat(TYPE.parse("{\"patience\": \"5m\"}").patience())
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aWrongDocumentIsRefusedByNameWithWhatIsExpected() {
        refused("{\"prot\": 1}", "server: key \"prot\" is not known (expected: one of host, port,");
        refused("{\"database\": {\"url\": 1}}", "\"database.url\" is not known");
        refused("{\"port\": \"1\"}", "server: port: \"1\" (expected: a whole number)");
        refused("{\"port\": 1.5}", "port: 1.5 (expected: a whole number)");
        refused("{\"port\": 5000000000}", "port: 5000000000 (expected: a whole number)");
        refused("{\"port\": null}", "port: null (expected: a whole number)");
        refused("{\"port\": -1}", "server: port: -1 (expected: >= 0)");
        refused("{\"host\": 1}", "host: 1 (expected: a text)");
        refused("{\"durable\": \"yes\"}", "(expected: true or false)");
        refused("{\"patience\": \"soon\"}", "(expected: a duration");
        refused("{\"otlp\": \"http://[\"}", "(expected: a URI)");
        refused("{\"mode\": \"other\"}", "(expected: one of PRIMARY, STANDBY)");
        refused("{\"database\": 1}", "(expected: an object)");
        refused("{\"database\": {\"share\": 2}}", "server: database: share: 2.0");
        refused("{\"standbys\": {}}", "standbys: {} (expected: a list)");
        refused("{\"standbys\": [{\"share\": 0}]}", "key \"standbys[0].folder\" is missing");
        refused("{\"limits\": {\"new\": \"x\"}}", "limits.new: \"x\" (expected: a whole number)");
        refused("{\"port\": 1, \"port\": 2}", "not JSON at line 1");
        refused("{}\n{", "not JSON");
        refused("[]", "(expected: a JSON object)");
        refused("", "(expected: a JSON object)");
    }

    @Test
    void aRemovedKeyIsRefusedWithWhatToWriteInstead() {
        DocumentType<Server> type = TYPE.without("database.url", "host and port");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> type.parse("{\"database\": {\"url\": \"x\"}}"))
                .withMessage("server: key \"database.url\" was removed (expected: host and port)");
    }

    @Requirement("D5.7-c")
    @Test
    void documentsOfEarlierFormatsAreStillReadAndThoseOfLaterOnesRefused() {
        DocumentType<Server> third =
                TYPE.nextFormat(old -> old.set("host", old.remove("address")))
                        .nextFormat(old -> old.put("port", old.path("port").asInt() + 1000));
        assertThat(third.format()).isEqualTo(3);
        assertThat(third.parse("{\"address\": \"h\", \"port\": 1}"))
                .isEqualTo(with("h", 1001, DEFAULTS.database()));
        assertThat(third.parse("{\"format\": 2, \"host\": \"h\", \"port\": 1}"))
                .isEqualTo(with("h", 1001, DEFAULTS.database()));
        assertThat(third.parse("{\"format\": 3, \"host\": \"h\", \"port\": 1}"))
                .isEqualTo(with("h", 1, DEFAULTS.database()));
        refused("{\"format\": 2}", "server: format: 2 (expected: 1 to 1)");
        refused("{\"format\": \"1\"}", "format: \"1\"");
    }

    @Test
    void theSchemaSaysKeysTypesAndDefaults() {
        String schema = TYPE.schema();
        assertThat(schema)
                .contains("\"$schema\" : \"https://json-schema.org/draft/2020-12/schema\"")
                .contains("\"title\" : \"server\"");
        assertThat(Difference.between("schema", "{}", schema))
                .contains(
                        line("properties.port.type", "\"integer\""),
                        line("properties.port.default", "8080"),
                        line("properties.durable.type", "\"boolean\""),
                        line("properties.patience.default", "\"PT2S\""),
                        line("properties.otlp.anyOf[0].format", "\"uri\""),
                        line("properties.mode.enum[1]", "\"STANDBY\""),
                        line("properties.database.properties.folder.default", "\"data\""),
                        line("properties.database.additionalProperties", "false"),
                        line("properties.standbys.items.required[0]", "\"folder\""),
                        line("properties.limits.additionalProperties.type", "\"integer\""),
                        line("properties.format.maximum", "1"));
        assertThat(schema).doesNotContain("\"required\" : [ \"port\"");
    }

    private static Difference line(String key, String value) {
        return new Difference(key, Optional.empty(), Optional.of(value));
    }

    private static Server with(String host, int port, Database database) {
        return new Server(
                host,
                port,
                true,
                Duration.ofSeconds(2),
                Optional.empty(),
                Mode.PRIMARY,
                database,
                List.of(),
                Map.of());
    }

    private static void refused(String text, String message) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> TYPE.parse(text))
                .withMessageContaining(message);
    }

    /** Elements of a list, most of whose keys may be absent. */
    record Fleet(List<Ship> ships) {}

    record Ship(
            String name,
            @ByDefault("7") int knots,
            @ByDefault("90s") Duration patience,
            @ByDefault("[]") List<String> flags,
            @ByDefault("{}") Engine engine) {}

    record Engine(@ByDefault("DIESEL") String kind) {}

    @Test
    void anElementOfAListHasItsOwnDefaults() {
        DocumentType<Fleet> type = DocumentType.of("fleet", new Fleet(List.of()));

        Fleet fleet = type.parse("{\"ships\": [{\"name\": \"a\", \"knots\": 9}]}");

        assertThat(fleet.ships())
                .containsExactly(
                        new Ship("a", 9, Duration.ofSeconds(90), List.of(), new Engine("DIESEL")));
        assertThat(type.schema()).contains("\"default\" : 7").contains("\"default\" : \"90s\"");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> type.parse("{\"ships\": [{}]}"))
                .withMessageContaining("\"ships[0].name\" is missing");
    }
}
