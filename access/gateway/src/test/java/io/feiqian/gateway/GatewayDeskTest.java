package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.feiqian.gateway.spi.GatewayOperations;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Network;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Secrets;
import io.feiqian.security.spi.AuditTrail;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators are told, and which of their orders are carried out. */
class GatewayDeskTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path folder;
    private final Orders gateway = new Orders();
    private AdminToken token;
    private FileAuditTrail trail;

    @BeforeEach
    void open() {
        token = AdminToken.obtain(Secrets.in(folder.resolve("secrets"), Randomness.seeded(1)));
        trail = FileAuditTrail.open(folder.resolve("audit.jsonl"), Clock.system());
    }

    @Test
    @Requirement("P6.1.1-d")
    void anOrderIsRecordedAndCarriedOut() throws IOException {
        HttpAnswer answer =
                ask(trail, "POST", "weight", "{\"pool\":\"p\",\"backend\":\"b\",\"weight\":7}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(gateway.done).containsExactly("weigh p/b 7");
        AuditRecord record = trail.read(1, 10).getFirst();
        assertThat(record.entry().action()).isEqualTo("gateway.weight");
        assertThat(record.entry().subject()).isEqualTo("p/b");
        assertThat(record.entry().order().reason()).isEqualTo("too slow");
        assertThat(record.entry().details()).containsEntry("weight", "7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drain|{\"pool\":\"p\",\"backend\":\"b\"}|drain p/b true",
                "resume|{\"pool\":\"p\",\"backend\":\"b\"}|drain p/b false",
                "block|{\"pool\":\"p\",\"backend\":\"b\"}|block p/b true",
                "unblock|{\"pool\":\"p\",\"backend\":\"b\"}|block p/b false",
                "block|{\"clients\":\"192.0.2.0/24\"}|clients 192.0.2.0 24 true",
                "unblock|{\"clients\":\"192.0.2.0/24\"}|clients 192.0.2.0 24 false",
            })
    void everyOrderDoesWhatItSays(String order, String body, String done) throws IOException {
        assertThat(ask(trail, "POST", order, body).status()).isEqualTo(200);

        assertThat(gateway.done).containsExactly(done);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weight|{\"pool\":\"x\",\"backend\":\"b\",\"weight\":7}|pool: x (expected: one of [p])",
                "weight|{\"pool\":\"p\",\"backend\":\"x\",\"weight\":7}|backend: x (expected: one of [b])",
                "weight|{\"pool\":\"p\",\"backend\":\"b\",\"weight\":70000}|weight: 70000 (expected: 0 to 10000",
                "weight|{\"pool\":\"p\",\"backend\":\"b\"}|weight:  (expected: 0 to 10000",
                "drain|{\"clients\":\"192.0.2.0/24\"}|clients: given (expected: pool and backend)",
                "block|{\"clients\":\"everybody\"}|network: everybody (expected: such as",
                "drain|nonsense|body: not a JSON object (expected: one)",
            })
    void anOrderAboutNothingIsNeitherRecordedNorDone(String order, String body, String says)
            throws IOException {
        HttpAnswer answer = ask(trail, "POST", order, body);

        assertThat(problem(answer).path("detail").asText()).startsWith(says);
        assertThat(problem(answer).path("name").asText()).isEqualTo("MALFORMED_REQUEST");
        assertThat(gateway.done).isEmpty();
        assertThat(trail.read(1, 10)).isEmpty();
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws IOException {
        AuditTrail full =
                new AuditTrail() {
                    @Override
                    public AuditRecord append(AuditEntry entry) {
                        throw new UncheckedIOException(new IOException("no space left"));
                    }

                    @Override
                    public List<AuditRecord> read(long fromSequence, int atMost) {
                        return List.of();
                    }
                };

        HttpAnswer answer = ask(full, "POST", "drain", "{\"pool\":\"p\",\"backend\":\"b\"}");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(gateway.done).isEmpty();
    }

    @Test
    void whoHasNoTokenIsToldNothing() throws IOException {
        HttpQuestion question =
                new HttpQuestion(
                        "GET",
                        GatewayDesk.ROOT + "status",
                        "",
                        Map.of("authorization", List.of("Bearer guessed")),
                        ByteString.EMPTY);

        HttpAnswer answer = desk(trail).answer(question, client(), Caller.ANYBODY).join();

        assertThat(problem(answer).path("code").asInt())
                .isEqualTo(OutcomeCode.UNAUTHENTICATED.number());
        assertThat(answer.body()).doesNotContain("pools");
    }

    @Test
    void anOrderWithoutAReasonIsRefused() throws IOException {
        HttpQuestion question = question("POST", "drain", "{\"pool\":\"p\",\"backend\":\"b\"}", "");

        HttpAnswer answer = desk(trail).answer(question, client(), Caller.ANYBODY).join();

        assertThat(problem(answer).path("name").asText()).isEqualTo("OPERATOR_REQUIRED");
        assertThat(gateway.done).isEmpty();
    }

    @Test
    void statusSaysWhoServes() throws IOException {
        JsonNode status = problem(ask(trail, "GET", "status", ""));

        assertThat(status.at("/pools/0/backends/0/state").asText()).isEqualTo("serving");
        assertThat(status.at("/document/version").asLong()).isEqualTo(3);
    }

    private HttpAnswer ask(AuditTrail into, String verb, String path, String body)
            throws IOException {
        return desk(into)
                .answer(question(verb, path, body, "too slow"), client(), Caller.ANYBODY)
                .join();
    }

    private GatewayDesk desk(AuditTrail into) {
        return new GatewayDesk(gateway, Optional.of(token), into, Runnable::run);
    }

    private HttpQuestion question(String verb, String path, String body, String reason) {
        return new HttpQuestion(
                verb,
                GatewayDesk.ROOT + path,
                "",
                Map.of(
                        "authorization", List.of("Bearer " + token.reveal()),
                        "feiqian-operator", List.of("maria"),
                        "feiqian-reason", List.of(reason)),
                ByteString.copyFromUtf8(body));
    }

    private static Client client() throws IOException {
        return new Client(InetAddress.getLoopbackAddress(), false, Optional.empty(), "desk");
    }

    private static JsonNode problem(HttpAnswer answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    /** A gateway that writes down what it is told. */
    private static final class Orders implements GatewayOperations {
        private final List<String> done = new ArrayList<>();

        @Override
        public GatewayStatus status() {
            return new GatewayStatus(
                    "gateway",
                    "2026-01-05T08:00:00Z",
                    false,
                    new GatewayStatus.Document(3, 5, ""),
                    0,
                    0,
                    List.of(),
                    List.of(
                            new GatewayStatus.BackendGroup(
                                    "p",
                                    "ROUND_ROBIN",
                                    List.of(
                                            new GatewayStatus.BackendState(
                                                    "b",
                                                    "127.0.0.1:1",
                                                    "",
                                                    100,
                                                    100,
                                                    "",
                                                    "serving",
                                                    "",
                                                    0)))),
                    List.of(),
                    List.of(),
                    GatewayStatus.Contracts.NONE,
                    List.of(),
                    List.of());
        }

        @Override
        public String document() {
            return "";
        }

        @Override
        public void weigh(String pool, String backend, int weight) {
            done.add("weigh " + pool + "/" + backend + " " + weight);
        }

        @Override
        public void drain(String pool, String backend, boolean drained) {
            done.add("drain " + pool + "/" + backend + " " + drained);
        }

        @Override
        public void block(String pool, String backend, boolean blocked) {
            done.add("block " + pool + "/" + backend + " " + blocked);
        }

        @Override
        public void block(Network clients, boolean blocked) {
            done.add("clients " + clients.address() + " " + clients.bits() + " " + blocked);
        }

        @Override
        public String check(String document) {
            return "";
        }
    }
}
