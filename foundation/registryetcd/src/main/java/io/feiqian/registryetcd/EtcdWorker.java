package io.feiqian.registryetcd;

import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.WatchResponse;
import io.feiqian.registry.Pace;
import io.feiqian.registry.RegistryUnavailableException;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a process that talks to etcd. It keeps a connection and a lease; after every
 * loss it connects to the next member, goes on with its watches where they stopped (or reads anew
 * where they cannot), and writes what it holds where the lease was lost. Connections, and what is
 * written again, come after random pauses, so that a registry that comes back is not run over.
 */
final class EtcdWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdWorker.class);
    private static final int MOST_WAITING = 10_000;
    private static final int BATCHES_A_SECOND = 20;
    private static final Backoff RECONNECT =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    /** What is denied is tried again, since permissions are given late. */
    private static final Duration DENIED_AGAIN = Duration.ofSeconds(10);

    private final EtcdConfig config;
    private final Timer timer;
    private final Clock clock = Clock.system();
    private final Randomness randomness;
    private final BlockingQueue<Runnable> tasks = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread thread;
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Pace pace = new Pace(BATCHES_A_SECOND);
    private final Listener listener;

    // What follows belongs to the thread.
    private final HeldKeys held = new HeldKeys();
    private final EtcdWatches watches = new EtcdWatches(this::beginLater);
    private @Nullable EtcdLink link;
    private @Nullable Ears ears;
    private long lease;
    private boolean settling;
    private boolean retrying;

    private volatile boolean connected;
    private volatile boolean closed;
    private volatile boolean hadGap;
    private volatile long gapNanos;
    private volatile long renewedNanos;

    /** A change of what this process holds, on the thread. */
    interface Step {
        void run(HeldKeys held);
    }

    /** Who hears of the connection, on the thread. */
    interface Listener {
        void connected(boolean now);

        void leaseLost();
    }

    EtcdWorker(EtcdConfig config, Timer timer, Randomness randomness, Listener listener) {
        this.config = config;
        this.timer = timer;
        this.randomness = randomness;
        this.listener = listener;
        this.thread = new Thread(this::loop, "feiqian-registry-etcd");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    CompletableFuture<Void> reached() {
        return reached.copy();
    }

    /** Whether etcd answers, and the lease was renewed while it could not have run out. */
    boolean isConnected() {
        return connected && !closed && clock.nanos() - renewedNanos < config.lease().toNanos();
    }

    /** How long instances that are missing now are left to register again. */
    Duration askAfter() {
        return hadGap && clock.nanos() - gapNanos < config.grace().toNanos()
                ? config.grace()
                : Duration.ZERO;
    }

    /** Follows a range from now on. */
    void follow(WatchedRange range) {
        submit(() -> {
            watches.add(range);
            EtcdLink open = link;
            if (open != null) {
                watches.begin(open, range);
            }
        });
    }

    /** Follows it no more. */
    void unfollow(WatchedRange.View view) {
        submit(() -> watches.remove(view));
    }

    /** Changes what is held, and writes it. */
    void hold(Step step) {
        submit(() -> {
            step.run(held);
            settleSoon();
        });
    }

    /** Changes what is held, and writes it although all else that is to be written waits. */
    void letGo(Step step) {
        submit(() -> {
            step.run(held);
            submit(this::settle);
        });
    }

    /** Asks something once; fails at once without a connection. */
    <T> CompletableFuture<T> ask(String what, Function<EtcdLink, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean taken =
                isConnected()
                        && submit(() -> {
                            EtcdLink open = link;
                            if (open == null) {
                                answer.completeExceptionally(
                                        new RegistryUnavailableException("cannot " + what));
                                return;
                            }
                            try {
                                answer.complete(question.apply(open));
                            } catch (RuntimeException failure) {
                                answer.completeExceptionally(
                                        new RegistryUnavailableException(
                                                "cannot " + what, failure));
                            }
                        });
        if (!taken) {
            answer.completeExceptionally(new RegistryUnavailableException("cannot " + what));
        }
        return answer;
    }

    /** Ends; everything held is gone with the lease. */
    @Override
    public void close() {
        closed = true;
        // Wakes it, so that it sees.
        submit(() -> {});
        try {
            ended.orTimeout(2, TimeUnit.SECONDS).join();
        } catch (RuntimeException late) {
            LOG.warn("left without the registry's answer; the lease ends it", late);
            thread.interrupt();
        }
    }

    private boolean submit(Runnable task) {
        return tasks.offer(task);
    }

    private void loop() {
        int failures = 0;
        try {
            for (int i = 0; !closed; i++) {
                List<String> members = config.members();
                String member = members.get(i % members.size());
                boolean had = false;
                try {
                    session(member);
                } catch (RuntimeException why) {
                    had = connected;
                    LOG.debug("registry {} lost", member, why);
                }
                lost(member, had);
                failures = had ? 1 : failures + 1;
                idle(jittered(RECONNECT.after(failures)));
            }
        } catch (InterruptedException interrupted) {
            LOG.debug("the registry's thread was ended", interrupted);
        } finally {
            ended.complete(null);
        }
    }

    private void session(String member) throws InterruptedException {
        Ears mine = new Ears();
        ears = mine;
        try (EtcdLink open = new EtcdLink(member, config.login(), config.tls(), mine)) {
            boolean leaseLost = keepLease(open);
            settling = false;
            link = open;
            connected = true;
            LOG.info("registry {} reached", member);
            if (leaseLost) {
                listener.leaseLost();
            }
            listener.connected(true);
            watches.beginAll(open);
            reached.complete(null);
            if (leaseLost) {
                settleAfter(hadGap ? jittered(spread()) : Duration.ZERO);
            } else {
                settleSoon();
            }
            serve(open, mine);
            if (closed) {
                open.revoke(lease);
            }
        } finally {
            link = null;
            ears = null;
        }
    }

    /** Whether everything held is gone with the lease that it had. */
    private boolean keepLease(EtcdLink open) {
        long now = clock.nanos();
        if (lease != 0) {
            LeaseTimeToLiveResponse left = open.left(lease);
            watches.compare(left.getHeader());
            if (left.getTTL() > 0) {
                open.renew(lease);
                renewedNanos = now;
                return false;
            }
            // A registry that lost it may have lost more, and have come as far as before since.
            watches.forgetAll();
        }
        LeaseGrantResponse granted = open.grant(config.lease());
        watches.compare(granted.getHeader());
        lease = granted.getID();
        renewedNanos = now;
        return true;
    }

    private void serve(EtcdLink open, Ears mine) throws InterruptedException {
        long third = config.lease().toNanos() / 3;
        long renewAt = clock.nanos() + third;
        while (!closed && mine.broken == null) {
            long now = clock.nanos();
            if (now - renewedNanos > config.lease().toNanos()) {
                throw new IllegalStateException("the lease was not renewed in time");
            }
            if (now - renewAt >= 0) {
                open.renew(lease);
                renewAt = now + third;
            }
            Runnable task = tasks.poll(Math.max(1, renewAt - now), TimeUnit.NANOSECONDS);
            if (task != null) {
                task.run();
            }
        }
        if (mine.broken != null) {
            throw new IllegalStateException("a stream ended", mine.broken);
        }
    }

    private void lost(String member, boolean had) {
        connected = false;
        hadGap = true;
        gapNanos = clock.nanos();
        if (had && !closed) {
            LOG.warn("registry {} not reached; what it said last serves on", member);
            listener.connected(false);
        }
    }

    /** Between two connections whoever asks is refused at once. */
    private void idle(Duration length) throws InterruptedException {
        long until = clock.nanos() + length.toNanos();
        for (long left = length.toNanos(); left > 0 && !closed; left = until - clock.nanos()) {
            Runnable task = tasks.poll(left, TimeUnit.NANOSECONDS);
            if (task != null) {
                task.run();
            }
        }
    }

    private void beginLater(WatchedRange range) {
        EtcdLink denied = link;
        timer.after(
                DENIED_AGAIN,
                () ->
                        submit(() -> {
                            if (denied != null && link == denied) {
                                watches.begin(denied, range);
                            }
                        }));
    }

    private void settleSoon() {
        if (!settling && link != null) {
            settling = true;
            submit(this::settle);
        }
    }

    private void settleAfter(Duration delay) {
        settling = true;
        timer.after(delay, () -> submit(this::settle));
    }

    private void settle() {
        settling = false;
        EtcdLink open = link;
        if (open == null) {
            return;
        }
        if (held.settle(open, lease)) {
            settleAfter(pace.take(clock.nanos()));
        }
        if (held.hasDenied() && !retrying) {
            retrying = true;
            timer.after(DENIED_AGAIN, () -> submit(this::retryDenied));
        }
    }

    private void retryDenied() {
        retrying = false;
        held.retryDenied();
        settleSoon();
    }

    private Duration spread() {
        return config.grace().dividedBy(5);
    }

    private Duration jittered(Duration most) {
        int millis = (int) Math.max(2, most.toMillis());
        return Duration.ofMillis(millis / 2 + randomness.nextInt(millis / 2 + 1));
    }

    /** Hears what one connection says, and hands it to the thread while it is that one. */
    private final class Ears implements EtcdLink.Listener {
        private volatile @Nullable Throwable broken;

        @Override
        public void watched(WatchResponse response, Runnable handled) {
            hand(() -> {
                EtcdLink open = link;
                if (open != null) {
                    watches.heard(open, response);
                }
                handled.run();
            });
        }

        @Override
        public void renewed(long renewed, long seconds) {
            hand(() -> {
                if (renewed != lease) {
                    return;
                }
                if (seconds <= 0) {
                    throw new IllegalStateException("the lease is over");
                }
                renewedNanos = clock.nanos();
            });
        }

        @Override
        public void broken(Throwable why) {
            broken = why;
            submit(() -> {});
        }

        private void hand(Runnable task) {
            boolean taken =
                    submit(() -> {
                        if (ears == this) {
                            task.run();
                        }
                    });
            if (!taken) {
                broken(new IllegalStateException("too much waits to be dealt with"));
            }
        }
    }
}
