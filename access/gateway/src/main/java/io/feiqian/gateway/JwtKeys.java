package io.feiqian.gateway;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.runtime.Timer.Cancellable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer of tokens (JWKS), read from a file or an address and read again
 * while the gateway runs, always on a thread that may wait. Where they cannot be read, those that
 * were read last stay. Keys by a shared secret and RSA keys below 2048 bits are passed over.
 * Thread-safe.
 */
final class JwtKeys implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JwtKeys.class);

    /** How often a file is read, an address, and either after a failure. */
    private static final Duration FILE = Duration.ofSeconds(10);

    private static final Duration ADDRESS = Duration.ofMinutes(5);
    private static final Duration FAILED = Duration.ofSeconds(15);

    /** How soon they may be read again because one was missing: anybody can name a key. */
    private static final Duration MISSED = Duration.ofSeconds(10);

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int MOST_BYTES = 1 << 20;
    private static final int LEAST_RSA_BITS = 2_048;

    private final URI where;
    private final Clock clock;
    private final Timer timer;
    private final AtomicBoolean reading = new AtomicBoolean();
    private final @Nullable HttpClient http;
    private volatile Optional<JWKSet> known = Optional.empty();
    private volatile Cancellable next = () -> {};
    private volatile long lastBegun;
    private volatile boolean closed;

    /** Begins to read. */
    JwtKeys(URI where, Clock clock, Timer timer) {
        this.where = where;
        this.clock = clock;
        this.timer = timer;
        this.http =
                isFile()
                        ? null
                        : HttpClient.newBuilder()
                                .connectTimeout(CONNECT)
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .build();
        begin();
    }

    /** The keys as they were read last; empty where they never could be. */
    Optional<JWKSet> current() {
        return known;
    }

    /** A token named a key that is not known: perhaps the issuer has changed its keys. */
    void missed() {
        if (clock.nanos() - lastBegun >= MISSED.toNanos()) {
            begin();
        }
    }

    private void begin() {
        if (!closed && reading.compareAndSet(false, true)) {
            lastBegun = clock.nanos();
            Thread.ofVirtual().name("jwt-keys").start(this::read);
        }
    }

    private void read() {
        Duration pause = FAILED;
        try {
            JWKSet keys = usable(JWKSet.parse(text()));
            if (keys.isEmpty()) {
                LOG.warn(
                        "keys of tokens at {}: none that can be used (expected: RSA or EC)", where);
            } else {
                known = Optional.of(keys);
                pause = isFile() ? FILE : ADDRESS;
            }
        } catch (IOException | ParseException | RuntimeException failed) {
            LOG.warn(
                    "keys of tokens at {} cannot be read; the last ones stay: {}",
                    where,
                    failed + "");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            next.cancel();
            reading.set(false);
            if (!closed) {
                next = timer.after(pause, this::begin);
            }
        }
    }

    private String text() throws IOException, InterruptedException {
        HttpClient client = http;
        if (client == null) {
            try (InputStream file = Files.newInputStream(Path.of(where))) {
                return bounded(file);
            }
        }
        HttpResponse<InputStream> answer =
                client.send(
                        HttpRequest.newBuilder(where)
                                .timeout(ANSWER)
                                .header("Accept", "application/json")
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode() + " (expected: 200)");
            }
            return bounded(body);
        }
    }

    private static String bounded(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IOException("longer than " + MOST_BYTES + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Without secrets: a key by which anybody could sign who can verify is no key here. */
    private static JWKSet usable(JWKSet all) {
        List<JWK> kept =
                all.toPublicJWKSet().getKeys().stream()
                        .filter(each ->
                                !(each instanceof RSAKey rsa) || rsa.size() >= LEAST_RSA_BITS)
                        .toList();
        return new JWKSet(kept);
    }

    private boolean isFile() {
        return "file".equals(where.getScheme());
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
        HttpClient client = http;
        if (client != null) {
            client.shutdownNow();
        }
    }
}
