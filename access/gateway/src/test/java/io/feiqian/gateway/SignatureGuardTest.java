package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.configuration.Secret;
import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.AuthenticatorConfig.SignatureProof;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is known by a signature, and that each counts once. */
class SignatureGuardTest {
    private static final Path PAGE = Path.of("../../docs/gateway-api.md");
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final String SECRET = "a-shared-secret-of-32-characters";
    private static final String BODY = "{\"amount\":\"1.00\"}";

    private final SettableClock clock = new SettableClock(NOW);
    private final Guards guards =
            new Guards(clock, new ManualTimer(clock), new SimpleMeterRegistry());
    private final RouteConfig route =
            ApiFixture.route(List.of("partners"), AccessConfig.ANYBODY, Optional.empty());

    @BeforeEach
    void start() {
        guards.apply(config(SECRET, 3));
        clock.advance(Duration.ofSeconds(60));
    }

    private static Map<String, AuthenticatorConfig> config(String secret, int nonces) {
        return Map.of(
                "partners",
                new AuthenticatorConfig(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(
                                new SignatureProof(
                                        Map.of("acme", Secret.of(secret)),
                                        Map.of("acme", "partner"),
                                        Duration.ofMinutes(2),
                                        nonces))));
    }

    @Requirement({"B6.2-b.1", "P6.2.2.2-g", "S.gw-6"})
    @Test
    void aSignedRequestCountsOnce() {
        HttpQuestion question = signed(SECRET, "nonce-0000000001", 0);

        Verdict.Admitted admitted = (Verdict.Admitted) judge(question);
        assertThat(admitted.caller().name()).isEqualTo("acme");
        assertThat(admitted.caller().channel()).isEqualTo("partner");
        refused(judge(question), 401, "nonce: used before");
        // Also by a configuration that was changed meanwhile.
        guards.apply(config(SECRET, 4));
        refused(judge(question), 401, "nonce: used before");
        assertThat(guards.wantsBody(route)).isTrue();
    }

    @Requirement("S.gw-6")
    @Test
    void whateverIsChangedOnTheWayDoesNotMatch() {
        HttpQuestion good = signed(SECRET, "nonce-0000000001", 0);
        String header = good.header("authorization").orElseThrow();
        String key = good.header("idempotency-key").orElseThrow();
        List<HttpQuestion> changed =
                List.of(
                        asked("PUT", "/v1/transfers?a=1", BODY, header, key),
                        asked("POST", "/v1/transferz?a=1", BODY, header, key),
                        asked("POST", "/v1/transfers?a=2", BODY, header, key),
                        asked("POST", "/v1/transfers?a=1", BODY + " ", header, key),
                        asked("POST", "/v1/transfers?a=1", BODY, header, "20260131-another"),
                        asked(
                                "POST",
                                "/v1/transfers?a=1",
                                BODY,
                                header.replace("nonce-0000000001", "nonce-0000000002"),
                                key),
                        asked(
                                "POST",
                                "/v1/transfers?a=1",
                                BODY,
                                header.replace("caller=acme", "caller=other"),
                                key));
        for (HttpQuestion each : changed) {
            refused(judge(each), 401, "signature: does not match");
        }
        refused(judge(signed("another-secret-of-32-characters!", "nonce-0000000001", 0)), 401, "");
        assertThat(judge(good))
                .as("none of them used its nonce")
                .isInstanceOf(Verdict.Admitted.class);
    }

    @Requirement("S.gw-6")
    @Test
    void signaturesAreForNow() {
        refused(judge(signed(SECRET, "nonce-0000000001", -121)), 401, "121 s off");
        refused(judge(signed(SECRET, "nonce-0000000001", 121)), 401, "121 s off");
        // What was used before this gateway began it cannot know.
        refused(judge(signed(SECRET, "nonce-0000000001", -61)), 401, "before this gateway began");
        assertThat(judge(signed(SECRET, "nonce-0000000001", -60)))
                .isInstanceOf(Verdict.Admitted.class);
    }

    @Requirement("S.gw-6")
    @Test
    void whereNoncesCannotBeRememberedNothingIsAdmittedAndLaterItIsAgain() {
        for (int i = 1; i <= 3; i++) {
            assertThat(judge(signed(SECRET, "nonce-000000000" + i, 0)))
                    .isInstanceOf(Verdict.Admitted.class);
        }
        refused(judge(signed(SECRET, "nonce-0000000004", 0)), 503, "try again");
        clock.advance(Duration.ofSeconds(122));
        assertThat(judge(signed(SECRET, "nonce-0000000004", 0)))
                .isInstanceOf(Verdict.Admitted.class);
    }

    @Requirement("S.gw-6")
    @Test
    void ofTheSameRequestManyTimesAtOnceOneIsAdmitted() throws Exception {
        HttpQuestion question = signed(SECRET, "nonce-0000000001", 0);
        try (var threads = Executors.newFixedThreadPool(16)) {
            Callable<Boolean> ask = () -> judge(question) instanceof Verdict.Admitted;
            long admitted = 0;
            for (Future<Boolean> each : threads.invokeAll(java.util.Collections.nCopies(64, ask))) {
                admitted += each.get() ? 1 : 0;
            }
            assertThat(admitted).isEqualTo(1);
        }
    }

    /** The page's own lines, run by a shell, make a signature that counts. */
    @Requirement({"S.gw-6", "S.gw-3"})
    @Test
    void theExampleOfThePageSignsWithOpenssl() throws Exception {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("# sign\n");
        assertThat(begin).isPositive();
        String script = page.substring(begin, page.indexOf("# send", begin));
        Process shell =
                new ProcessBuilder("bash", "-c", script + "\nprintf '%s' \"$AUTHORIZATION\"")
                        .redirectErrorStream(true)
                        .start();
        shell.getOutputStream().close();
        String header = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(header).isZero();
        long time = Long.parseLong(header.replaceAll(".*time=([0-9]+).*", "$1"));
        clock.advance(Duration.between(clock.now(), Instant.ofEpochSecond(time)));

        HttpQuestion question =
                asked(
                        "POST",
                        "/v1/transfers",
                        script.replaceAll("(?s).*BODY='([^']*)'.*", "$1"),
                        header,
                        script.replaceAll("(?s).*KEY=([^\\n]*)\\n.*", "$1"));
        assertThat(judge(question)).as(header).isInstanceOf(Verdict.Admitted.class);
    }

    private Verdict judge(HttpQuestion question) {
        return guards.judge(route, question, ApiFixture.client("192.0.2.1"));
    }

    private static void refused(Verdict verdict, int status, String detail) {
        assertThat(verdict).as(detail).isInstanceOf(Verdict.Answered.class);
        HttpAnswer answer = ((Verdict.Answered) verdict).answer();
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(detail);
        assertThat(answer.body()).doesNotContain(SECRET);
    }

    private HttpQuestion signed(String secret, String nonce, int seconds) {
        String time = Long.toString(clock.now().plusSeconds(seconds).getEpochSecond());
        HttpQuestion bare = asked("POST", "/v1/transfers?a=1", BODY, "", "20260131-order-1");
        byte[] signature =
                SignatureAuthenticator.hmac(
                        Secret.of(secret), SignatureAuthenticator.canonical(bare, time, nonce));
        return asked(
                "POST",
                "/v1/transfers?a=1",
                BODY,
                "Feiqian-HMAC-SHA256 caller=acme, time=%s, nonce=%s, signature=%s"
                        .formatted(time, nonce, HexFormat.of().formatHex(signature)),
                "20260131-order-1");
    }

    private static HttpQuestion asked(
            String verb, String target, String body, String authorization, String key) {
        return ApiFixture.question(
                verb, target, body, "Authorization", authorization, "Idempotency-Key", key);
    }
}
