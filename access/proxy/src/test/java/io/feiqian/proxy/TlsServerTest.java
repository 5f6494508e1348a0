package io.feiqian.proxy;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.proxy.TlsConfig.CertificateFiles;
import io.feiqian.proxy.TlsConfig.ClientCertificates;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS that ends at a listener, tried with the JDK's clients; by each provider that is there. */
@Requirement({"P6.2.2.2-f", "S.gw-6"})
@ParameterizedClass
@MethodSource("providers")
class TlsServerTest {
    private static final List<SelfSigned> MADE = new ArrayList<>();

    @TempDir private static Path folder;

    private final SettableClock clock = new SettableClock(Clock.system().now());
    private final ManualTimer timer = new ManualTimer(clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TlsContexts contexts;
    private Optional<TlsServer> tls = Optional.empty();
    private Optional<TlsEcho> echo = Optional.empty();

    TlsServerTest(SslProvider provider) {
        contexts = new TlsContexts(timer, clock, meters, provider);
    }

    static Stream<SslProvider> providers() {
        return OpenSsl.isAvailable()
                ? Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
                : Stream.of(SslProvider.JDK);
    }

    @BeforeAll
    static void certify() throws Exception {
        MADE.clear();
        MADE.add(SelfSigned.of(folder, "first", "dns:first.example.com,ip:127.0.0.1", 365));
        MADE.add(SelfSigned.of(folder, "wild", "dns:*.wild.example.com", 30));
        MADE.add(SelfSigned.of(folder, "client", "dns:client", 365));
        MADE.add(SelfSigned.of(folder, "stranger", "dns:stranger", 365));
    }

    @AfterEach
    void stop() {
        echo.ifPresent(TlsEcho::close);
        tls.ifPresent(TlsServer::close);
    }

    @Test
    void theNewestVersionThatBothKnowIsSpoken() throws IOException {
        start(config(ClientCertificates.NONE, "TLSv1.2", files(first())));

        try (SSLSocket newest = connect(trusting(first()))) {
            assertThat(newest.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
        try (SSLSocket older = connect(trusting(first()), "TLSv1.2")) {
            assertThat(older.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(older.getSession().getCipherSuite())
                    .startsWith("TLS_ECDHE_")
                    .contains("GCM");
        }
    }

    @Test
    void versionsOlderThanConfiguredAreRefused() {
        start(config(ClientCertificates.NONE, "TLSv1.3", files(first())));

        assertThatThrownBy(() -> connect(trusting(first()), "TLSv1.2"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("protocol_version");
    }

    @Test
    void theCertificateIsChosenByServerName() throws IOException {
        start(config(ClientCertificates.NONE, "TLSv1.2", files(first()), files(wild())));

        assertThat(shownFor("first.example.com")).isEqualTo("first");
        assertThat(shownFor("any.WILD.example.com")).isEqualTo("wild");
        assertThat(shownFor("one.more.wild.example.com"))
                .as("a wildcard covers one label")
                .isEqualTo("first");
        assertThat(shownFor("unknown.example.com")).isEqualTo("first");
        try (SSLSocket nameless = connect(trusting(first(), wild()))) {
            assertThat(shownBy(nameless)).isEqualTo("first");
        }
    }

    @Test
    void clientsWithoutTheCertificateThatIsRequiredAreRefused() throws Exception {
        start(config(ClientCertificates.REQUIRED, "TLSv1.2", files(first())));

        assertThat(say(client().trusting(first()))).isEqualTo("- client hi");
        assertThatThrownBy(() -> say(trusting(first()))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> say(stranger().trusting(first()))).isInstanceOf(IOException.class);
    }

    @Test
    void aCertificateThatIsWantedMustBeGoodWhereItIsShown() throws Exception {
        start(config(ClientCertificates.WANTED, "TLSv1.2", files(first())));

        assertThat(say(client().trusting(first()))).isEqualTo("- client hi");
        assertThat(say(trusting(first()))).isEqualTo("- - hi");
    }

    @Test
    void whatIsSpokenWithinIsAgreed() throws IOException {
        start(config(ClientCertificates.NONE, "TLSv1.2", files(first())));

        assertThat(say(trusting(first()), "http/1.1", "h2")).isEqualTo("h2 - hi");
        assertThat(say(trusting(first()), "http/1.1")).isEqualTo("http/1.1 - hi");
        assertThat(say(trusting(first()))).isEqualTo("- - hi");
    }

    @Test
    void changedFilesHoldForNewConnectionsAndOpenOnesGoOn() throws IOException {
        CertificateFiles own = copyOf(first(), "rotated");
        start(config(ClientCertificates.NONE, "TLSv1.2", own));
        try (SSLSocket before = connect(trusting(first()))) {
            Files.copy(wild().certificate(), own.certificate(), REPLACE_EXISTING);
            timer.advance(TlsWatch.EVERY);
            assertThat(tls.orElseThrow().isStale()).isTrue();
            assertThat(stale()).isEqualTo(1);
            assertThat(say(trusting(first()))).as("half of a change is not shown").endsWith("hi");

            Files.copy(wild().key(), own.key(), REPLACE_EXISTING);
            timer.advance(TlsWatch.EVERY);

            assertThat(stale()).isZero();
            assertThat(say(before)).as("an open connection").endsWith("hi");
            try (SSLSocket after = connect(trusting(first(), wild()))) {
                assertThat(shownBy(after)).as("a new one").isEqualTo("wild");
            }
        }
    }

    @Test
    void aBrokenFileLeavesWhatWasAndIsCountedOnce() throws IOException {
        CertificateFiles own = copyOf(first(), "broken");
        start(config(ClientCertificates.NONE, "TLSv1.2", own));

        Files.writeString(own.certificate(), "nothing");
        timer.advance(TlsWatch.EVERY);
        timer.advance(TlsWatch.EVERY);

        assertThat(stale()).isEqualTo(1);
        assertThat(
                        meters.get("feiqian.gateway.tls.reloads")
                                .tag("outcome", "refused")
                                .counter()
                                .count())
                .isEqualTo(1);
        assertThat(say(trusting(first()))).endsWith("hi");
        Files.delete(own.certificate());
        timer.advance(TlsWatch.EVERY);
        assertThat(say(trusting(first()))).as("without the file").endsWith("hi");
        assertThat(stale()).as("without the file").isEqualTo(1);
        Files.copy(first().certificate(), own.certificate());
        timer.advance(TlsWatch.EVERY);
        assertThat(stale()).as("mended").isZero();
    }

    @Test
    void theFiguresOutliveAnotherConfigurationOfTheSameListener() throws IOException {
        CertificateFiles own = copyOf(first(), "again");
        TlsConfig config = config(ClientCertificates.NONE, "TLSv1.2", own);
        start(config);
        TlsServer refused = contexts.server("bank", config, List.of());
        refused.close();
        Files.writeString(own.certificate(), "nothing");
        timer.advance(TlsWatch.EVERY);
        assertThat(stale()).as("after one that was not taken").isEqualTo(1);

        Files.copy(first().certificate(), own.certificate(), REPLACE_EXISTING);
        TlsServer next = contexts.server("bank", config, List.of());
        tls.orElseThrow().close();
        tls = Optional.of(next);

        assertThat(stale()).as("of the newer").isZero();
        assertThat(daysLeft()).isBetween(364.0, 365.0);
        Files.writeString(own.certificate(), "nothing");
        timer.advance(TlsWatch.EVERY);
        assertThat(stale()).as("of the newer, when it breaks").isEqualTo(1);
    }

    @Test
    void aClientsCertificateThatHasExpiredIsRefusedThoughItsAuthorityIsItself() throws Exception {
        SelfSigned old = SelfSigned.expired(Files.createTempDirectory(folder, "old"), "old");
        tls =
                Optional.of(
                        contexts.server(
                                "bank",
                                new TlsConfig(
                                        List.of(files(first())),
                                        ClientCertificates.REQUIRED,
                                        Optional.of(old.certificate()),
                                        "TLSv1.2"),
                                List.of()));
        echo = Optional.of(new TlsEcho(tls.orElseThrow()));

        assertThatThrownBy(() -> say(old.trusting(first()))).isInstanceOf(IOException.class);
    }

    @Test
    void theDaysUntilTheFirstCertificateExpiresAreMeasured() {
        start(config(ClientCertificates.NONE, "TLSv1.2", files(first()), files(wild())));

        assertThat(daysLeft()).isBetween(29.9, 30.0);
        clock.advance(Duration.ofDays(31));
        assertThat(daysLeft()).isBetween(-1.1, -1.0);
        tls.orElseThrow().close();
        assertThat(meters.getMeters()).as("after the listener").isEmpty();
    }

    @Test
    void filesThatCannotBeUsedAreNamedAtOnce() {
        CertificateFiles mixed = new CertificateFiles(first().certificate(), wild().key());

        assertThatThrownBy(() ->
                        contexts.server(
                                "bank",
                                config(ClientCertificates.NONE, "TLSv1.2", mixed),
                                List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("listener bank")
                .hasMessageContaining("the key is not that of the certificate");
    }

    private void start(TlsConfig config) {
        tls = Optional.of(contexts.server("bank", config, List.of("h2", "http/1.1")));
        echo = Optional.of(new TlsEcho(tls.orElseThrow()));
    }

    private static TlsConfig config(
            ClientCertificates clients, String oldest, CertificateFiles... certificates) {
        return new TlsConfig(
                List.of(certificates), clients, Optional.of(client().certificate()), oldest);
    }

    private double stale() {
        return meters.get("feiqian.gateway.tls.stale").gauge().value();
    }

    private double daysLeft() {
        return meters.get("feiqian.gateway.tls.expires").gauge().value();
    }

    private String shownFor(String name) throws IOException {
        try (SSLSocket socket = open(trusting(first(), wild()))) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return shownBy(socket);
        }
    }

    private static String shownBy(SSLSocket socket) throws IOException {
        return TlsEcho.nameOf((X509Certificate) socket.getSession().getPeerCertificates()[0]);
    }

    private SSLSocket open(SSLContext context) throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket("127.0.0.1", echo.orElseThrow().port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private SSLSocket connect(SSLContext context, String... versions) throws IOException {
        SSLSocket socket = open(context);
        if (versions.length > 0) {
            socket.setEnabledProtocols(versions);
        }
        socket.startHandshake();
        return socket;
    }

    private String say(SSLContext context, String... alpn) throws IOException {
        try (SSLSocket socket = open(context)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(alpn);
            socket.setSSLParameters(parameters);
            return say(socket);
        }
    }

    private static String say(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("hi".getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[100];
        int read = socket.getInputStream().read(answer);
        if (read < 0) {
            throw new IOException("closed");
        }
        return new String(answer, 0, read, StandardCharsets.US_ASCII);
    }

    private static CertificateFiles copyOf(SelfSigned of, String name) throws IOException {
        Path place = Files.createTempDirectory(folder, name);
        Files.copy(of.certificate(), place.resolve("own.crt"));
        Files.copy(of.key(), place.resolve("own.key"));
        return new CertificateFiles(place.resolve("own.crt"), place.resolve("own.key"));
    }

    private static CertificateFiles files(SelfSigned of) {
        return new CertificateFiles(of.certificate(), of.key());
    }

    private static SSLContext trusting(SelfSigned... these) throws IOException {
        try {
            return SelfSigned.client(these);
        } catch (GeneralSecurityException broken) {
            throw new IOException(broken);
        }
    }

    private static SelfSigned first() {
        return MADE.get(0);
    }

    private static SelfSigned wild() {
        return MADE.get(1);
    }

    private static SelfSigned client() {
        return MADE.get(2);
    }

    private static SelfSigned stranger() {
        return MADE.get(3);
    }
}
