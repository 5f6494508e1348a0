package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The addresses behind the names of backends. Answers from memory; names are looked up anew on
 * threads of their own, and where that fails, what was known last goes on to hold. Thread-safe.
 *
 * <p>The Java platform keeps what it looked up for 30 seconds unless {@code
 * networkaddress.cache.ttl} says otherwise.
 */
public final class BackendAddresses {
    /** So long an answer holds before it is asked for anew, beside those who go by it. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** So many names are kept; they are those of configured and registered backends. */
    private static final int MOST = 10_000;

    /** Who looks names up. */
    @FunctionalInterface
    interface LookUp {
        InetAddress[] all(String name) throws UnknownHostException;
    }

    /** What is known of a name. */
    private static final class Known {
        private final AtomicBoolean asked = new AtomicBoolean();
        private final AtomicInteger turn = new AtomicInteger();
        private volatile CompletableFuture<InetAddress[]> first = new CompletableFuture<>();
        private volatile InetAddress[] addresses = {};
        private volatile long until;
    }

    private final Map<String, Known> names = new ConcurrentHashMap<>();
    private final Clock clock;
    private final LookUp lookUp;
    private final Executor threads;

    /** Asks as the platform does. */
    public BackendAddresses(Clock clock) {
        this(
                clock,
                InetAddress::getAllByName,
                task -> {
                    var _ = Thread.ofVirtual().name("gateway-names").start(task);
                });
    }

    BackendAddresses(Clock clock, LookUp lookUp, Executor threads) {
        this.clock = clock;
        this.lookUp = lookUp;
        this.threads = threads;
    }

    /**
     * Where this backend listens, as known now; addresses of the same name take turns. Never
     * blocks.
     *
     * @return empty where its name has not been looked up yet, or never could be; it is being
     *     looked up then
     */
    public Optional<InetSocketAddress> now(Backend backend) {
        InetSocketAddress at = backend.address();
        if (!at.isUnresolved()) {
            return Optional.of(at);
        }
        Known known = known(at.getHostString());
        return Optional.ofNullable(next(known, at.getPort()));
    }

    /**
     * The same, or a little later for a name that is met for the first time. The future fails where
     * the name leads nowhere.
     */
    public CompletableFuture<InetSocketAddress> of(Backend backend) {
        InetSocketAddress at = backend.address();
        if (!at.isUnresolved()) {
            return CompletableFuture.completedFuture(at);
        }
        Known known = known(at.getHostString());
        InetSocketAddress now = next(known, at.getPort());
        return now != null
                ? CompletableFuture.completedFuture(now)
                : known.first.thenApply(all -> new InetSocketAddress(all[0], at.getPort()));
    }

    private static @Nullable InetSocketAddress next(Known known, int port) {
        InetAddress[] all = known.addresses;
        if (all.length == 0) {
            return null;
        }
        int turn = Integer.remainderUnsigned(known.turn.getAndIncrement(), all.length);
        return new InetSocketAddress(all[turn], port);
    }

    private Known known(String name) {
        Known known = names.get(name);
        if (known == null) {
            if (names.size() >= MOST) {
                names.clear();
            }
            known = names.computeIfAbsent(name, key -> new Known());
        }
        boolean stale = known.addresses.length == 0 || clock.nanos() - known.until >= 0;
        if (stale && known.asked.compareAndSet(false, true)) {
            Known asked = known;
            threads.execute(() -> ask(name, asked));
        }
        return known;
    }

    private void ask(String name, Known known) {
        CompletableFuture<InetAddress[]> waited = known.first;
        try {
            InetAddress[] found = lookUp.all(name);
            known.addresses = found;
            known.until = clock.nanos() + FRESH.toNanos();
            known.asked.set(false);
            waited.complete(found);
        } catch (UnknownHostException | RuntimeException nowhere) {
            known.until = clock.nanos() + FRESH.toNanos();
            // Who waits now is told; who comes later waits for the next answer.
            known.first = new CompletableFuture<>();
            known.asked.set(false);
            waited.completeExceptionally(nowhere);
        }
    }
}
