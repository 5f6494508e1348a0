package io.feiqian.alarms.channels;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Says what a mail server did not do, from its codes: 5 hundred and more will be said again, all
 * else may be better another time. Its texts are not passed on, they may repeat what was sent.
 */
final class MailFailure {
    private static final int DEEPEST = 50;

    private MailFailure() {}

    static NotDelivered of(Mail config, MessagingException failure, int lastCode) {
        if (failure instanceof SMTPSendFailedException all && all.getReturnCode() >= 400) {
            return coded(config, "answer", all.getReturnCode(), "2xx");
        }
        List<SMTPAddressFailedException> refused = refused(failure);
        if (!refused.isEmpty()) {
            return refused(config, refused, reached(failure));
        }
        if (failure instanceof AuthenticationFailedException) {
            return coded(config, "sign-in", lastCode, "235");
        }
        if (lastCode >= 400) {
            return coded(config, "answer", lastCode, "2xx");
        }
        if (withoutTls(config, failure)) {
            return NotDelivered.forGood(
                    config.host() + ": no STARTTLS (expected: a server that offers it)");
        }
        Exception cause = failure.getNextException();
        return Unreached.because(config.host(), cause == null ? failure : cause);
    }

    private static NotDelivered coded(Mail config, String what, int code, String expected) {
        String message =
                "%s: %s %s (expected: %s)"
                        .formatted(config.host(), what, code <= 0 ? "lost" : code, expected);
        return code >= 500 ? NotDelivered.forGood(message) : NotDelivered.forNow(message);
    }

    /** Repeating tells those again who know already; better than not telling those who do not. */
    private static NotDelivered refused(
            Mail config, List<SMTPAddressFailedException> refused, int reached) {
        String message =
                "%s: %d of %d receivers told; not %s"
                        .formatted(
                                config.host(),
                                reached,
                                config.to().size(),
                                refused.stream()
                                        .map(each ->
                                                each.getAddress()
                                                        + " ("
                                                        + each.getReturnCode()
                                                        + ")")
                                        .collect(Collectors.joining(", ")));
        return refused.stream().allMatch(each -> each.getReturnCode() >= 500)
                ? NotDelivered.forGood(message)
                : NotDelivered.forNow(message);
    }

    private static List<SMTPAddressFailedException> refused(MessagingException failure) {
        List<SMTPAddressFailedException> found = new ArrayList<>();
        Exception each = failure;
        for (int depth = 0; each instanceof MessagingException one && depth < DEEPEST; depth++) {
            if (one instanceof SMTPAddressFailedException address) {
                found.add(address);
            }
            each = one.getNextException();
        }
        return found;
    }

    private static int reached(MessagingException failure) {
        if (failure instanceof SendFailedException partly) {
            Address @Nullable [] sent = partly.getValidSentAddresses();
            return sent == null ? 0 : sent.length;
        }
        return 0;
    }

    /** The library has no type and no code for it. */
    private static boolean withoutTls(Mail config, MessagingException failure) {
        return config.security() == Mail.Security.STARTTLS
                && failure.getNextException() == null
                && Stream.ofNullable(failure.getMessage())
                        .anyMatch(text -> text.startsWith("STARTTLS is required"));
    }
}
