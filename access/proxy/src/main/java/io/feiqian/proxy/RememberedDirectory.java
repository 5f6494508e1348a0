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
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A directory that remembers for a while what another one answered, the latest so many keys. A key
 * is remembered by a keyed hash, whose key is this process's own: no phone or card number is left
 * in memory. What was not answered is not remembered. Thread-safe.
 */
public final class RememberedDirectory implements KeyDirectory {
    private static final String ALGORITHM = "HmacSHA256";

    /** The first 16 bytes of a keyed hash. */
    private record Hashed(long high, long low) {}

    /** What was answered and until when it counts. */
    private record Known(Optional<String> customer, long until) {}

    private final KeyDirectory asked;
    private final int most;
    private final Duration life;
    private final Duration lifeOfNobody;
    private final Clock clock;
    private final SecretKeySpec secret;
    private final Map<Hashed, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Remembers what this directory answers.
     *
     * @param most how many keys, 1 or more
     * @param life how long a customer is remembered
     * @param lifeOfNobody how long it is remembered that a key is nobody's; short, since the
     *     customer may be opening the account just now
     * @param secure makes the key of the hash
     */
    public RememberedDirectory(
            KeyDirectory asked,
            int most,
            Duration life,
            Duration lifeOfNobody,
            Clock clock,
            Randomness secure) {
        if (most < 1 || life.isNegative() || lifeOfNobody.isNegative()) {
            throw new IllegalArgumentException(
                    "most %d, life %s and %s (expected: most >= 1, no negative time)"
                            .formatted(most, life, lifeOfNobody));
        }
        this.asked = asked;
        this.most = most;
        this.life = life;
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
        Known before = known(hashed);
        if (before != null) {
            return CompletableFuture.completedFuture(before.customer());
        }
        return asked.customerOf(as, key)
                .thenApply(customer -> {
                    remember(hashed, customer);
                    return customer;
                });
    }

    /** How many keys are remembered. */
    int size() {
        synchronized (known) {
            return known.size();
        }
    }

    private @Nullable Known known(Hashed hashed) {
        synchronized (known) {
            Known found = known.get(hashed);
            if (found != null && found.until() - clock.nanos() <= 0) {
                known.remove(hashed);
                return null;
            }
            return found;
        }
    }

    private void remember(Hashed hashed, Optional<String> customer) {
        Duration holds = customer.isPresent() ? life : lifeOfNobody;
        synchronized (known) {
            known.put(hashed, new Known(customer, clock.nanos() + holds.toNanos()));
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
