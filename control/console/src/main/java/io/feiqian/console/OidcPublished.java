package io.feiqian.console;

import com.nimbusds.jose.jwk.JWKSet;
import io.feiqian.runtime.Clock;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A provider's metadata and keys, kept for ten minutes. Thread-safe: who asks while they are read
 * waits for it, and where the provider does not answer it is left alone for five seconds, so that
 * waiting visitors do not queue behind each other's patience.
 */
final class OidcPublished {
    private static final Duration FRESH = Duration.ofMinutes(10);

    /** How soon keys may be read again because one was missing: anybody can name a key. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final OidcConfig config;
    private final OidcHttp http;
    private final Clock clock;

    /** What was read and when; all guarded by this. */
    private Optional<OidcMetadata> metadata = Optional.empty();

    private Optional<JWKSet> keys = Optional.empty();
    private Optional<OidcException> failure = Optional.empty();
    private long metadataNanos;
    private long keysNanos;
    private long failureNanos;

    OidcPublished(OidcConfig config, OidcHttp http, Clock clock) {
        this.config = config;
        this.http = http;
        this.clock = clock;
    }

    /** Where the provider is to be asked for what. */
    synchronized OidcMetadata metadata() {
        if (metadata.isEmpty() || isOlder(metadataNanos, FRESH)) {
            metadata =
                    Optional.of(
                            reading(() -> OidcMetadata.of(http.get(config.discovery()), config)));
            metadataNanos = clock.nanos();
        }
        return metadata.orElseThrow();
    }

    /** The keys that it signs with. */
    synchronized JWKSet keys() {
        return keys(FRESH);
    }

    /** The same where one was missing: read anew, unless they just were. */
    synchronized JWKSet keysAnew() {
        return keys(AGAIN);
    }

    private JWKSet keys(Duration fresh) {
        if (keys.isEmpty() || isOlder(keysNanos, fresh)) {
            OidcMetadata where = metadata();
            keys = Optional.of(reading(() -> parse(http.get(where.keys()).toString())));
            keysNanos = clock.nanos();
        }
        return keys.orElseThrow();
    }

    private static JWKSet parse(String text) {
        try {
            return JWKSet.parse(text);
        } catch (ParseException malformed) {
            throw OidcException.wrong("keys: unreadable (expected: a JWK set)");
        }
    }

    private <T> T reading(Supplier<T> reading) {
        if (failure.isPresent() && !isOlder(failureNanos, PAUSE)) {
            throw failure.get();
        }
        try {
            T read = reading.get();
            failure = Optional.empty();
            return read;
        } catch (OidcException failed) {
            failure = Optional.of(failed);
            failureNanos = clock.nanos();
            throw failed;
        }
    }

    private boolean isOlder(long nanos, Duration than) {
        return clock.nanos() - nanos > than.toNanos();
    }
}
