package io.feiqian.participant;

import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys by which services know that a header or an order is of one of them: numbered, the newest
 * signs, all of them verify. A new key is added to every service's file first and so is known
 * before the first service signs with it; an old one is removed when nothing signed with it can be
 * under way any more: nobody pauses for either. Thread-safe.
 */
public final class ContextKeys {
    /** The least pause between two looks at the file for a key that is not known. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_DIGITS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ContextKeys.class);

    private final Optional<Path> file;
    private final LongSupplier nanos;

    /** Guards the fields below. */
    private final Object lock = new Object();

    private SortedMap<Integer, SecretKeySpec> keys;
    private long lookedAt;

    private ContextKeys(
            SortedMap<Integer, SecretKeySpec> keys, Optional<Path> file, LongSupplier nanos) {
        this.keys = keys;
        this.file = file;
        this.nanos = nanos;
        this.lookedAt = nanos.getAsLong() - LOOK_EVERY.toNanos();
    }

    /**
     * Keys from a text of lines {@code <number> <64 hexadecimal digits>}.
     *
     * @throws IllegalArgumentException where a line has another form; it does not show the line
     */
    public static ContextKeys of(String text) {
        return new ContextKeys(parse(text), Optional.empty(), () -> 0);
    }

    /**
     * Keys from a file of such lines, readable by its owner alone, which is looked at again when a
     * number comes that is not known. A file that cannot be read then, or is half written, changes
     * nothing: the keys that were known stay, and it is looked at again a second later.
     *
     * @throws UncheckedIOException where it cannot be read
     */
    public static ContextKeys in(Path file, Clock clock) {
        return new ContextKeys(parse(read(file)), Optional.of(file), clock::nanos);
    }

    /** The text's signature by the newest key: number, colon, 64 hexadecimal digits. */
    String sign(String text) {
        synchronized (lock) {
            int newest = keys.lastKey();
            return newest + ":" + mac(keys.get(newest), text);
        }
    }

    /** Whether one of the keys signed the text so. */
    boolean verifies(String text, String signature) {
        int colon = signature.indexOf(':');
        if (colon < 1 || colon > 9 || !signature.substring(0, colon).matches("\\d+")) {
            return false;
        }
        int number = Integer.parseInt(signature.substring(0, colon));
        SecretKeySpec key = find(number);
        return key != null
                && MessageDigest.isEqual(
                        mac(key, text).getBytes(StandardCharsets.US_ASCII),
                        signature.substring(colon + 1).getBytes(StandardCharsets.US_ASCII));
    }

    private @Nullable SecretKeySpec find(int number) {
        synchronized (lock) {
            SecretKeySpec known = keys.get(number);
            boolean may = nanos.getAsLong() - lookedAt >= LOOK_EVERY.toNanos();
            if (known == null && file.isPresent() && may) {
                lookedAt = nanos.getAsLong();
                try {
                    keys = parse(read(file.get()));
                } catch (UncheckedIOException | IllegalArgumentException torn) {
                    // Perhaps it is being written: what was known stays, and it is looked at again.
                    LOG.warn("keys: the file cannot be used now: {}", torn.getMessage());
                }
                return keys.get(number);
            }
            return known;
        }
    }

    private static String mac(@Nullable SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(
                    ALGORITHM + ": absent (expected: every JDK has it)", impossible);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("keys: " + file + " cannot be read", failed);
        }
    }

    private static SortedMap<Integer, SecretKeySpec> parse(String text) {
        SortedMap<Integer, SecretKeySpec> keys = new TreeMap<>();
        text.lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> {
                    String form = "[1-9]\\d{0,8} [0-9a-f]{" + KEY_DIGITS + "}";
                    if (!line.matches(form)) {
                        // The line is a secret, so the message does not show it.
                        throw new IllegalArgumentException(
                                "keys: a line of another form (expected: a number and "
                                        + KEY_DIGITS
                                        + " hexadecimal digits)");
                    }
                    int space = line.indexOf(' ');
                    keys.put(
                            Integer.valueOf(line.substring(0, space)),
                            new SecretKeySpec(
                                    HexFormat.of().parseHex(line.substring(space + 1)), ALGORITHM));
                });
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("keys: none (expected: one or more)");
        }
        return keys;
    }

    /** Nothing of the keys but their numbers. */
    @Override
    public String toString() {
        synchronized (lock) {
            return "keys " + keys.keySet();
        }
    }
}
