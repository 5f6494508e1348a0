package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.client.RestClient;

/** What a caller makes of the answers of a real server. */
final class BranchCallsTest {
    @TempDir Path folder;

    private HttpServer server;
    private ContextKeys keys;
    private RestClient client;
    private volatile String received = "";

    /** What the server answers: status, type and body. */
    private volatile String[] answer = {"200", "text/plain", "done"};

    @BeforeEach
    void start() throws IOException {
        Path file = folder.resolve("keys");
        Files.writeString(file, "1 " + "0a".repeat(32) + "\n");
        keys = ContextKeys.in(file, Clock.system());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    received =
                            String.valueOf(
                                    exchange.getRequestHeaders().getFirst(ContextHeader.NAME));
                    byte[] body = answer[2].getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", answer[1]);
                    exchange.sendResponseHeaders(Integer.parseInt(answer[0]), body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        client =
                RestClient.builder()
                        .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .requestInterceptor(new ContextSender(keys))
                        .build();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static BranchContext context() {
        return new BranchContext(
                new BranchKey(Database.trace(), 1, 1),
                "payments",
                7,
                Database.DAY,
                Duration.ofSeconds(9));
    }

    private BranchAnswer call(String status, String type, String body) {
        answer = new String[] {status, type, body};
        return new BranchCalls(keys).post(client, "/do", "asked", context());
    }

    @Test
    void aBodyIsAnAcceptanceAndTheContextWentAlong() {
        BranchAnswer accepted = call("200", "text/plain", "done");

        assertThat(accepted.isAccepted()).isTrue();
        assertThat(accepted.answer().text()).isEqualTo("done");
        assertThat(ContextHeader.read(received, keys).initiator()).isEqualTo("payments");
    }

    @Test
    void aProblemWithOurCodeIsARefusal() {
        BranchAnswer refused =
                call(
                        "422",
                        "application/problem+json",
                        "{\"status\":422,\"detail\":\"too little\",\"code\":2004}");

        assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(refused.outcome().message()).isEqualTo("too little");
    }

    @Test
    void whatIsNoAnswerOfOursIsNotKnown() {
        String problem = "application/problem+json";

        assertThat(call("500", "text/html", "<p>").outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(call("503", problem, "{\"status\":503}").outcome().code())
                .isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(call("500", problem, "{\"code\":0}").outcome().code())
                .isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(call("500", problem, "{torn").outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        server.stop(0);
        assertThat(call("200", "text/plain", "done").outcome().code())
                .isEqualTo(OutcomeCode.UNKNOWN);
    }

    @Test
    void aCallWithTheAttributeCarriesTheContextAndOneWithoutDoesNot() {
        client.get()
                .uri("/")
                .attribute(ContextSender.CONTEXT, context())
                .retrieve()
                .toBodilessEntity();
        assertThat(ContextHeader.read(received, keys).initiator()).isEqualTo("payments");

        client.get().uri("/").retrieve().toBodilessEntity();
        assertThat(received).isEqualTo("null");
    }
}
