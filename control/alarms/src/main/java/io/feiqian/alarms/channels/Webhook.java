package io.feiqian.alarms.channels;

import java.net.URI;
import java.util.Locale;

/**
 * A notice as an HTTP request.
 *
 * @param url where to; for the robots it holds their token, so it is never shown whole
 * @param format in which form
 * @param secret with which {@link Format#PLAIN} and {@link Format#DINGTALK} sign; empty for no
 *     signature, as always for the other formats
 */
public record Webhook(URI url, Format format, String secret) implements ChannelConfig {
    private static final int MOST = 2_000;

    /** Refuses what cannot be called. */
    public Webhook {
        String scheme = url.getScheme() == null ? "none" : url.getScheme().toLowerCase(Locale.ROOT);
        Checks.require(
                scheme.equals("http") || scheme.equals("https"),
                "url's scheme",
                scheme,
                "http or https");
        Checks.require(url.getHost() != null, "url's host", "none", "a name or an address");
        Checks.require(
                url.getPort() == -1 || (url.getPort() >= 1 && url.getPort() <= 65_535),
                "url's port",
                url.getPort(),
                "1 to 65535");
        Checks.require(url.getRawUserInfo() == null, "url", "with a user", "one without");
        Checks.require(
                url.toString().length() <= MOST, "url", "too long", MOST + " characters at most");
        Checks.requireSecret("secret", secret);
        Checks.require(
                secret.isEmpty() || format.signs(),
                "secret",
                "set",
                "none, since " + format + " does not sign");
    }

    @Override
    public String describe() {
        return "%s webhook at %s://%s%s"
                .formatted(
                        format, url.getScheme(), url.getHost(), secret.isEmpty() ? "" : ", signed");
    }

    @Override
    public String toString() {
        return describe();
    }

    /** What the receiver understands. */
    public enum Format {
        /** A JSON document of the notice. */
        PLAIN,
        /** An incoming webhook of Slack, or what is made like it. */
        SLACK,
        /** A robot in a group of DingTalk. */
        DINGTALK,
        /** A robot in a group of WeCom. */
        WECOM;

        boolean signs() {
            return this == PLAIN || this == DINGTALK;
        }
    }
}
