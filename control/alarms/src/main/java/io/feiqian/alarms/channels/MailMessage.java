package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.feiqian.telemetry.Alarm;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Instant;
import java.util.Date;

/** A notice as a mail: plain text, so that nothing in it is ever rendered or followed by itself. */
final class MailMessage extends MimeMessage {
    private static final Fit FIT = new Fit(Markup.NONE, Unit.UTF16);
    private static final int LONGEST_TEXT = 16_000;

    private final String id;

    private MailMessage(Session session, String id) {
        super(session);
        this.id = id;
    }

    /** The mail, dated now. */
    static MailMessage of(Notice notice, Mail config, Session session, Instant now)
            throws MessagingException {
        MailMessage mail =
                new MailMessage(session, MailIds.of(notice, notice.kind(), config.from()));
        mail.setFrom(new InternetAddress(config.from()));
        for (String each : config.to()) {
            mail.addRecipient(Message.RecipientType.TO, new InternetAddress(each));
        }
        // What looks encoded already would be decoded into something else.
        mail.setSubject(Wording.title(notice).replace("=?", "= ?"), UTF_8.name());
        mail.setSentDate(Date.from(now));
        mail.setText(text(notice), UTF_8.name());
        // Asks those who are away not to have it answered for them.
        mail.setHeader("Auto-Submitted", "auto-generated");
        if (notice.severity() == Alarm.Severity.CRITICAL && notice.kind() == Notice.Kind.RAISED) {
            mail.setHeader("Importance", "high");
        }
        if (notice.kind() == Notice.Kind.ENDED) {
            String raised = MailIds.of(notice, Notice.Kind.RAISED, config.from());
            mail.setHeader("In-Reply-To", raised);
            mail.setHeader("References", raised);
        }
        mail.saveChanges();
        return mail;
    }

    /** Ours instead of the library's, which would be another each time and tell the machine. */
    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", id);
    }

    /** What was found comes last: whatever its lines look like, what stands above is ours. */
    private static String text(Notice notice) {
        String link = Wording.link(notice);
        return """
        Rule:     %s
        Object:   %s
        Severity: %s
        Since:    %s
        %-9s %s
        %s
        %s
        """
                .formatted(
                        Wording.rule(notice),
                        Wording.object(notice),
                        notice.severity(),
                        Wording.time(notice.since()),
                        happened(notice.kind()),
                        Wording.time(notice.at()),
                        link.isEmpty() ? "" : "Console:  " + link + "\n",
                        FIT.cut(CleanText.lines(notice.text()), LONGEST_TEXT));
    }

    private static String happened(Notice.Kind kind) {
        return switch (kind) {
            case RAISED -> "Raised:";
            case ENDED -> "Ended:";
            case TEST -> "Tested:";
        };
    }
}
