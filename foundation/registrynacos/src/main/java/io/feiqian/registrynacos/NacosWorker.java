package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import io.feiqian.registry.RegistryUnavailableException;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a process that talks to Nacos, and looks twice a second whether it answers: its
 * client keeps the connection, and tells nobody when it is lost.
 */
final class NacosWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NacosWorker.class);
    private static final int MOST_WAITING = 10_000;
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final long CLOSE_SECONDS = 5;

    /** What is denied is tried again, since permissions are given late. */
    private static final Duration DENIED_AGAIN = Duration.ofSeconds(10);

    private final NacosConfig config;
    private final Timer timer;
    private final Clock clock = Clock.system();
    private final Consumer<Boolean> onConnected;
    private final ThreadPoolExecutor thread;
    private final CompletableFuture<Void> reached = new CompletableFuture<>();

    private @Nullable NacosLink link;
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile boolean hadGap;
    private volatile long gapNanos;

    /** Something to do. */
    @FunctionalInterface
    interface Step {
        void run(NacosLink link) throws NacosException;
    }

    /** Something to ask. */
    @FunctionalInterface
    interface Question<T> {
        T ask(NacosLink link) throws NacosException;
    }

    /**
     * @param onConnected hears on the thread when Nacos begins to answer, and when it stops
     */
    NacosWorker(NacosConfig config, Timer timer, Consumer<Boolean> onConnected) {
        this.config = config;
        this.timer = timer;
        this.onConnected = onConnected;
        this.thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_WAITING),
                        task -> {
                            Thread made = new Thread(task, "feiqian-registry-nacos");
                            made.setDaemon(true);
                            return made;
                        });
    }

    void start() {
        submit(this::look);
    }

    CompletableFuture<Void> reached() {
        return reached.copy();
    }

    boolean isConnected() {
        return connected && !closed;
    }

    /** Where its listeners are called. */
    Executor executor() {
        return this::submit;
    }

    /** How long instances that are missing now are left to register again. */
    Duration askAfter() {
        return hadGap && clock.nanos() - gapNanos < config.grace().toNanos()
                ? config.grace()
                : Duration.ZERO;
    }

    /** Does something as soon as Nacos answers, and again where it failed, for ever. */
    void run(String what, Step step) {
        submit(() -> {
            try {
                step.run(link());
            } catch (NacosException | RuntimeException failure) {
                timer.after(pauseAfter(what, failure), () -> run(what, step));
            }
        });
    }

    /** Asks something once; fails at once without a connection. */
    <T> CompletableFuture<T> ask(String what, Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean taken =
                isConnected()
                        && submit(() -> {
                            try {
                                answer.complete(question.ask(link()));
                            } catch (NacosException | RuntimeException failure) {
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

    @Override
    public void close() {
        boolean taken =
                submit(() -> {
                    NacosLink open = link;
                    if (open != null) {
                        open.close();
                    }
                });
        closed = true;
        thread.shutdown();
        try {
            if (!taken || !thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private NacosLink link() {
        NacosLink open = link;
        if (open == null || !connected) {
            throw new RegistryUnavailableException("registry not reached");
        }
        return open;
    }

    private Duration pauseAfter(String what, Exception failure) {
        if (failure instanceof NacosException said
                && said.getErrCode() == NacosException.NO_RIGHT) {
            LOG.error("registry: this process may not {}: {}", what, said.getErrMsg());
            return DENIED_AGAIN;
        }
        LOG.debug("registry: cannot {}", what, failure);
        return AGAIN;
    }

    private void look() {
        if (closed) {
            return;
        }
        boolean now = false;
        try {
            NacosLink open = link;
            if (open == null) {
                open = new NacosLink(config);
                link = open;
            }
            now = open.isUp();
        } catch (NacosException | RuntimeException failure) {
            LOG.debug("registry {} not reached", config.servers(), failure);
        }
        if (now != connected) {
            become(now);
        }
        timer.after(LOOK, () -> submit(this::look));
    }

    private void become(boolean now) {
        connected = now;
        gapNanos = clock.nanos();
        if (now) {
            LOG.info("registry {} reached", config.servers());
        } else {
            hadGap = true;
            LOG.warn("registry {} not reached; what it said last serves on", config.servers());
        }
        onConnected.accept(now);
        if (now) {
            reached.complete(null);
        }
    }

    private boolean submit(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException fullOrClosed) {
            return false;
        }
    }
}
