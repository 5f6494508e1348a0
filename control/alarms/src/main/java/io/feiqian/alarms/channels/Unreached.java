package io.feiqian.alarms.channels;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says why a connection did not serve, in words of ours: an exception's own text may repeat what
 * was sent. All of it may be better another time.
 */
final class Unreached {
    private static final int DEEPEST = 10;
    private static final Fit TLS_TEXT = new Fit(Markup.NONE, Unit.UTF16);
    private static final int LONGEST = 160;

    private Unreached() {}

    static NotDelivered because(String where, Throwable failure) {
        String why = "connection lost (" + failure.getClass().getSimpleName() + ")";
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++) {
            String known = known(each);
            if (known != null) {
                return NotDelivered.forNow("%s: %s".formatted(where, known));
            }
            // The client for HTTP calls so all that goes wrong before a connection stands.
            why = each instanceof ConnectException ? "connection refused" : why;
            each = each.getCause();
        }
        return NotDelivered.forNow("%s: %s".formatted(where, why));
    }

    private static @Nullable String known(Throwable failure) {
        return switch (failure) {
            // What is wrong with a certificate is of no use to say in other words, and no secret.
            case SSLException tls ->
                    "TLS failed: " + TLS_TEXT.cut(CleanText.line(text(tls)), LONGEST);
            case UnknownHostException unknown -> "unknown host";
            case UnresolvedAddressException unknown -> "unknown host";
            case HttpConnectTimeoutException late -> "no connection in time";
            case HttpTimeoutException late -> "no answer in time";
            case SocketTimeoutException late -> "no answer in time";
            case NoRouteToHostException none -> "no route";
            default -> null;
        };
    }

    private static String text(IOException failure) {
        String text = failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }
}
