package io.feiqian.alarms.channels;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Mail by way of one server.
 *
 * @param host the server's name, which its certificate has to bear, or its address
 * @param port mostly 587 with {@link Security#STARTTLS}, 465 with {@link Security#TLS}
 * @param security how the connection is protected
 * @param user who signs in; empty for nobody
 * @param password the user's
 * @param from the sender's address
 * @param to 1 to 20 receivers' addresses
 */
public record Mail(
        String host,
        int port,
        Security security,
        String user,
        String password,
        String from,
        List<String> to)
        implements ChannelConfig {
    private static final int MOST = 20;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,253}");
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?", Pattern.CASE_INSENSITIVE);

    /** What is safe in a header and in a command of SMTP without any quoting. */
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
                            + "@[A-Za-z0-9]([A-Za-z0-9.-]{0,187}[A-Za-z0-9])?");

    /** Refuses what cannot be right, and a password that others on the network could read. */
    public Mail {
        to = List.copyOf(to);
        Checks.require(HOST.matcher(host).matches(), "host", host, "a name or an address");
        Checks.require(port >= 1 && port <= 65_535, "port", port, "1 to 65535");
        Checks.require(
                user.isEmpty() == password.isEmpty(),
                "user and password",
                "one of them",
                "both or neither");
        Checks.requireSecret("user", user);
        Checks.requireSecret("password", password);
        Checks.require(
                user.isEmpty() || security != Security.NONE || LOOPBACK.matcher(host).matches(),
                "security",
                security,
                "STARTTLS or TLS where a password is sent");
        requireAddress("from", from);
        Checks.require(
                !to.isEmpty() && to.size() <= MOST, "to", to.size() + " receivers", "1 to " + MOST);
        to.forEach(each -> requireAddress("to", each));
    }

    @Override
    public String describe() {
        return "mail to %s by %s:%d (%s)".formatted(String.join(", ", to), host, port, security);
    }

    @Override
    public String toString() {
        return describe();
    }

    private static void requireAddress(String thing, String address) {
        Checks.require(
                ADDRESS.matcher(address).matches(), thing, address, "a mail address, name@domain");
    }

    /** How a connection to the server is protected; certificates are always checked. */
    public enum Security {
        /** Not at all; only for a server on this machine or one that takes no password. */
        NONE,
        /** It starts in the open and turns to TLS before anything is said; never stays open. */
        STARTTLS,
        /** TLS from the first byte. */
        TLS
    }
}
