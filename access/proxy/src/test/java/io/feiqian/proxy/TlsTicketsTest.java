package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.proxy.TlsConfig.ClientCertificates;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A phone takes up its session at another gateway, and nowhere that it may not. */
@Requirement("S.gw-2")
class TlsTicketsTest {
    @TempDir private Path folder = Path.of("");
    private final ManualTimer timer = new ManualTimer(new SettableClock(Clock.system().now()));
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private SelfSigned own;
    private Path keys;

    @BeforeEach
    void need() throws Exception {
        assumeTrue(
                Stream.of("/usr/bin/openssl", "/usr/local/bin/openssl")
                                .anyMatch(each -> Files.isExecutable(Path.of(each)))
                        && OpenSsl.isAvailable(),
                "no openssl here, or TLS is done by the JDK: shared tickets are not tried");
        own = SelfSigned.of(folder, "server", "dns:localhost", 365);
        keys = Files.writeString(folder.resolve("tickets"), secret(1) + "\n");
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private static String secret(int of) {
        byte[] bytes = new byte[48];
        bytes[0] = (byte) of;
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void aSessionGoesOnAtAnotherGatewayWithTheSameKeys() throws Exception {
        int one = gateway("web", ClientCertificates.NONE, Optional.of(keys));
        int other = gateway("web", ClientCertificates.NONE, Optional.of(keys));
        int stranger = gateway("web", ClientCertificates.NONE, Optional.empty());
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            String option = version.equals("TLSv1.3") ? "-tls1_3" : "-tls1_2";
            String session = folder.resolve("session" + version).toString();

            assertThat(ask(one, option, "-sess_out", session)).contains("New, " + version);
            assertThat(ask(other, option, "-sess_in", session)).contains("Reused, " + version);
            assertThat(ask(stranger, option, "-sess_in", session)).contains("New, " + version);
        }
    }

    @Test
    void keysAreChangedWithoutLosingSessionsUntilTheOldOneIsTakenAway() throws Exception {
        int port = gateway("web", ClientCertificates.NONE, Optional.of(keys));
        String session = folder.resolve("session").toString();
        assertThat(ask(port, "-tls1_3", "-sess_out", session)).contains("New");

        Files.writeString(keys, secret(2) + "\n" + secret(1) + "\n");
        timer.advance(Duration.ofSeconds(30));
        assertThat(ask(port, "-tls1_3", "-sess_in", session)).contains("Reused");

        Files.writeString(keys, "# newest first\n" + secret(3) + "\n" + secret(2) + "\n");
        timer.advance(Duration.ofSeconds(30));
        assertThat(ask(port, "-tls1_3", "-sess_in", session)).contains("New");
    }

    /** Or whoever may come to one listener would be let in at one that asks for a certificate. */
    @Test
    void aTicketIsGoodOnlyWhereTheSameIsAskedOfClients() throws Exception {
        int everybody = gateway("web", ClientCertificates.NONE, Optional.of(keys));
        int partners = gateway("partners", ClientCertificates.REQUIRED, Optional.of(keys));
        int sameName = gateway("web", ClientCertificates.REQUIRED, Optional.of(keys));
        String session = folder.resolve("session").toString();
        assertThat(ask(everybody, "-tls1_3", "-sess_out", session)).contains("- - hi");

        for (int each : List.of(partners, sameName)) {
            assertThat(ask(each, "-tls1_3", "-sess_in", session))
                    .contains("certificate required")
                    .doesNotContain("- hi");
        }
    }

    @Test
    void whoHasShownACertificateIsKnownAtTheOtherGateway() throws Exception {
        int one = gateway("web", ClientCertificates.REQUIRED, Optional.of(keys));
        int other = gateway("web", ClientCertificates.REQUIRED, Optional.of(keys));
        String session = folder.resolve("session").toString();
        String certificate = own.certificate().toString();
        assertThat(
                        ask(
                                one,
                                "-tls1_3",
                                "-cert",
                                certificate,
                                "-key",
                                own.key().toString(),
                                "-sess_out",
                                session))
                .contains("- server hi");

        assertThat(ask(other, "-tls1_3", "-sess_in", session))
                .contains("Reused, TLSv1.3")
                .contains("- server hi");
    }

    @Test
    void keysThatAreNoneAreRefusedWithoutBeingShown() {
        for (String each : List.of("", "c2hvcnQ=", "not base64!", (secret(1) + "\n").repeat(9))) {
            assertThatThrownBy(() -> TlsTickets.secrets(each.getBytes(StandardCharsets.US_ASCII)))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("expected")
                    .hasMessageNotContaining("not base64!");
        }
    }

    /** The port of a gateway of its own. */
    private int gateway(String listener, ClientCertificates clients, Optional<Path> tickets) {
        TlsServer tls =
                new TlsContexts(timer, Clock.system(), new SimpleMeterRegistry())
                        .server(
                                listener,
                                new TlsConfig(
                                        List.of(
                                                new TlsConfig.CertificateFiles(
                                                        own.certificate(), own.key())),
                                        clients,
                                        Optional.of(own.certificate()),
                                        "TLSv1.2",
                                        tickets),
                                List.of());
        TlsEcho echo = new TlsEcho(tls);
        open.push(tls);
        open.push(echo);
        return echo.port();
    }

    /** What the client prints, the answer to a line among it. */
    private String ask(int port, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of("-servername", "localhost", "-ign_eof"));
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
