package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.cli.CommandFailure;
import io.feiqian.security.SelfSigned;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console over TLS, asked by clients that check its certificate. */
@Timeout(180)
final class ConsoleTlsTest {
    @TempDir private static Path made;
    private static SelfSigned bank;
    private static SelfSigned renewed;
    @TempDir private Path folder;

    @BeforeAll
    static void certify() throws Exception {
        bank = SelfSigned.here(made, "bank", 30);
        renewed = SelfSigned.here(made, "renewed", 300);
    }

    @Test
    void aBrowserThatKnowsItsCertificateIsServedAndKeptOnTls() throws Exception {
        try (RunningConsole console = RunningConsole.over(folder, files(bank));
                Visitor admin = visitor(console, bank)) {
            HttpResponse<String> in = admin.signIn("admin", console.firstPassword());
            assertThat(in.headers().firstValue("set-cookie").orElse("").toLowerCase(Locale.ROOT))
                    .startsWith("__host-feiqian-console=")
                    .contains("; secure", "; httponly", "; samesite=strict", "; path=/")
                    .doesNotContain("domain");
            admin.choose(console.firstPassword(), RunningConsole.OWN);
            assertThat(admin.isIn()).isTrue();
            assertThat(admin.get("/language/zh").headers().firstValue("set-cookie").orElse(""))
                    .startsWith("__Host-feiqian-language=");
            for (String path : List.of("/", "/nowhere", "/assets/console.css", "/api/v1/users")) {
                assertThat(admin.get(path).headers().firstValue("strict-transport-security"))
                        .as(path)
                        .contains("max-age=31536000; includeSubDomains");
            }
            try (Visitor other = visitor(console, bank)) {
                String session = admin.session();
                assertThat(other.get("/transactions", "Cookie", session).statusCode())
                        .isEqualTo(200);
                assertThat(other.get("/transactions", "Cookie", plainName(session)).statusCode())
                        .as("a cookie that a plain connection could have set")
                        .isEqualTo(303);
            }
            assertThat(
                            admin.send(
                                            "POST",
                                            "/sign-out",
                                            "",
                                            "Origin",
                                            "http://127.0.0.1:" + console.port())
                                    .statusCode())
                    .as("a page that somebody put before it without TLS")
                    .isEqualTo(403);
            assertThat(admin.post("/sign-out").statusCode()).isEqualTo(303);
            assertThat(admin.isIn()).isFalse();
        }
    }

    @Test
    void nobodyIsServedWithoutTlsOrByAnOldOne() throws Exception {
        try (RunningConsole console = RunningConsole.over(folder, files(bank))) {
            assertThat(Wire.exchange(console.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .doesNotContain("HTTP/1.1 200", "HTTP/1.1 303", "Feiqian");
            SSLSession newest = handshake(console, bank.context(), "TLSv1.3", List.of());
            assertThat(newest.getProtocol()).isEqualTo("TLSv1.3");
            SSLSession before =
                    handshake(
                            console,
                            bank.context(),
                            "TLSv1.2",
                            List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
            assertThat(before.getProtocol()).isEqualTo("TLSv1.2");
            for (String weak :
                    List.of(
                            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384")) {
                assertThatThrownBy(
                                () -> handshake(console, bank.context(), "TLSv1.2", List.of(weak)))
                        .as(weak)
                        .isInstanceOf(SSLException.class);
            }
            assertThat(
                            Identity.read(files(bank), console.clock())
                                    .tls()
                                    .sslParameters()
                                    .getProtocols())
                    .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
        }
    }

    @Test
    void whoDoesNotKnowItsCertificateDoesNotSpeakToIt() throws Exception {
        try (RunningConsole console = RunningConsole.over(folder, files(bank))) {
            assertThatThrownBy(() -> handshake(console, renewed.context(), "TLSv1.3", List.of()))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void aRenewedCertificateIsShownWithoutARestartAndABrokenOneChangesNothing() throws Exception {
        Path certificate = Files.copy(bank.certificate(), folder.resolve("own.crt"));
        Path key = Files.copy(bank.key(), folder.resolve("own.key"));
        try (RunningConsole console =
                RunningConsole.over(folder, new ConsoleTls(certificate, key))) {
            assertThat(shown(console, bank)).isEqualTo("CN=bank");

            Files.writeString(certificate, Files.readString(renewed.certificate()));
            console.timer().advance(Duration.ofMinutes(1));
            assertThat(shown(console, bank)).as("half of it was written").isEqualTo("CN=bank");

            Files.writeString(key, Files.readString(renewed.key()));
            console.timer().advance(Duration.ofMinutes(1));
            assertThat(shown(console, renewed)).isEqualTo("CN=renewed");

            Files.writeString(certificate, "nothing");
            console.timer().advance(Duration.ofMinutes(1));
            assertThat(shown(console, renewed)).isEqualTo("CN=renewed");
            assertThat(console.timer().waiting()).as("it looks again").isEqualTo(1);
        }
    }

    @Test
    void filesThatCannotWorkAreRefusedAtTheStart() throws Exception {
        Path absent = folder.resolve("absent.pem");
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate, no key");
        Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("rw-------"));
        Path open = Files.copy(bank.key(), folder.resolve("open.key"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        Path cut =
                Files.writeString(
                        folder.resolve("cut.key"),
                        Files.readString(bank.key()).replaceFirst("\n.{30}", "\n"));
        Files.setPosixFilePermissions(cut, PosixFilePermissions.fromString("rw-------"));
        Path certificate = bank.certificate();
        Path key = bank.key();

        refused(certificate, absent, "absent.pem: not to be read (expected: a file)");
        refused(absent, key, "absent.pem: not to be read (expected: a file)");
        refused(text, key, "text.pem", "(expected: X.509 certificates as PEM)");
        refused(certificate, text, "no such key in it (expected: PKCS #8 as PEM");
        refused(certificate, cut, "cut.key: unreadable (expected: that of the certificate)");
        refused(certificate, renewed.key(), "another one's (expected: that of the certificate)");
        refused(certificate, open, "readable by everybody (expected: by its owner");
    }

    @Test
    void aCertificateThatIsNotValidNowIsRefusedAtTheStart() throws Exception {
        SelfSigned over = SelfSigned.expired(made, "over");
        refused(
                over.certificate(),
                over.key(),
                "own.crt: valid from 2020-",
                "(expected: valid now, 20");
    }

    private void refused(Path certificate, Path key, String... said) {
        assertThatThrownBy(
                        () -> {
                            try (RunningConsole _ =
                                    RunningConsole.over(folder, new ConsoleTls(certificate, key))) {
                                throw new AssertionError("it started");
                            }
                        })
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("TLS of the console: ")
                .satisfies(failure -> assertThat(failure.getMessage()).contains(said));
    }

    private static ConsoleTls files(SelfSigned made) {
        return new ConsoleTls(made.certificate(), made.key());
    }

    private static Visitor visitor(RunningConsole console, SelfSigned trusted) throws Exception {
        return new Visitor("https://127.0.0.1:" + console.port(), trusted.context());
    }

    private static String plainName(String cookie) {
        return cookie.replace("__Host-", "");
    }

    private static String shown(RunningConsole console, SelfSigned trusted) throws Exception {
        return handshake(console, trusted.context(), "TLSv1.3", List.of())
                .getPeerPrincipal()
                .getName();
    }

    private static SSLSession handshake(
            RunningConsole console, SSLContext trusting, String protocol, List<String> suites)
            throws Exception {
        try (SSLSocket socket =
                (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", console.port())) {
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {protocol});
            if (!suites.isEmpty()) {
                socket.setEnabledCipherSuites(suites.toArray(String[]::new));
            }
            socket.startHandshake();
            return socket.getSession();
        }
    }
}
