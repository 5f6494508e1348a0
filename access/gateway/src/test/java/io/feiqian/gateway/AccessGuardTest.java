package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.configuration.Secret;
import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.AuthenticatorConfig.CertificateProof;
import io.feiqian.proxy.AuthenticatorConfig.SignatureProof;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.CorsConfig;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is known by a certificate, who of those known may, from where, and pages of which origins.
 */
class AccessGuardTest {
    private static final String SECRET = "a-shared-secret-of-32-characters";

    @TempDir private static Path folder;
    private static Optional<X509Certificate> bySubject = Optional.empty();
    private static Optional<X509Certificate> byName = Optional.empty();
    private static Optional<X509Certificate> stranger = Optional.empty();

    private final SettableClock clock = new SettableClock(io.feiqian.runtime.Clock.system().now());
    private final Guards guards =
            new Guards(clock, new ManualTimer(clock), new SimpleMeterRegistry());

    @BeforeAll
    static void certify() throws Exception {
        bySubject = Optional.of(certificate("acme", "dns:other.example"));
        byName = Optional.of(certificate("nobody", "dns:pay.globex.example"));
        stranger = Optional.of(certificate("stranger", "dns:x.example"));
    }

    @BeforeEach
    void start() {
        guards.apply(
                Map.of(
                        "mtls",
                        new AuthenticatorConfig(
                                Optional.of(
                                        new CertificateProof(
                                                Map.of(
                                                        "CN=acme, O=Test", "acme",
                                                        "pay.globex.example", "globex"),
                                                Map.of("acme", "corporate"))),
                                Optional.empty(),
                                Optional.empty()),
                        "hmac",
                        new AuthenticatorConfig(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(
                                        new SignatureProof(
                                                Map.of("initech", Secret.of(SECRET)),
                                                Map.of(),
                                                Duration.ofMinutes(2),
                                                10)))));
    }

    @Requirement({"B6.2-b.1", "S.gw-6"})
    @Test
    void aCertificateSaysWhoAsksBySubjectOrAlternativeName() {
        RouteConfig route = ApiFixture.route(List.of("mtls"), AccessConfig.ANYBODY, NO_CORS);

        assertThat(admitted(route, bySubject).caller().name()).isEqualTo("acme");
        assertThat(admitted(route, bySubject).caller().channel()).isEqualTo("corporate");
        assertThat(admitted(route, byName).caller().name()).isEqualTo("globex");
        refused(judge(route, plain(), client(stranger)), 401, "nobody known");
        refused(judge(route, plain(), client(Optional.empty())), 401, "a client certificate");
        clock.advance(Duration.ofDays(400));
        refused(judge(route, plain(), client(bySubject)), 401, "not valid now");
    }

    @Requirement("S.gw-6")
    @Test
    void ofSeveralWaysTheFirstThatKnowsCounts() {
        RouteConfig route =
                ApiFixture.route(List.of("mtls", "hmac"), AccessConfig.ANYBODY, NO_CORS);
        HttpQuestion signed = signed();

        assertThat(admitted(route, bySubject).caller().name()).isEqualTo("acme");
        Verdict both = judge(route, signed, client(bySubject));
        assertThat(((Verdict.Admitted) both).caller().name()).isEqualTo("acme");
        Verdict second = judge(route, signed, client(stranger));
        assertThat(((Verdict.Admitted) second).caller().name()).isEqualTo("initech");
        HttpAnswer none = refused(judge(route, plain(), client(Optional.empty())), 401, "; or ");
        assertThat(none.headers())
                .containsEntry("WWW-Authenticate", "Certificate, Feiqian-HMAC-SHA256");
    }

    @Requirement({"B6.2-b.1", "B6.2-b.2", "P6.2.2.2-g"})
    @Test
    void whoIsKnownMayOnlyWhatItsRouteAllowsAndDenialGoesFirst() {
        refused(by(access(List.of("globex"), List.of(), List.of(), List.of())), 403, "acme");
        refused(by(access(List.of(), List.of("mobile"), List.of(), List.of())), 403, "corporate");
        refused(by(access(List.of(), List.of(), List.of("pay"), List.of())), 403, "[pay]");
        refused(
                by(access(List.of("acme"), List.of("corporate"), List.of(), List.of("acme"))),
                403,
                "denied");
        assertThat(by(access(List.of("acme"), List.of("corporate"), List.of(), List.of("x"))))
                .isInstanceOf(Verdict.Admitted.class);
        // Whoever is not known is nobody, and nobody is on no list.
        RouteConfig open =
                ApiFixture.route(
                        List.of(),
                        access(List.of("acme"), List.of(), List.of(), List.of()),
                        NO_CORS);
        refused(judge(open, plain(), client(bySubject)), 403, "(none)");
    }

    @Requirement({"B6.2-b.2", "P6.2.2.2-g"})
    @Test
    void networksAreAllowedAndDenied() {
        AccessConfig inside =
                new AccessConfig(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of("10.0.0.0/8", "2001:db8::/32"),
                        List.of("10.6.0.0/16"),
                        List.of());
        RouteConfig route = ApiFixture.route(List.of(), inside, NO_CORS);

        assertThat(judge(route, plain(), ApiFixture.client("10.1.2.3")))
                .isInstanceOf(Verdict.Admitted.class);
        assertThat(judge(route, plain(), ApiFixture.client("2001:db8::1")))
                .isInstanceOf(Verdict.Admitted.class);
        refused(judge(route, plain(), ApiFixture.client("10.6.2.3")), 403, "network");
        refused(judge(route, plain(), ApiFixture.client("192.0.2.1")), 403, "network");
        assertThat(guards.isOpen(route)).isFalse();
        assertThat(guards.isOpen(ApiFixture.route(false, Map.of()))).isTrue();
    }

    @Requirement("S.gw-6")
    @Test
    void browsersAreToldWhichPagesMayAsk() {
        CorsConfig cors =
                new CorsConfig(
                        List.of("https://bank.example"),
                        List.of("GET", "POST"),
                        List.of("Authorization"),
                        List.of("Feiqian-Trace-Number"),
                        true,
                        Duration.ofMinutes(10));
        RouteConfig route =
                ApiFixture.route(List.of("mtls"), AccessConfig.ANYBODY, Optional.of(cors));

        HttpAnswer yes = preflight(route, "https://bank.example", "POST");
        assertThat(yes.status()).isEqualTo(204);
        assertThat(yes.headers())
                .containsEntry("Access-Control-Allow-Origin", "https://bank.example")
                .containsEntry("Access-Control-Allow-Methods", "GET, POST")
                .containsEntry("Access-Control-Allow-Headers", "Authorization")
                .containsEntry("Access-Control-Allow-Credentials", "true")
                .containsEntry("Access-Control-Max-Age", "600")
                .containsEntry("Vary", "Origin");
        assertThat(preflight(route, "https://evil.example", "POST").headers())
                .doesNotContainKey("Access-Control-Allow-Origin");
        assertThat(preflight(route, "https://bank.example", "DELETE").status()).isEqualTo(403);

        HttpQuestion asked = ApiFixture.get("/", "Origin", "https://bank.example");
        assertThat(((Verdict.Admitted) judge(route, asked, client(bySubject))).answerHeaders())
                .containsEntry("Access-Control-Allow-Origin", "https://bank.example")
                .containsEntry("Access-Control-Expose-Headers", "Feiqian-Trace-Number");
        // A page may read why it was refused.
        assertThat(refused(judge(route, asked, client(Optional.empty())), 401, "none").headers())
                .containsEntry("Access-Control-Allow-Origin", "https://bank.example");
    }

    private static final Optional<CorsConfig> NO_CORS = Optional.empty();

    private HttpAnswer preflight(RouteConfig route, String origin, String method) {
        HttpQuestion question =
                ApiFixture.question(
                        "OPTIONS",
                        "/v1/x",
                        "",
                        "Origin",
                        origin,
                        "Access-Control-Request-Method",
                        method);
        return ((Verdict.Answered) judge(route, question, client(Optional.empty()))).answer();
    }

    private static AccessConfig access(
            List<String> callers, List<String> channels, List<String> scopes, List<String> not) {
        return new AccessConfig(callers, channels, scopes, List.of(), List.of(), not);
    }

    private Verdict by(AccessConfig access) {
        return judge(
                ApiFixture.route(List.of("mtls"), access, NO_CORS), plain(), client(bySubject));
    }

    private Verdict.Admitted admitted(RouteConfig route, Optional<X509Certificate> shown) {
        Verdict verdict = judge(route, plain(), client(shown));
        assertThat(verdict).isInstanceOf(Verdict.Admitted.class);
        return (Verdict.Admitted) verdict;
    }

    private Verdict judge(RouteConfig route, HttpQuestion question, Client client) {
        return guards.judge(route, question, client);
    }

    private static HttpAnswer refused(Verdict verdict, int status, String detail) {
        assertThat(verdict).as(detail).isInstanceOf(Verdict.Answered.class);
        HttpAnswer answer = ((Verdict.Answered) verdict).answer();
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(detail);
        return answer;
    }

    private static HttpQuestion plain() {
        return ApiFixture.get("/v1/x");
    }

    private HttpQuestion signed() {
        String time = Long.toString(clock.now().getEpochSecond());
        String nonce = "nonce-0000000001";
        byte[] right =
                SignatureAuthenticator.hmac(
                        Secret.of(SECRET), SignatureAuthenticator.canonical(plain(), time, nonce));
        return ApiFixture.get(
                "/v1/x",
                "Authorization",
                "Feiqian-HMAC-SHA256 caller=initech, time=%s, nonce=%s, signature=%s"
                        .formatted(time, nonce, HexFormat.of().formatHex(right)));
    }

    private static Client client(Optional<X509Certificate> shown) {
        return ApiFixture.client("192.0.2.1", shown);
    }

    private static X509Certificate certificate(String name, String also) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name + ", O=Test",
                                "-ext",
                                "san=" + also,
                                "-validity",
                                "365",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "for-the-test")
                        .redirectErrorStream(true)
                        .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "for-the-test".toCharArray());
        }
        return (X509Certificate) keys.getCertificate(name);
    }
}
