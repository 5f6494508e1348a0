package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses behind the names of backends, for both layers (M6.3-5). Answers from memory; names
 * are looked up anew on threads of their own while somebody goes by them, and where that fails,
 * what was known last goes on to hold. Several addresses of a name take turns, and one that cannot
 * be reached is passed over for a while. Thread-safe.
 *
 * <p>Where no DNS servers are configured names are asked for as the Java platform does, which keeps
 * answers for 30 seconds unless {@code networkaddress.cache.ttl} says otherwise.
 */
public final class BackendAddresses implements AutoCloseable {
    /** So long an address that cannot be reached is passed over where there is another. */
    private static final Duration ASIDE = Duration.ofSeconds(10);

    /** So many names are kept; they are those of configured and registered backends. */
    private static final int MOST = 10_000;

    /** Who looks names up. */
    interface LookUp extends AutoCloseable {
        /**
         * All addresses of a name; blocks.
         *
         * @param port the port, unless the answer says another
         */
        List<InetSocketAddress> all(String name, int port) throws UnknownHostException;

        @Override
        default void close() {}
    }

    /** What is known of a name. */
    private static final class Known {
        private final AtomicBoolean asked = new AtomicBoolean();
        private final AtomicInteger turn = new AtomicInteger();
        private final Map<InetSocketAddress, Long> aside = new ConcurrentHashMap<>();
        private volatile CompletableFuture<InetSocketAddress> first = new CompletableFuture<>();
        private volatile List<InetSocketAddress> addresses = List.of();
        private volatile Set<SocketAddress> set = Set.of();
        private volatile boolean tried;
        private volatile long until;
    }

    private static final Logger LOG = LoggerFactory.getLogger(BackendAddresses.class);

    private final Map<InetSocketAddress, Known> names = new ConcurrentHashMap<>();
    private final Clock clock;
    private final Executor threads;
    private final @Nullable Transport transport;
    private DnsConfig config = DnsConfig.USUAL;
    private volatile LookUp lookUp;
    private volatile long freshNanos = DnsConfig.USUAL.every().toNanos();

    /** Asks as the machine does, always, and knows no SRV records. */
    public BackendAddresses(Clock clock) {
        this(clock, null, new Platform(null), BackendAddresses::aside);
    }

    /**
     * Asks as the machine does until {@link #configure}.
     *
     * @param transport for questions to DNS servers
     */
    public BackendAddresses(Clock clock, Transport transport) {
        this(clock, transport, new Platform(transport), BackendAddresses::aside);
    }

    BackendAddresses(Clock clock, LookUp lookUp, Executor threads) {
        this(clock, null, lookUp, threads);
    }

    private static void aside(Runnable task) {
        var _ = Thread.ofVirtual().name("gateway-names").start(task);
    }

    private BackendAddresses(
            Clock clock, @Nullable Transport transport, LookUp lookUp, Executor threads) {
        this.clock = clock;
        this.transport = transport;
        this.lookUp = lookUp;
        this.threads = threads;
    }

    /** Asks so from now on; what is known holds until it is asked for anew. */
    public synchronized void configure(DnsConfig next) {
        Transport over = transport;
        if (next.equals(config) || over == null) {
            return;
        }
        LookUp before = lookUp;
        lookUp =
                next.servers().isEmpty()
                        ? new Platform(over)
                        : new DnsLookUp(over, next.addresses());
        freshNanos = next.every().toNanos();
        config = next;
        before.close();
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
        return at.isUnresolved() ? Optional.ofNullable(next(known(at))) : Optional.of(at);
    }

    /**
     * The same, or a little later for a name that is met for the first time. The future fails where
     * the name leads nowhere.
     */
    public CompletableFuture<InetSocketAddress> of(Backend backend) {
        return of(backend.address());
    }

    CompletableFuture<InetSocketAddress> of(InetSocketAddress at) {
        if (!at.isUnresolved()) {
            return CompletableFuture.completedFuture(at);
        }
        Known known = known(at);
        CompletableFuture<InetSocketAddress> first = known.first;
        InetSocketAddress now = next(known);
        return now != null ? CompletableFuture.completedFuture(now) : first;
    }

    /**
     * Whether a connection that was made there is still at one of this backend's addresses. Never
     * blocks.
     */
    public boolean holds(Backend backend, @Nullable SocketAddress made) {
        InetSocketAddress at = backend.address();
        if (!at.isUnresolved() || made == null) {
            return true;
        }
        Set<SocketAddress> now = known(at).set;
        return now.isEmpty() || now.contains(made);
    }

    /** No connection could be made to this address of a backend. */
    public void unreached(Backend backend, InetSocketAddress address) {
        Known known = names.get(backend.address());
        if (known != null && known.set.contains(address)) {
            known.aside.put(address, clock.nanos() + ASIDE.toNanos());
        }
    }

    /** Whether a backend's name has an address that is not passed over now. */
    public boolean hasOther(Backend backend) {
        Known known = names.get(backend.address());
        return known != null && known.addresses.stream().anyMatch(each -> isOpen(known, each));
    }

    /** For connections that are made by Netty. */
    public BackendResolvers resolvers() {
        return new BackendResolvers(this);
    }

    /** Asks no longer. */
    @Override
    public synchronized void close() {
        lookUp.close();
    }

    private @Nullable InetSocketAddress next(Known known) {
        List<InetSocketAddress> all = known.addresses;
        if (all.isEmpty()) {
            return null;
        }
        int turn = known.turn.getAndIncrement();
        for (int i = 0; i < all.size() && !known.aside.isEmpty(); i++) {
            InetSocketAddress each = all.get(Integer.remainderUnsigned(turn + i, all.size()));
            if (isOpen(known, each)) {
                return each;
            }
        }
        return all.get(Integer.remainderUnsigned(turn, all.size()));
    }

    private boolean isOpen(Known known, InetSocketAddress address) {
        Long until = known.aside.get(address);
        if (until != null && clock.nanos() - until >= 0) {
            known.aside.remove(address);
            return true;
        }
        return until == null;
    }

    private Known known(InetSocketAddress name) {
        Known known = names.get(name);
        if (known == null) {
            if (names.size() >= MOST) {
                names.clear();
            }
            known = names.computeIfAbsent(name, key -> new Known());
        }
        boolean stale = !known.tried || clock.nanos() - known.until >= 0;
        if (stale && known.asked.compareAndSet(false, true)) {
            Known asked = known;
            threads.execute(() -> ask(name, asked));
        }
        return known;
    }

    private void ask(InetSocketAddress name, Known known) {
        CompletableFuture<InetSocketAddress> waited = known.first;
        try {
            List<InetSocketAddress> found =
                    List.copyOf(lookUp.all(name.getHostString(), name.getPort()));
            if (found.isEmpty()) {
                throw new UnknownHostException(name.getHostString());
            }
            learn(name, known, found);
            asked(known);
            waited.complete(found.getFirst());
        } catch (UnknownHostException | RuntimeException nowhere) {
            if (!known.addresses.isEmpty()) {
                LOG.debug("{} is not answered, its last addresses hold", name, nowhere);
                asked(known);
                return;
            }
            // Who waits now is told; who comes later waits for the next answer.
            known.first = new CompletableFuture<>();
            asked(known);
            waited.completeExceptionally(nowhere);
        }
    }

    private void asked(Known known) {
        known.until = clock.nanos() + freshNanos;
        known.tried = !known.addresses.isEmpty();
        known.asked.set(false);
    }

    private static void learn(InetSocketAddress name, Known known, List<InetSocketAddress> found) {
        Set<SocketAddress> set = new HashSet<>(found);
        if (!set.equals(known.set)) {
            LOG.info("{} is at {} from now on", name.getHostString(), set);
            known.set = Set.copyOf(set);
            known.aside.keySet().retainAll(set);
        }
        known.addresses = found;
    }

    /** As the machine does; SRV records, which the platform has no way to, by its DNS servers. */
    private static final class Platform implements LookUp {
        private final @Nullable Transport transport;
        private @Nullable DnsLookUp dns;

        Platform(@Nullable Transport transport) {
            this.transport = transport;
        }

        @Override
        public List<InetSocketAddress> all(String name, int port) throws UnknownHostException {
            Transport over = transport;
            if (name.startsWith("_") && over != null) {
                return dns(over).all(name, port);
            }
            return Stream.of(InetAddress.getAllByName(name))
                    .map(each -> new InetSocketAddress(each, port))
                    .toList();
        }

        private synchronized DnsLookUp dns(Transport over) {
            DnsLookUp known = dns;
            if (known == null) {
                known = new DnsLookUp(over, List.of());
                dns = known;
            }
            return known;
        }

        @Override
        public synchronized void close() {
            DnsLookUp known = dns;
            if (known != null) {
                known.close();
            }
        }
    }
}
