package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.proxy.TlsConfig.ClientCertificates;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same TLS, tried with OpenSSL's own client. */
@Requirement("P6.2.2.2-f")
class TlsOpensslTest {
    @TempDir private Path folder = Path.of("");
    private Optional<TlsServer> tls = Optional.empty();
    private Optional<TlsEcho> echo = Optional.empty();

    @BeforeEach
    void need() {
        assumeTrue(
                Stream.of("/usr/bin/openssl", "/usr/local/bin/openssl")
                        .anyMatch(each -> Files.isExecutable(Path.of(each))),
                "no openssl on this machine: TLS is tried with the JDK's clients alone");
    }

    @AfterEach
    void stop() {
        echo.ifPresent(TlsEcho::close);
        tls.ifPresent(TlsServer::close);
    }

    @Test
    void newVersionsAreSpokenAndOldOnesAreNot() throws Exception {
        start(ClientCertificates.NONE);

        assertThat(ask("-tls1_3", "-alpn", "h2,http/1.1"))
                .contains("TLSv1.3")
                .contains("ALPN protocol: h2")
                .contains("h2 - hi");
        assertThat(ask("-tls1_2")).contains("TLSv1.2").contains("- - hi");
        assertThat(ask("-tls1_2", "-cipher", "AES128-SHA"))
                .as("no forward secrecy")
                .doesNotContain("- hi");
        assertThat(ask("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")).doesNotContain("- hi");
    }

    @Test
    void sessionsAreResumed() throws Exception {
        start(ClientCertificates.NONE);
        Path session = folder.resolve("session");

        assertThat(ask("-tls1_3", "-sess_out", session.toString())).contains("New, TLSv1.3");
        assertThat(ask("-tls1_3", "-sess_in", session.toString())).contains("Reused, TLSv1.3");
        assertThat(ask("-tls1_2", "-sess_out", session.toString())).contains("New, TLSv1.2");
        assertThat(ask("-tls1_2", "-sess_in", session.toString())).contains("Reused, TLSv1.2");
    }

    @Test
    void clientCertificatesAreAskedForAndChecked() throws Exception {
        SelfSigned own = start(ClientCertificates.REQUIRED);

        assertThat(
                        ask(
                                "-tls1_3",
                                "-cert",
                                own.certificate().toString(),
                                "-key",
                                own.key().toString()))
                .contains("- server hi");
        assertThat(ask("-tls1_3")).contains("certificate required").doesNotContain("hi");
    }

    @Test
    void whoHasShownACertificateIsStillKnownInAResumedSession() throws Exception {
        SelfSigned own = start(ClientCertificates.REQUIRED);
        String certificate = own.certificate().toString();
        String session = folder.resolve("session").toString();

        ask("-tls1_3", "-cert", certificate, "-key", own.key().toString(), "-sess_out", session);

        assertThat(ask("-tls1_3", "-sess_in", session))
                .satisfiesAnyOf(
                        again -> assertThat(again).contains("- server hi"),
                        again -> assertThat(again).contains("certificate required"));
    }

    private SelfSigned start(ClientCertificates clients) throws Exception {
        SelfSigned own = SelfSigned.of(folder, "server", "dns:localhost", 365);
        TlsContexts contexts =
                new TlsContexts(
                        new ManualTimer(new SettableClock(Clock.system().now())),
                        Clock.system(),
                        new SimpleMeterRegistry());
        tls =
                Optional.of(
                        contexts.server(
                                "bank",
                                new TlsConfig(
                                        List.of(
                                                new TlsConfig.CertificateFiles(
                                                        own.certificate(), own.key())),
                                        clients,
                                        Optional.of(own.certificate()),
                                        "TLSv1.2"),
                                List.of("h2", "http/1.1")));
        echo = Optional.of(new TlsEcho(tls.orElseThrow()));
        return own;
    }

    /** What the client prints, the answer to a line among it. */
    private String ask(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + echo.orElseThrow().port(),
                        "-servername",
                        "localhost",
                        "-ign_eof"));
        command.addAll(List.of(options));
        Path printed = Files.createTempFile(folder, "openssl", ".txt");
        Process client =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(printed.toFile())
                        .start();
        try (OutputStream input = client.getOutputStream()) {
            input.write("hi. bye\n".getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException gone) {
            assertThat(gone).hasMessageContaining("pipe");
        }
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
        return Files.readString(printed, StandardCharsets.ISO_8859_1);
    }
}
