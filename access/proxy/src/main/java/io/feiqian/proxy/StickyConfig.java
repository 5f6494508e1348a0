package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.time.Duration;

/**
 * What keeps a client at its backend while that serves (P6.1.3-h).
 *
 * @param by what a client is known by
 * @param cookie the name of the cookie
 * @param life how long the cookie holds; zero for as long as the browser is open
 */
public record StickyConfig(
        @ByDefault("NONE") By by,
        @ByDefault("FEIQIAN_BACKEND") String cookie,
        @ByDefault("0s") Duration life) {
    /** What a client is known by. */
    public enum By {
        /** Nothing keeps it. */
        NONE,
        /** Its address. */
        CLIENT_IP,
        /** A cookie that it is given. */
        COOKIE
    }

    /** Nothing keeps a client. */
    public static final StickyConfig NONE =
            new StickyConfig(By.NONE, "FEIQIAN_BACKEND", Duration.ZERO);

    /** Refuses a name that no cookie can have. */
    public StickyConfig {
        if (!cookie.matches("[A-Za-z0-9_-]{1,60}")) {
            throw new IllegalArgumentException(
                    "cookie: " + cookie + " (expected: letters, digits, _ and -)");
        }
    }
}
