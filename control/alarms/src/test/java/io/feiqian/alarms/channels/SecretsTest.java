package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.feiqian.runtime.Clock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With every log turned up, and whatever goes wrong, no secret is written anywhere. */
@Timeout(60)
class SecretsTest {
    private static final String SECRET = "hunter2-secret";

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final Logger root = Logger.getLogger("");
    private final Level before = root.getLevel();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    // The test's own server may log what it receives.
                    if (String.valueOf(line.getLoggerName()).startsWith("com.sun.net.httpserver")) {
                        return;
                    }
                    logged.add(String.valueOf(line.getMessage()));
                    for (Object each :
                            line.getParameters() == null ? new Object[0] : line.getParameters()) {
                        logged.add(String.valueOf(each));
                    }
                    if (line.getThrown() != null) {
                        logged.add(stack(line.getThrown()));
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        root.setLevel(Level.ALL);
    }

    @AfterEach
    void stop() {
        root.removeHandler(handler);
        root.setLevel(before);
    }

    @Test
    void aMailsPasswordStaysWithItsServer() throws Exception {
        GreenMail server =
                new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        try (Channels channels = new Channels(Clock.system())) {
            server.setUser("ops@bank.example", "ops", SECRET);
            channels.open(mail(server.getSmtp().getPort(), SECRET)).send(Notices.raised());
            assertThat(server.getReceivedMessages()).hasSize(1);
            String wrong = SECRET + "-wrong";
            NotDelivered failed = fail(channels, mail(server.getSmtp().getPort(), wrong));
            String inBase64 =
                    Base64.getEncoder().encodeToString(("ops\0ops\0" + SECRET).getBytes(UTF_8));
            assertThat(String.join("\n", logged) + stack(failed))
                    .contains("AUTH PLAIN")
                    .doesNotContain(SECRET, inBase64.substring(0, 24));
        } finally {
            server.stop();
        }
    }

    @Test
    void aWebhooksTokenAndSecretStayWithItsReceiver() throws Exception {
        String echo = "{\"errcode\":310000,\"errmsg\":\"" + SECRET + "\"}";
        try (Receiver receiver = Receiver.answering(200, echo);
                Channels channels = new Channels(Clock.system())) {
            for (int port : List.of(receiver.port(), 1)) {
                for (Webhook.Format format : Webhook.Format.values()) {
                    URI url =
                            URI.create(
                                    "http://127.0.0.1:%d/%s?token=%s"
                                            .formatted(port, SECRET, SECRET));
                    Webhook webhook = new Webhook(url, format, format.signs() ? SECRET : "");
                    if (port == 1) {
                        assertThat(stack(fail(channels, webhook))).doesNotContain(SECRET);
                    } else if (format == Webhook.Format.DINGTALK) {
                        assertThat(stack(fail(channels, webhook)))
                                .contains("errcode: 310000")
                                .doesNotContain(SECRET);
                    }
                }
            }
            assertThat(logged).noneMatch(each -> each.contains(SECRET));
        }
    }

    private static Mail mail(int port, String password) {
        return new Mail(
                "localhost",
                port,
                Mail.Security.NONE,
                "ops",
                password,
                "alarms@bank.example",
                List.of("ops@bank.example"));
    }

    private static NotDelivered fail(Channels channels, ChannelConfig config) {
        return catchThrowableOfType(
                NotDelivered.class, () -> channels.open(config).send(Notices.raised()));
    }

    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
