package io.feiqian.proxy;

import io.feiqian.proxy.spi.KeyDirectory;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A directory that remembers for a while what another one answered, the latest so many keys. While
 * that one does not answer, whose a key was goes on to count for longer, and it is asked about that
 * key again after some seconds. A key is remembered by a keyed hash, whose key is this process's
 * own: no phone or card number is left in memory. What was not answered is not remembered.
 * Thread-safe.
 */
public final class RememberedDirectory implements KeyDirectory {
    private static final String ALGORITHM = "HmacSHA256";

    /** The first 16 bytes of a keyed hash. */
    private record Hashed(long high, long low) {}

    /** Who did not answer is not asked about the same key for so long. */
    private static final Duration AGAIN = Duration.ofSeconds(5);

    /**
     * What was answered.
     *
     * @param until how long nobody is asked
     * @param last how long it counts while nobody answers
     */
    private record Known(Optional<String> customer, long until, long last) {}

    private final KeyDirectory asked;
    private final int most;
    private final Duration life;
    private final Duration lifeUnanswered;
    private final Duration lifeOfNobody;
    private final Clock clock;
    private final SecretKeySpec secret;
    private final Map<Hashed, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Remembers what this directory answers.
     *
     * @param most how many keys, 1 or more
     * @param life how long a customer is remembered
     * @param lifeUnanswered how long it is while the other directory does not answer, from when it
     *     said so last; at least {@code life}
     * @param lifeOfNobody how long it is remembered that a key is nobody's; short, since the
     *     customer may be opening the account just now
     * @param secure makes the key of the hash
     */
    public RememberedDirectory(
            KeyDirectory asked,
            int most,
            Duration life,
            Duration lifeUnanswered,
            Duration lifeOfNobody,
            Clock clock,
            Randomness secure) {
        if (most < 1
                || life.isNegative()
                || lifeOfNobody.isNegative()
                || lifeUnanswered.compareTo(life) < 0) {
            throw new IllegalArgumentException(
                    "most %d, life %s, unanswered %s, of nobody %s (expected: most >= 1, no negative time, unanswered >= life)"
                            .formatted(most, life, lifeUnanswered, lifeOfNobody));
        }
        this.asked = asked;
        this.most = most;
        this.life = life;
        this.lifeUnanswered = lifeUnanswered;
        this.lifeOfNobody = lifeOfNobody;
        this.clock = clock;
        ByteBuffer key = ByteBuffer.allocate(4 * Long.BYTES);
        while (key.hasRemaining()) {
            key.putLong(secure.nextLong());
        }
        this.secret = new SecretKeySpec(key.array(), ALGORITHM);
    }

    @Override
    public CompletableFuture<Optional<String>> customerOf(KeySource.As as, String key) {
        Hashed hashed = hashed(as, key);
        long now = clock.nanos();
        Known before = known(hashed, now);
        if (before != null && before.until() - now > 0) {
            return CompletableFuture.completedFuture(before.customer());
        }
        return asked.customerOf(as, key)
                .handle((customer, failure) -> {
                    if (failure == null) {
                        remember(hashed, customer);
                        return customer;
                    }
                    if (before == null) {
                        throw new CompletionException(failure);
                    }
                    return unanswered(hashed, before);
                });
    }

    /** How many keys are remembered. */
    int size() {
        synchronized (known) {
            return known.size();
        }
    }

    /** What counts at all: at once, or where nobody answers. */
    private @Nullable Known known(Hashed hashed, long now) {
        synchronized (known) {
            Known found = known.get(hashed);
            if (found != null && found.last() - now <= 0) {
                known.remove(hashed);
                return null;
            }
            return found;
        }
    }

    /** Goes by what was known, and leaves who is silent alone for a moment. */
    private Optional<String> unanswered(Hashed hashed, Known before) {
        long again = clock.nanos() + AGAIN.toNanos();
        long until = before.last() - again < 0 ? before.last() : again;
        synchronized (known) {
            known.replace(hashed, before, new Known(before.customer(), until, before.last()));
        }
        return before.customer();
    }

    private void remember(Hashed hashed, Optional<String> customer) {
        long now = clock.nanos();
        Known fresh =
                customer.isPresent()
                        ? new Known(customer, now + life.toNanos(), now + lifeUnanswered.toNanos())
                        : new Known(
                                customer,
                                now + lifeOfNobody.toNanos(),
                                now + lifeOfNobody.toNanos());
        synchronized (known) {
            known.put(hashed, fresh);
            if (known.size() > most) {
                known.remove(known.keySet().iterator().next());
            }
        }
    }

    private Hashed hashed(KeySource.As as, String key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(as.name().getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            ByteBuffer hash = ByteBuffer.wrap(mac.doFinal(key.getBytes(StandardCharsets.UTF_8)));
            return new Hashed(hash.getLong(), hash.getLong());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(ALGORITHM + " is not there", missing);
        }
    }
}
