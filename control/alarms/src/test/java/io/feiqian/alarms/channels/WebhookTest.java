package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.SelfSigned;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A webhook is told within its time, whatever the receiver does, and its answer is understood. */
@Timeout(60)
class WebhookTest {
    private static final Limits SHORT = new Limits(Duration.ofMillis(500), Duration.ofSeconds(1));
    private static final Limits ENOUGH = new Limits(Duration.ofSeconds(5), Duration.ofSeconds(50));
    private static final String TOKEN = "t0ken-of-the-robot";
    private static final Instant NOW = Instant.ofEpochMilli(1_767_571_200_123L);

    private final SettableClock clock = new SettableClock(NOW);
    private final CountDownLatch over = new CountDownLatch(1);
    private Channels channels;

    @BeforeEach
    void open() throws GeneralSecurityException {
        channels = new Channels(clock, ENOUGH, SSLContext.getDefault());
    }

    @AfterEach
    void close() {
        over.countDown();
        channels.close();
    }

    @Test
    void theProductWaitsFifteenSecondsAtMost() {
        assertThat(Limits.PRODUCT)
                .isEqualTo(new Limits(Duration.ofSeconds(5), Duration.ofSeconds(15)));
    }

    @Test
    void aPlainWebhookGetsADocumentItCanTrust() throws Exception {
        try (Receiver receiver = Receiver.answering(204, "")) {
            send(receiver.url("/in?team=ops"), Webhook.Format.PLAIN, "s3cret");
            Receiver.Told told = receiver.told().getFirst();
            assertThat(told.method()).isEqualTo("POST");
            assertThat(told.uri().toString()).isEqualTo("/in?team=ops");
            assertThat(told.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
            assertThat(told.header("Idempotency-Key")).isEqualTo("waiting%2F0017%2F9-RAISED");
            assertThat(told.header("X-Feiqian-Timestamp")).isEqualTo("1767571200");
            assertThat(told.header("X-Feiqian-Signature"))
                    .isEqualTo(hmac("s3cret", "1767571200", told.body()));
            assertThat(told.json().toString())
                    .isEqualTo(
                            """
                            {"key":"waiting/0017/9","kind":"RAISED","severity":"CRITICAL",\
                            "rule":"confirms-wait","object":"cell 0017",\
                            "text":"待处理 confirms wait for 3 minutes: 12 (expected: 0)",\
                            "since":"2026-01-05T00:00:00.123Z","at":"2026-01-05T00:01:00.456Z",\
                            "link":"https://console.bank.example/alarms/7?cell=0017&page=2"}\
                            """);
        }
    }

    @Test
    void nothingIsSignedWithoutASecretAndAnyKeyFitsAHeader() throws Exception {
        try (Receiver receiver = Receiver.answering(200, "")) {
            Webhook webhook = new Webhook(receiver.url("/"), Webhook.Format.PLAIN, "");
            channels.open(webhook).send(Notices.full("规则\r\nX-Evil: 1"));
            channels.open(webhook).send(Notices.full("待".repeat(5_000)));
            Receiver.Told told = receiver.told().getFirst();
            assertThat(told.headers()).doesNotContainKeys("X-evil", "X-feiqian-signature");
            assertThat(told.header("Idempotency-Key"))
                    .isEqualTo("%E8%A7%84%E5%88%99%0D%0AX-Evil%3A+1-RAISED");
            assertThat(receiver.told().getLast().header("Idempotency-Key"))
                    .matches("[0-9a-f]{32}-RAISED");
        }
    }

    /** The signatures are those of a Python program with the same timestamp and secrets. */
    @ParameterizedTest
    @CsvSource({
        "SECabc+/=秘密, Xha5zamWIFgSPMXEQFbYQuWx8Q%2FJaiGnqWz68pCJlIg%3D",
        "SEC9, %2F%2FvsaL%2BzcE%2BchdVDSxcHSkn%2FQ7FRUloIaUJKUkAPJ9M%3D"
    })
    void dingTalkGetsItsSignature(String secret, String sign) throws Exception {
        try (Receiver receiver = Receiver.answering(200, "{\"errcode\":0,\"errmsg\":\"ok\"}")) {
            send(receiver.url("/robot/send?access_token=a%2Bb"), Webhook.Format.DINGTALK, secret);
            assertThat(receiver.told().getFirst().uri().getRawQuery())
                    .isEqualTo("access_token=a%2Bb&timestamp=1767571200123&sign=" + sign);
            clock.advance(Duration.ofHours(2));
            send(receiver.url("/robot/send"), Webhook.Format.DINGTALK, secret);
            assertThat(receiver.told().getLast().uri().getRawQuery())
                    .startsWith("timestamp=1767578400123&sign=");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200, 0", "204, 0", "301, 1", "302, 1", "400, 1", "401, 1", "403, 1", "404, 1", "410, 1",
        "408, 2", "429, 2", "500, 2", "502, 2", "503, 2"
    })
    void theStatusSaysWhetherRepeatingHelps(int status, int outcome) throws Exception {
        try (Receiver elsewhere = Receiver.answering(200, "");
                Receiver receiver =
                        Receiver.of(exchange -> {
                            exchange.getResponseHeaders()
                                    .add("Location", elsewhere.url("/else").toString());
                            Receiver.answer(exchange, status, "");
                        })) {
            if (outcome == 0) {
                send(receiver.url("/"), Webhook.Format.SLACK, "");
            } else {
                NotDelivered failed = fail(receiver.url("/" + TOKEN), Webhook.Format.SLACK);
                assertThat(failed.permanent()).isEqualTo(outcome == 1);
                assertThat(failed)
                        .hasMessage(
                                "HTTP status: %d (expected: 2xx; redirects are not followed)"
                                        .formatted(status));
            }
            assertThat(receiver.told()).hasSize(1);
            assertThat(elsewhere.told()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DINGTALK, 130101, false",
        "DINGTALK, 410100, false",
        "DINGTALK, -1, false",
        "DINGTALK, 310000, true",
        "DINGTALK, 400101, true",
        "DINGTALK, 999999, true",
        "DINGTALK, 45009, true",
        "WECOM, 45009, false",
        "WECOM, 45033, false",
        "WECOM, -1, false",
        "WECOM, 93000, true",
        "WECOM, 40058, true",
        "WECOM, 130101, true"
    })
    void aRobotsCodeIsAFailure(Webhook.Format format, int code, boolean permanent)
            throws Exception {
        String body = "{\"errcode\":%d,\"errmsg\":\"%s\"}".formatted(code, TOKEN);
        try (Receiver receiver = Receiver.answering(200, body)) {
            NotDelivered failed = fail(receiver.url("/?key=" + TOKEN), format);
            assertThat(failed.permanent()).isEqualTo(permanent);
            assertThat(failed)
                    .hasMessageStartingWith("errcode: " + code + ", ")
                    .hasMessageNotContaining(TOKEN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>t0ken-of-the-robot</html>", "{\"ok\":true}", "[0]", "0"})
    void anAnswerThatIsNoRobotsIsAFailureForNow(String body) throws Exception {
        try (Receiver receiver = Receiver.answering(200, body)) {
            NotDelivered failed = fail(receiver.url("/"), Webhook.Format.WECOM);
            assertThat(failed.permanent()).isFalse();
            assertThat(failed).hasMessage("answer: no errcode (expected: a robot's JSON)");
        }
    }

    @ParameterizedTest
    @EnumSource(Webhook.Format.class)
    void aReceiverThatNeverAnswersIsLeft(Webhook.Format format) throws Exception {
        shortOfTime();
        try (Receiver receiver = Receiver.of(exchange -> await())) {
            assertThat(fail(receiver.url("/"), format).permanent()).isFalse();
        }
    }

    @Test
    void aBodyThatHangsOrTricklesIsLeft() throws Exception {
        shortOfTime();
        HttpHandler hangs =
                exchange -> {
                    exchange.sendResponseHeaders(200, 1_000);
                    exchange.getResponseBody().write('{');
                    exchange.getResponseBody().flush();
                    await();
                };
        HttpHandler trickles = exchange -> trickle(exchange);
        for (HttpHandler each : List.of(hangs, trickles)) {
            try (Receiver receiver = Receiver.of(each)) {
                long from = Clock.system().nanos();
                NotDelivered failed = fail(receiver.url("/"), Webhook.Format.DINGTALK);
                assertThat(failed.permanent()).isFalse();
                assertThat(failed).hasMessageContaining("expected: within 1000 ms");
                assertThat(Duration.ofNanos(Clock.system().nanos() - from))
                        .isLessThan(Duration.ofSeconds(10));
            }
        }
    }

    @Test
    void whereTheStatusSaysItAllNoBodyIsWaitedFor() throws Exception {
        try (Receiver receiver =
                Receiver.of(exchange -> {
                    exchange.sendResponseHeaders(200, 1_000);
                    exchange.getResponseBody().flush();
                    await();
                })) {
            send(receiver.url("/"), Webhook.Format.PLAIN, "");
            assertThat(receiver.told()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Webhook.Format.class)
    void aBodyWithoutEndIsNotReadToItsEnd(Webhook.Format format) throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (Receiver receiver =
                Receiver.of(exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    try {
                        while (true) {
                            exchange.getResponseBody().write(new byte[8_192]);
                        }
                    } catch (IOException gone) {
                        left.countDown();
                    }
                })) {
            if (format == Webhook.Format.PLAIN || format == Webhook.Format.SLACK) {
                send(receiver.url("/"), format, "");
            } else {
                assertThat(fail(receiver.url("/"), format)).hasMessageContaining("no errcode");
            }
            left.await();
        }
    }

    @Test
    void whoIsNotThereIsAFailureForNow() throws Exception {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0)) {
            nobody = closed.getLocalPort();
        }
        NotDelivered refused =
                fail(URI.create("http://127.0.0.1:" + nobody + "/" + TOKEN), Webhook.Format.SLACK);
        assertThat(refused.permanent()).isFalse();
        assertThat(refused).hasMessage("127.0.0.1: connection refused");
        NotDelivered unknown =
                fail(URI.create("http://nobody.invalid/" + TOKEN), Webhook.Format.SLACK);
        assertThat(unknown.permanent()).isFalse();
        assertThat(unknown).hasMessage("nobody.invalid: unknown host");
    }

    @Test
    void certificatesAreChecked(@TempDir Path folder) throws Exception {
        SSLContext own = SelfSigned.of(folder, "localhost").context();
        SSLContext others = SelfSigned.of(folder, "other.example").context();
        try (Receiver receiver =
                        Receiver.secured(own, exchange -> Receiver.answer(exchange, 200, ""));
                Receiver misnamed =
                        Receiver.secured(others, exchange -> Receiver.answer(exchange, 200, ""))) {
            URI url = URI.create("https://localhost:%d/".formatted(receiver.port()));
            NotDelivered untrusted = fail(url, Webhook.Format.PLAIN);
            assertThat(untrusted.permanent()).isFalse();
            assertThat(untrusted).hasMessageStartingWith("localhost: TLS failed: ");
            trusting(own);
            send(url, Webhook.Format.PLAIN, "");
            trusting(others);
            assertThat(
                            fail(
                                    URI.create("https://localhost:%d/".formatted(misnamed.port())),
                                    Webhook.Format.PLAIN))
                    .hasMessageStartingWith("localhost: TLS failed: ");
            assertThat(receiver.told()).hasSize(1);
            assertThat(misnamed.told()).isEmpty();
        }
    }

    private void shortOfTime() throws GeneralSecurityException {
        channels.close();
        channels = new Channels(clock, SHORT, SSLContext.getDefault());
    }

    private void trusting(SSLContext tls) {
        channels.close();
        channels = new Channels(clock, ENOUGH, tls);
    }

    private void send(URI url, Webhook.Format format, String secret) throws NotDelivered {
        channels.open(new Webhook(url, format, secret)).send(Notices.raised());
    }

    private NotDelivered fail(URI url, Webhook.Format format) {
        NotDelivered failed = catchThrowableOfType(NotDelivered.class, () -> send(url, format, ""));
        assertThat(failed).hasNoCause().hasMessageNotContaining(TOKEN);
        return failed;
    }

    private void await() throws IOException {
        try {
            over.await();
        } catch (InterruptedException interrupted) {
            throw new InterruptedIOException();
        }
    }

    /** A byte now and then, so that no single wait is long. */
    private static void trickle(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (Timer timer = Timer.system("trickle")) {
            while (true) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
                timer.pause(Duration.ofMillis(50));
            }
        } catch (InterruptedException interrupted) {
            throw new InterruptedIOException();
        }
    }

    private static String hmac(String secret, String timestamp, String body)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal((timestamp + body).getBytes(UTF_8)));
    }
}
