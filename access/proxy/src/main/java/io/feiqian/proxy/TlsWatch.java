package io.feiqian.proxy;

import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something made from files that is made anew when they change. Files that cannot be used leave it
 * as it was; the log says so once for each way in which they are broken, and the metric {@code
 * feiqian.gateway.tls.stale} is 1 for as long as they are. Thread-safe.
 */
final class TlsWatch<T> implements TlsMeters.Watched, AutoCloseable {
    /** How often the files are looked at. */
    static final Duration EVERY = Duration.ofSeconds(10);

    /** Far more than any certificate; what is larger is not one. */
    private static final long MOST_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(TlsWatch.class);

    /** Makes the thing from the content of its files. */
    @FunctionalInterface
    interface Maker<T> {
        T make(Map<Path, byte[]> content) throws IOException, GeneralSecurityException;
    }

    private final String what;
    private final List<Path> files;
    private final Maker<T> maker;
    private final Timer timer;
    private final Function<T, Instant> expires;
    private final TlsMeters meters;
    private volatile T current;
    private volatile String wrong = "";
    private byte[] digest;
    private Optional<Timer.Cancellable> next = Optional.empty();
    private boolean closed;

    /**
     * Makes it for the first time.
     *
     * @param what whose files they are, for people and metrics
     * @param expires when the first certificate of what was made expires
     * @throws IllegalArgumentException where the files cannot be used
     */
    TlsWatch(
            String what,
            List<Path> files,
            Maker<T> maker,
            Function<T, Instant> expires,
            Timer timer,
            TlsMeters meters) {
        this.what = what;
        this.files = List.copyOf(files);
        this.maker = maker;
        this.expires = expires;
        this.timer = timer;
        this.meters = meters;
        try {
            Map<Path, byte[]> content = read(files);
            digest = digest(content);
            current = maker.make(content);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new IllegalArgumentException(
                    "TLS files of %s: %s cannot be used: %s"
                            .formatted(what, files, unusable.getMessage()),
                    unusable);
        }
        meters.enter(what, this);
        again();
    }

    /** What was made of the newest files that could be used. */
    T current() {
        return current;
    }

    @Override
    public boolean isStale() {
        return !wrong.isEmpty();
    }

    @Override
    public Instant expires() {
        return expires.apply(current);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            next.ifPresent(Timer.Cancellable::cancel);
            meters.leave(what, this);
        }
    }

    private synchronized void again() {
        if (!closed) {
            next =
                    Optional.of(
                            timer.after(
                                    EVERY,
                                    () -> {
                                        look();
                                        again();
                                    }));
        }
    }

    /** The files are small and local: reading them holds nobody up. */
    private synchronized void look() {
        if (closed) {
            return;
        }
        try {
            Map<Path, byte[]> content = read(files);
            byte[] now = digest(content);
            if (!MessageDigest.isEqual(now, digest)) {
                current = maker.make(content);
                digest = now;
                meters.taken(what);
                LOG.info("TLS files of {} read again: {}", what, files);
            }
            wrong = "";
        } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
            if (!wrong.equals(unusable.toString())) {
                wrong = unusable.toString();
                meters.refused(what);
                LOG.error("TLS of {} is left as it was; in {}: {}", what, files, wrong);
            }
        }
    }

    /** What stands in these files. */
    static Map<Path, byte[]> read(List<Path> files) throws IOException {
        Map<Path, byte[]> content = new LinkedHashMap<>();
        for (Path each : files) {
            if (Files.size(each) > MOST_BYTES) {
                throw new IOException(each + ": too long (expected: a PEM file)");
            }
            content.put(each, Files.readAllBytes(each));
        }
        return content;
    }

    /**
     * By which it is known again; not the content itself, for a key is kept no longer than needed.
     */
    static byte[] digest(Map<Path, byte[]> content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            content.values()
                    .forEach(each -> {
                        digest.update(ByteBuffer.allocate(4).putInt(each.length).flip());
                        digest.update(each);
                    });
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every platform", impossible);
        }
    }
}
