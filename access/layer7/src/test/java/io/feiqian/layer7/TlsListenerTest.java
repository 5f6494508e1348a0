package io.feiqian.layer7;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.proxy.ProxyConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS of a listener from end to end, asked by OpenSSL's own client. */
@Timeout(60)
class TlsListenerTest {
    private static final Duration LOOKED_AT = Duration.ofSeconds(10);

    @TempDir private Path folder = Path.of("");
    private final ManualTimer timer = new ManualTimer(new SettableClock(Clock.system().now()));
    private Optional<Http2Door> door = Optional.empty();

    @AfterEach
    void stop() {
        door.ifPresent(Http2Door::close);
    }

    @Requirement("P6.2.2.2-f")
    @Test
    void theCertificateIsChosenByServerName() throws Exception {
        SelfSigned first = SelfSigned.of(folder, "first", "dns:first.example.com", 30);
        SelfSigned wild = SelfSigned.of(folder, "wild", "dns:*.wild.example.com", 30);
        open(certificates(first, wild));

        for (String version : List.of("-tls1_3", "-tls1_2")) {
            assertThat(ask(version, "-servername", "first.example.com"))
                    .containsPattern("subject=CN ?= ?first")
                    .contains("hello");
            assertThat(ask(version, "-servername", "a.WILD.example.com"))
                    .containsPattern("subject=CN ?= ?wild")
                    .contains("hello");
            assertThat(ask(version, "-servername", "other.example.com"))
                    .containsPattern("subject=CN ?= ?first");
            assertThat(ask(version, "-noservername")).containsPattern("subject=CN ?= ?first");
        }
    }

    @Requirement("P6.2.2.2-f")
    @Test
    void onlyClientsWithACertificateOfTheAuthoritiesAreAnswered() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "gateway");
        SelfSigned partner = SelfSigned.of(folder, "partner", "dns:partner", 30);
        SelfSigned stranger = SelfSigned.of(folder, "stranger", "dns:stranger", 30);
        SelfSigned old = SelfSigned.expired(folder, "old");
        Path authorities = folder.resolve("partners.pem");
        Files.writeString(
                authorities,
                Files.readString(partner.certificate()) + Files.readString(old.certificate()));
        open(
                certificates(own)
                        + ", \"clientCertificates\": \"REQUIRED\", \"clientAuthorities\": \"%s\""
                                .formatted(authorities));

        for (String version : List.of("-tls1_3", "-tls1_2")) {
            assertThat(ask(version, shown(partner))).contains("hello");
            assertThat(ask(version)).as("none").doesNotContain("hello").contains("alert");
            assertThat(ask(version, shown(stranger)))
                    .as("a stranger's")
                    .doesNotContain("hello")
                    .contains("alert");
            assertThat(ask(version, shown(old))).as("an old one").doesNotContain("hello");
        }
    }

    @Test
    void sessionsAreResumedUntilTheCertificateChangesAndAfterwardsAgain() throws Exception {
        SelfSigned before = SelfSigned.of(folder, "before", "dns:bank", 30);
        SelfSigned after = SelfSigned.of(folder, "after", "dns:bank", 30);
        Path certificate = Files.copy(before.certificate(), folder.resolve("own.crt"));
        Path key = Files.copy(before.key(), folder.resolve("own.key"));
        open(certificates(certificate, key));
        String session = folder.resolve("session").toString();
        assertThat(ask("-tls1_3", "-sess_out", session)).contains("New, TLSv1.3", "hello");
        assertThat(ask("-tls1_3", "-sess_in", session)).contains("Reused, TLSv1.3", "hello");

        Files.copy(after.certificate(), certificate, REPLACE_EXISTING);
        Files.copy(after.key(), key, REPLACE_EXISTING);
        timer.advance(LOOKED_AT);

        assertThat(ask("-tls1_3", "-sess_in", session, "-sess_out", session + "2"))
                .as("a ticket of before the change")
                .contains("New, TLSv1.3", "hello")
                .containsPattern("subject=CN ?= ?after");
        assertThat(ask("-tls1_3", "-sess_in", session + "2"))
                .as("a ticket of after it")
                .contains("Reused, TLSv1.3", "hello");
    }

    @Test
    void aConfigurationThatIsRefusedLeavesTheFiguresOfTheFilesInForce() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "gateway");
        Path certificate = Files.copy(own.certificate(), folder.resolve("own.crt"));
        Path key = Files.copy(own.key(), folder.resolve("own.key"));
        open(certificates(certificate, key));
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String next =
                    document(certificates(own))
                            .replace(
                                    "}]}}]",
                                    "}]}}, {\"name\": \"more\", \"addresses\": [\"127.0.0.1:%d\"]}]"
                                            .formatted(taken.getLocalPort()));
            assertThatThrownBy(() -> door.orElseThrow().layer.take(ProxyConfig.type().parse(next)))
                    .hasMessageContaining("cannot be had");
        }

        Files.writeString(certificate, "nothing");
        timer.advance(LOOKED_AT);

        assertThat(
                        door.orElseThrow()
                                .metrics
                                .get("feiqian.gateway.tls.stale")
                                .tag("of", "listener web")
                                .gauge()
                                .value())
                .isEqualTo(1);
    }

    private void open(String tls) {
        door = Optional.of(new Http2Door(document(tls), timer));
    }

    private static String document(String tls) {
        return """
        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"], "tls": {%s}}],
         "routes": [{"name": "all", "answer": {"body": "hello"}}]}
        """
                .formatted(tls);
    }

    private static String certificates(SelfSigned... these) {
        return "\"certificates\": ["
                + String.join(
                        ", ",
                        Stream.of(these)
                                .map(each -> certificate(each.certificate(), each.key()))
                                .toList())
                + "]";
    }

    private static String certificates(Path certificate, Path key) {
        return "\"certificates\": [" + certificate(certificate, key) + "]";
    }

    private static String certificate(Path certificate, Path key) {
        return "{\"certificate\": \"%s\", \"key\": \"%s\"}".formatted(certificate, key);
    }

    private static String[] shown(SelfSigned own) {
        return new String[] {"-cert", own.certificate().toString(), "-key", own.key().toString()};
    }

    private String ask(String version, String[] more) throws Exception {
        return ask(Stream.concat(Stream.of(version), Stream.of(more)).toArray(String[]::new));
    }

    /** All that the client prints, the answer to a request among it. */
    private String ask(String... options) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of("/usr/bin/openssl", "/usr/local/bin/openssl")
                        .anyMatch(each -> Files.isExecutable(Path.of(each))),
                "no openssl on this machine: TLS is tried with the JDK's clients alone");
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + door.orElseThrow().port(),
                        "-ign_eof"));
        command.addAll(List.of(options));
        Path printed = Files.createTempFile(folder, "openssl", ".txt");
        Process client =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(printed.toFile())
                        .start();
        try (OutputStream input = client.getOutputStream()) {
            input.write(
                    "GET / HTTP/1.1\r\nHost: bank\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException gone) {
            assertThat(gone).hasMessageContaining("pipe");
        }
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
        return Files.readString(printed, StandardCharsets.ISO_8859_1);
    }
}
