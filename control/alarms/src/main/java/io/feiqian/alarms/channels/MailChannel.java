package io.feiqian.alarms.channels;

import io.feiqian.runtime.Clock;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.net.Socket;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/** Tells by mail: a connection for each notice, since alarms are few. */
final class MailChannel implements Channel {
    private final Mail config;
    private final SSLSocketFactory tls;
    private final Clock clock;
    private final Limits limits;
    private final Sends sends;

    MailChannel(Mail config, SSLSocketFactory tls, Clock clock, Limits limits, Sends sends) {
        this.config = config;
        this.tls = tls;
        this.clock = clock;
        this.limits = limits;
        this.sends = sends;
    }

    @Override
    public void send(Notice notice) throws NotDelivered {
        sends.run(() -> deliver(notice));
    }

    private void deliver(Notice notice) throws NotDelivered {
        Session session = Session.getInstance(properties());
        SMTPTransport transport = new SMTPTransport(session, server());
        try {
            MailMessage mail = MailMessage.of(notice, config, session, clock.now());
            transport.connect(connection());
            transport.sendMessage(mail, mail.getAllRecipients());
        } catch (MessagingException failure) {
            throw MailFailure.of(config, failure, transport.getLastReturnCode());
        } finally {
            end(transport);
        }
    }

    private Socket connection() throws NotDelivered {
        try {
            return MailConnection.open(config, tls, limits);
        } catch (IOException failure) {
            throw Unreached.because(config.host(), failure);
        }
    }

    private URLName server() {
        boolean anonymous = config.user().isEmpty();
        return new URLName(
                "smtp",
                config.host(),
                config.port(),
                null,
                anonymous ? null : config.user(),
                anonymous ? null : config.password());
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.auth", String.valueOf(!config.user().isEmpty()));
        properties.setProperty("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
        // Whoever can be told is told, although another address is refused.
        properties.setProperty("mail.smtp.sendpartial", "true");
        properties.setProperty("mail.smtp.quitwait", "false");
        if (config.security() == Mail.Security.STARTTLS) {
            properties.setProperty("mail.smtp.starttls.enable", "true");
            properties.setProperty("mail.smtp.starttls.required", "true");
        }
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.socketFactory", tls);
        return properties;
    }

    /** What the server took over stays taken over, however the goodbye ends. */
    private static void end(SMTPTransport transport) {
        try {
            transport.close();
        } catch (MessagingException alreadySaid) {
            // Nothing depends on it.
        }
    }
}
