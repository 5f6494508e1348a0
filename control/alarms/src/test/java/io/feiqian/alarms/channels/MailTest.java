package io.feiqian.alarms.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mails arrive as they are meant, over TLS where that is asked for, or it is said why not. */
@Timeout(60)
class MailTest {
    private static final Limits SHORT = new Limits(Duration.ofMillis(500), Duration.ofSeconds(1));
    private static final Limits ENOUGH = new Limits(Duration.ofSeconds(5), Duration.ofSeconds(50));
    private static final Instant NOW = Instant.parse("2026-01-05T00:02:00Z");
    private static final String PASSWORD = "hunter2-secret";

    private static SSLContext tls;
    private static SSLContext other;
    private static GreenMail server;

    private final SettableClock clock = new SettableClock(NOW);
    private Channels channels;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        SelfSigned keys = SelfSigned.of(folder, "localhost");
        tls = keys.context();
        other = SelfSigned.of(folder, "other.example").context();
        System.setProperty("greenmail.tls.keystore.file", keys.store().toString());
        System.setProperty("greenmail.tls.keystore.password", SelfSigned.PASSWORD);
        server =
                new GreenMail(
                        new ServerSetup[] {
                            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
                            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
                        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop();
        System.clearProperty("greenmail.tls.keystore.file");
        System.clearProperty("greenmail.tls.keystore.password");
    }

    @BeforeEach
    void open() throws Exception {
        server.purgeEmailFromAllMailboxes();
        server.setUser("ops@bank.example", "ops", PASSWORD);
        channels = new Channels(clock, ENOUGH, tls);
    }

    @AfterEach
    void close() {
        channels.close();
    }

    @Test
    void bothLanguagesArriveInSubjectAndText() throws Exception {
        Notice notice =
                Notices.of(
                        Notice.Kind.RAISED,
                        "单元 0017 «Zürich»",
                        "待处理确认 12 笔\nconfirms wait: 12\n.\n..");
        channels.open(open(smtp())).send(notice);
        MimeMessage mail = received().getFirst();
        assertThat(mail.getSubject()).isEqualTo("[CRITICAL] confirms-wait: 单元 0017 «Zürich»");
        assertThat(mail.getContentType()).isEqualToIgnoringCase("text/plain; charset=UTF-8");
        assertThat(text(mail))
                .isEqualTo(
                        """
                        Rule:     confirms-wait
                        Object:   单元 0017 «Zürich»
                        Severity: CRITICAL
                        Since:    2026-01-05T00:00:00Z
                        Raised:   2026-01-05T00:01:00Z
                        Console:  https://console.bank.example/alarms/7?cell=0017&page=2

                        待处理确认 12 笔
                        confirms wait: 12
                        .
                        ..
                        """);
        assertThat(mail.getSentDate().toInstant()).isEqualTo(NOW);
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getHeader("Importance")).containsExactly("high");
        assertThat(mail.getFrom())
                .extracting(Object::toString)
                .containsExactly("alarms@bank.example");
        assertThat(mail.getAllRecipients())
                .extracting(Object::toString)
                .containsExactly("a@bank.example", "b@bank.example");
    }

    @Test
    void aRepetitionIsRecognisedAndAnEndBelongsToItsBeginning() throws Exception {
        Channel channel = channels.open(open(smtp()));
        channel.send(Notices.raised());
        clock.advance(Duration.ofMinutes(5));
        channel.send(Notices.raised());
        channel.send(Notices.of(Notice.Kind.ENDED, "cell 0017", "none wait"));
        List<String> ids =
                received().stream().map(mail -> header(mail, "Message-ID")).distinct().toList();
        assertThat(ids).hasSize(2).allMatch(id -> id.matches("<[0-9a-f]{32}@bank\\.example>"));
        MimeMessage ended = received().getLast();
        assertThat(ended.getSubject()).isEqualTo("[ENDED] confirms-wait: cell 0017");
        assertThat(header(ended, "In-Reply-To")).isEqualTo(ids.getFirst());
        assertThat(header(ended, "Message-ID")).isEqualTo(ids.getLast());
        assertThat(ended.getHeader("Importance")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\nBcc: evil@bank.example\r\n\r\nbody",
                "x\nBcc: evil@bank.example",
                "x\rBcc: evil@bank.example",
                "x\u2028Bcc: evil@bank.example",
                "=?UTF-8?B?DQpCY2M6IGV2aWxAYmFuay5leGFtcGxl?=",
                "x\r\n.\r\nMAIL FROM:<evil@bank.example>\r\nRCPT TO:<evil@bank.example>\r\nDATA",
                "\u0000\u0007\u001B[31m"
            })
    void nothingToldBecomesAHeaderOrACommand(String hostile) throws Exception {
        try (SmtpFront front = new SmtpFront(smtp(), null)) {
            channels.open(open(front.port())).send(Notices.full(hostile));
            assertThat(front.commands().stream().filter(line -> !line.endsWith(" QUIT")))
                    .hasSize(5)
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("open EHLO "),
                            line -> assertThat(line).startsWith("open MAIL FROM:<alarms@"),
                            line -> assertThat(line).startsWith("open RCPT TO:<a@"),
                            line -> assertThat(line).startsWith("open RCPT TO:<b@"),
                            line -> assertThat(line).isEqualTo("open DATA"));
        }
        MimeMessage mail = received().getFirst();
        assertThat(received()).hasSize(2);
        assertThat(Collections.list(mail.getAllHeaders()))
                .extracting(header -> header.getName())
                .containsOnly(
                        "Return-Path",
                        "Received",
                        "Date",
                        "From",
                        "To",
                        "Message-ID",
                        "Subject",
                        "MIME-Version",
                        "Content-Type",
                        "Content-Transfer-Encoding",
                        "Auto-Submitted");
        assertThat(mail.getSubject().chars().noneMatch(Character::isISOControl)).isTrue();
    }

    @Test
    void withTlsThePasswordIsSentAndTheMailArrives() throws Exception {
        channels.open(secured(smtps(), Mail.Security.TLS, PASSWORD)).send(Notices.raised());
        assertThat(received()).hasSize(2);
    }

    @Test
    void withStarttlsNothingIsSaidBeforeTls() throws Exception {
        try (SmtpFront front = new SmtpFront(smtp(), tls)) {
            channels.open(secured(front.port(), Mail.Security.STARTTLS, PASSWORD))
                    .send(Notices.raised());
            assertThat(received()).hasSize(2);
            assertThat(front.commands().subList(0, 4))
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("open EHLO "),
                            line -> assertThat(line).isEqualTo("open STARTTLS"),
                            line -> assertThat(line).startsWith("tls EHLO "),
                            line -> assertThat(line).startsWith("tls AUTH PLAIN"));
            assertThat(front.commands().subList(2, front.commands().size()))
                    .allMatch(line -> line.startsWith("tls "));
        }
    }

    @Test
    void withoutStarttlsAtTheServerNothingIsSent() throws Exception {
        try (SmtpFront front = new SmtpFront(smtp(), null)) {
            NotDelivered failed = fail(secured(front.port(), Mail.Security.STARTTLS, PASSWORD));
            assertThat(failed.permanent()).isTrue();
            assertThat(failed)
                    .hasMessage("localhost: no STARTTLS (expected: a server that offers it)");
            assertThat(front.commands()).hasSize(1);
            assertThat(received()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"TLS, false", "STARTTLS, false", "TLS, true", "STARTTLS, true"})
    void certificatesAreChecked(Mail.Security security, boolean misnamed) throws Exception {
        channels.close();
        // Either an authority that is not trusted, or a trusted one that speaks of another host.
        channels = new Channels(clock, ENOUGH, misnamed ? other : SSLContext.getDefault());
        try (SmtpFront front = new SmtpFront(smtp(), misnamed ? other : tls)) {
            if (security == Mail.Security.TLS) {
                front.tlsAtOnce();
            }
            NotDelivered failed = fail(secured(front.port(), security, PASSWORD));
            assertThat(failed.permanent()).isFalse();
            assertThat(failed).hasMessageStartingWith("localhost: TLS failed: ");
            if (misnamed) {
                assertThat(failed).hasMessageContaining("matching localhost found");
            } else {
                assertThat(failed).hasMessageContaining("unable to find valid certification path");
            }
            assertThat(front.commands()).noneMatch(line -> line.contains("AUTH"));
            assertThat(received()).isEmpty();
        }
    }

    @Test
    void aWrongPasswordIsAPermanentFailure() {
        NotDelivered failed = fail(secured(smtps(), Mail.Security.TLS, "wrong-" + PASSWORD));
        assertThat(failed.permanent()).isTrue();
        assertThat(failed).hasMessage("localhost: sign-in 535 (expected: 235)");
    }

    @ParameterizedTest
    @CsvSource({
        "AUTH, 454 later, localhost: sign-in 454 (expected: 235), false",
        "MAIL FROM, 550 not you, localhost: answer 550 (expected: 2xx), true",
        "MAIL FROM, 451 later, localhost: answer 451 (expected: 2xx), false",
        "DATA, 554 no, localhost: answer 554 (expected: 2xx), true",
        "DATA, 421 bye, localhost: answer 421 (expected: 2xx), false",
        "., 552 too much, localhost: answer 552 (expected: 2xx), true",
        "., 452 full, localhost: answer 452 (expected: 2xx), false"
    })
    void theServersCodeSaysWhetherRepeatingHelps(
            String command, String answer, String message, boolean permanent) throws Exception {
        try (SmtpFront front =
                new SmtpFront(smtp(), tls).answering(command, answer + " " + PASSWORD)) {
            NotDelivered failed = fail(secured(front.port(), Mail.Security.STARTTLS, PASSWORD));
            assertThat(failed).hasMessage(message);
            assertThat(failed.permanent()).isEqualTo(permanent);
        }
    }

    @ParameterizedTest
    @CsvSource({"550 5.1.1 unknown, 550, true", "450 4.2.1 later, 450, false"})
    void whoCanBeToldIsToldAlthoughAnotherIsRefused(String answer, int code, boolean permanent)
            throws Exception {
        try (SmtpFront front =
                new SmtpFront(smtp(), null).answering("RCPT TO:<a@bank.example>", answer)) {
            NotDelivered failed = fail(open(front.port()));
            assertThat(failed.permanent()).isEqualTo(permanent);
            assertThat(failed)
                    .hasMessage(
                            "localhost: 1 of 2 receivers told; not a@bank.example (%d)"
                                    .formatted(code));
            assertThat(received()).hasSize(1);
        }
    }

    @Test
    void whereOneIsRefusedForGoodAndTheRestForNowItIsWorthRepeating() throws Exception {
        try (SmtpFront front =
                new SmtpFront(smtp(), null)
                        .answering("RCPT TO:<a@bank.example>", "550 unknown")
                        .answering("RCPT TO:<b@bank.example>", "451 later")) {
            NotDelivered failed = fail(open(front.port()));
            assertThat(failed.permanent()).isFalse();
            assertThat(failed)
                    .hasMessage(
                            "localhost: 0 of 2 receivers told; "
                                    + "not a@bank.example (550), b@bank.example (451)");
        }
        try (SmtpFront front =
                new SmtpFront(smtp(), null)
                        .answering("RCPT TO:<a@bank.example>", "550 unknown")
                        .answering(".", "451 later")) {
            NotDelivered failed = fail(open(front.port()));
            assertThat(failed.permanent()).isFalse();
            assertThat(failed).hasMessage("localhost: answer 451 (expected: 2xx)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "MAIL FROM", "RCPT TO", "DATA"})
    void aServerThatFallsSilentIsLeft(String command) throws Exception {
        channels.close();
        channels = new Channels(clock, SHORT, tls);
        try (SmtpFront front = new SmtpFront(smtp(), null).answering(command, SmtpFront.NOTHING)) {
            long from = Clock.system().nanos();
            NotDelivered failed = fail(open(front.port()));
            assertThat(failed.permanent()).isFalse();
            assertThat(Duration.ofNanos(Clock.system().nanos() - from))
                    .isLessThan(Duration.ofSeconds(10));
            front.awaitLeft();
        }
    }

    @Test
    void anAnswerWithoutEndIsNotRead() throws Exception {
        try (SmtpFront front = new SmtpFront(smtp(), null).answering("EHLO", SmtpFront.ENDLESS)) {
            NotDelivered failed = fail(open(front.port()));
            assertThat(failed.permanent()).isFalse();
            assertThat(failed).hasMessage("localhost: connection lost (IOException)");
            front.awaitLeft();
        }
    }

    @Test
    void aServerThatIsNotThereIsAFailureForNow() throws Exception {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0)) {
            nobody = closed.getLocalPort();
        }
        NotDelivered failed = fail(open(nobody));
        assertThat(failed.permanent()).isFalse();
        assertThat(failed).hasMessage("localhost: connection refused");
    }

    private NotDelivered fail(Mail config) {
        NotDelivered failed =
                catchThrowableOfType(
                        NotDelivered.class, () -> channels.open(config).send(Notices.raised()));
        String inBase64 =
                Base64.getEncoder()
                        .encodeToString(("\0ops\0" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        assertThat(failed)
                .hasNoCause()
                .hasMessageNotContaining(PASSWORD)
                .hasMessageNotContaining(inBase64);
        return failed;
    }

    private static Mail open(int port) {
        return mail(port, Mail.Security.NONE, "", "");
    }

    private static Mail secured(int port, Mail.Security security, String password) {
        return mail(port, security, "ops", password);
    }

    private static Mail mail(int port, Mail.Security security, String user, String password) {
        return new Mail(
                "localhost",
                port,
                security,
                user,
                password,
                "alarms@bank.example",
                List.of("a@bank.example", "b@bank.example"));
    }

    private static int smtp() {
        return server.getSmtp().getPort();
    }

    private static int smtps() {
        return server.getSmtps().getPort();
    }

    private static List<MimeMessage> received() {
        return Arrays.asList(server.getReceivedMessages());
    }

    private static String text(MimeMessage mail) throws Exception {
        return mail.getContent().toString().replace("\r\n", "\n").stripTrailing() + "\n";
    }

    private static String header(MimeMessage mail, String name) {
        try {
            return mail.getHeader(name)[0];
        } catch (MessagingException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
