package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.gateway.shop.BuyResponse;
import io.feiqian.vocabulary.OutcomeCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as bytes: where requests end, in what order answers come, what is too much or too slow. */
class FramingTest {
    private static final String BODY = GatewayFixture.purchase(GatewayFixture.TRACE);

    @TempDir private Path folder;
    private GatewayFixture bank;

    @BeforeEach
    void start() {
        bank = new GatewayFixture(folder, strict(Duration.ofSeconds(60)));
    }

    /** Small bounds, and this patience with connections. */
    private static GatewayConfig strict(Duration patience) {
        return new GatewayConfig(
                "127.0.0.1",
                0,
                1_000,
                2_000,
                32,
                2,
                100,
                patience,
                patience,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                999,
                List.of());
    }

    @AfterEach
    void stop() {
        bank.close();
    }

    @Test
    void requestsOnOneConnectionAreAnsweredOneAfterTheOther() {
        try (RawHttp http = new RawHttp(bank.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(http.send(RawHttp.post("/v1/purchases", BODY)).read().status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() {
        String two = GatewayFixture.purchase(GatewayFixture.TRACE_OF_TWO);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            all.append(RawHttp.post("/v1/purchases", i % 2 == 0 ? BODY : two));
        }
        try (RawHttp http = new RawHttp(bank.port())) {
            http.send(all.toString());
            for (int i = 0; i < 20; i++) {
                assertThat(http.read().json().path("said").asText())
                        .isEqualTo(i % 2 == 0 ? "one" : "two");
            }
        }
    }

    @Test
    void aRequestMayComeByteByByte() {
        try (RawHttp http = new RawHttp(bank.port())) {
            RawHttp.post("/v1/purchases", BODY)
                    .chars()
                    .forEach(c -> http.send(Character.toString(c)));

            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyMayComeInChunks() {
        String chunked =
                "POST /v1/purchases HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + chunk(BODY.substring(0, 10))
                        + chunk(BODY.substring(10))
                        + "0\r\n\r\n";

        assertThat(bank.exchange(chunked).status()).isEqualTo(200);
    }

    @Test
    void whoExpectsAWordBeforeTheBodyGetsIt() {
        try (RawHttp http = new RawHttp(bank.port())) {
            String whole = RawHttp.post("/v1/purchases", BODY, "Expect: 100-continue");
            int body = whole.length() - BODY.length();

            assertThat(http.send(whole.substring(0, body)).read().status()).isEqualTo(100);
            assertThat(http.send(whole.substring(body)).read().status()).isEqualTo(200);
        }
    }

    @Test
    void headIsAnsweredWithoutABodyAndTheConnectionGoesOn() {
        try (RawHttp http = new RawHttp(bank.port())) {
            RawHttp.Reply head =
                    http.send("HEAD /health/live HTTP/1.1\r\nHost: test\r\n\r\n").read(false);

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo("17");
            assertThat(http.send(RawHttp.get("/health/live")).read().body())
                    .isEqualTo("{\"status\":\"live\"}");
        }
    }

    @Test
    void whoAsksForTheEndOfTheConnectionGetsIt() {
        try (RawHttp http = new RawHttp(bank.port())) {
            RawHttp.Reply reply =
                    http.send(
                                    RawHttp.get("/health/live")
                                            .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                            .read();

            assertThat(reply.header("Connection")).isEqualTo("close");
            assertThat(http.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: 5, 6\r\n",
                "Content-Length: -5\r\n",
                "Content-Length: +5\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Host: other\r\n",
            })
    void aRequestWhoseEndIsInDoubtIsRefusedAndTheConnectionClosed(String headers) {
        try (RawHttp http = new RawHttp(bank.port())) {
            http.send(
                    "POST /v1/purchases HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                            + headers
                            + "\r\n0\r\n\r\n"
                            + RawHttp.post("/v1/purchases", BODY));

            assertThat(http.read().status()).isEqualTo(400);
            assertThat(http.isClosed()).isTrue();
        }
        assertThat(bank.one.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "GET /health/live\r\n\r\n", "\0\0\0\0\r\n\r\n"})
    void whatIsNotHttpIsRefused(String bytes) {
        assertThat(bank.exchange(bytes).status()).isIn(400, 505);
    }

    @Test
    void aRequestWithoutHostIsRefused() {
        assertThat(bank.exchange("GET /health/live HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
    }

    @Test
    void aBodyThatIsTooLongIsRefusedBeforeItComes() {
        try (RawHttp http = new RawHttp(bank.port())) {
            http.send("POST /v1/purchases HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n");

            RawHttp.Reply reply = http.read();
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.code()).isEqualTo(OutcomeCode.BODY_TOO_LARGE.number());
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyThatTurnsOutTooLongIsRefused() {
        String chunks =
                "POST /v1/purchases HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunk("x".repeat(600))
                        + chunk("x".repeat(600));

        assertThat(bank.exchange(chunks).status()).isEqualTo(413);
    }

    @Test
    void aHeadThatIsTooLongIsRefused() {
        String head = "GET / HTTP/1.1\r\nHost: test\r\nX: " + "x".repeat(3_000) + "\r\n\r\n";
        String line = "GET /" + "x".repeat(3_000) + " HTTP/1.1\r\nHost: test\r\n\r\n";

        assertThat(bank.exchange(head).status()).isEqualTo(431);
        assertThat(bank.exchange(line).status()).isEqualTo(414);
    }

    @Test
    void aRequestThatComesTooSlowlyIsCutOff() {
        try (GatewayFixture impatient = impatient();
                RawHttp http = new RawHttp(impatient.port())) {
            http.send("POST /v1/purchases HTTP/1.1\r\nHost: te");

            assertThat(http.read().status()).isEqualTo(408);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void aConnectionThatIsNotUsedIsClosed() {
        try (GatewayFixture impatient = impatient();
                RawHttp http = new RawHttp(impatient.port())) {
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void moreRequestsThanTheBoundAreRefusedAtOnce() {
        CompletableFuture<BuyResponse> slow = new CompletableFuture<>();
        bank.one.behave(request -> slow);
        try (RawHttp first = new RawHttp(bank.port());
                RawHttp second = new RawHttp(bank.port());
                RawHttp third = new RawHttp(bank.port())) {
            first.send(RawHttp.post("/v1/purchases", BODY));
            second.send(RawHttp.post("/v1/purchases", BODY));
            while (bank.one.requests.size() < 2) {
                Thread.onSpinWait();
            }

            RawHttp.Reply refused = third.send(RawHttp.post("/v1/purchases", BODY)).read();
            slow.complete(ShopCell.accepted("late"));

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo(OutcomeCode.OVERLOADED.number());
            assertThat(first.read().status()).isEqualTo(200);
            assertThat(second.read().status()).isEqualTo(200);
        }
    }

    private GatewayFixture impatient() {
        return new GatewayFixture(folder, strict(Duration.ofSeconds(1)));
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }
}
