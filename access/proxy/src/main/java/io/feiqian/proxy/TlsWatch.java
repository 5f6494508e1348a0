package io.feiqian.proxy;

import io.feiqian.runtime.Timer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something made from files that is made anew when they change. Files that cannot be used leave it
 * as it was; the log says so once for each way in which they are broken, and the metric {@code
 * feiqian.gateway.tls.stale} is 1 for as long as they are. Thread-safe.
 */
final class TlsWatch<T> implements AutoCloseable {
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
    private final MeterRegistry meters;
    private final Gauge stale;
    private final Counter reloads;
    private final Counter failures;
    private volatile T current;
    private volatile String wrong = "";
    private byte[] digest;
    private Optional<Timer.Cancellable> next = Optional.empty();
    private boolean closed;

    /**
     * Makes it for the first time.
     *
     * @param what whose files they are, for people and metrics
     * @throws IllegalArgumentException where the files cannot be used
     */
    TlsWatch(String what, List<Path> files, Maker<T> maker, Timer timer, MeterRegistry meters) {
        this.what = what;
        this.files = List.copyOf(files);
        this.maker = maker;
        this.timer = timer;
        this.meters = meters;
        try {
            Map<Path, byte[]> content = read();
            digest = digest(content);
            current = maker.make(content);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new IllegalArgumentException(
                    "TLS files of %s: %s cannot be used: %s"
                            .formatted(
                                    what,
                                    files,
                                    unusable instanceof NoSuchFileException
                                            ? unusable.getMessage() + " is not there"
                                            : unusable.getMessage()),
                    unusable);
        }
        Tags tags = Tags.of("of", what);
        stale =
                Gauge.builder("feiqian.gateway.tls.stale", this, each -> each.isStale() ? 1 : 0)
                        .description("1 while changed TLS files cannot be used")
                        .tags(tags)
                        .register(meters);
        reloads = counter(tags, "taken");
        failures = counter(tags, "refused");
        again();
    }

    /** What was made of the newest files that could be used. */
    T current() {
        return current;
    }

    /** Whether the files that are there cannot be used. */
    boolean isStale() {
        return !wrong.isEmpty();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            next.ifPresent(Timer.Cancellable::cancel);
            List.of(stale, reloads, failures).forEach(meters::remove);
        }
    }

    private Counter counter(Tags tags, String outcome) {
        return Counter.builder("feiqian.gateway.tls.reloads")
                .description("Changed TLS files that were taken or refused")
                .tags(tags.and("outcome", outcome))
                .register(meters);
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
            Map<Path, byte[]> content = read();
            byte[] now = digest(content);
            if (!MessageDigest.isEqual(now, digest)) {
                current = maker.make(content);
                digest = now;
                reloads.increment();
                LOG.info("TLS files of {} read again: {}", what, files);
            }
            wrong = "";
        } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
            if (!wrong.equals(unusable.toString())) {
                wrong = unusable.toString();
                failures.increment();
                LOG.error("TLS of {} is left as it was; in {}: {}", what, files, wrong);
            }
        }
    }

    private Map<Path, byte[]> read() throws IOException {
        Map<Path, byte[]> content = new LinkedHashMap<>();
        for (Path each : new ArrayList<>(files)) {
            if (Files.size(each) > MOST_BYTES) {
                throw new IOException(each + ": too long (expected: a PEM file)");
            }
            content.put(each, Files.readAllBytes(each));
        }
        return content;
    }

    /** Not the content itself: a key is not kept longer than needed. */
    private static byte[] digest(Map<Path, byte[]> content) {
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
