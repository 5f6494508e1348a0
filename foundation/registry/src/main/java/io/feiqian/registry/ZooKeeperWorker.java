package io.feiqian.registry;

import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a process that talks to ZooKeeper. */
final class ZooKeeperWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperWorker.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What is denied is tried again, since permissions are given late. */
    private static final Duration DENIED_AGAIN = Duration.ofSeconds(10);

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> {
                Thread worker = new Thread(task, "feiqian-registry");
                worker.setDaemon(true);
                return worker;
            });
    private final Timer timer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition reached = lock.newCondition();
    private volatile boolean connected;
    private volatile boolean closed;

    ZooKeeperWorker(Timer timer) {
        this.timer = timer;
    }

    void connected(boolean now) {
        lock.lock();
        try {
            connected = now;
            reached.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is a connection that {@link #ask} can use, and says whether there is. */
    boolean awaitConnection(Duration atMost) {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!connected && left > 0) {
                left = reached.awaitNanos(left);
            }
            return connected;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    boolean isConnected() {
        return connected && !closed;
    }

    /**
     * Does something on the thread, and again a second later where it failed, for ever. Without a
     * connection it is not tried: every connection begins everything anew.
     */
    void run(String what, Step step) {
        submit(() -> {
            if (!isConnected()) {
                return;
            }
            try {
                step.run();
            } catch (KeeperException.NoAuthException denied) {
                LOG.error("registry: this process may not {}", what);
                timer.after(DENIED_AGAIN, () -> run(what, step));
            } catch (Exception failure) {
                LOG.debug("registry: cannot {}", what, failure);
                timer.after(AGAIN, () -> run(what, step));
            }
        });
    }

    /** Asks something once; fails at once without a connection. */
    <T> CompletableFuture<T> ask(String what, Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable task =
                () -> {
                    if (!isConnected()) {
                        answer.completeExceptionally(
                                new RegistryUnavailableException("cannot " + what));
                        return;
                    }
                    try {
                        answer.complete(question.ask());
                    } catch (Exception failure) {
                        answer.completeExceptionally(
                                new RegistryUnavailableException("cannot " + what, failure));
                    }
                };
        if (!submit(task)) {
            answer.completeExceptionally(new RegistryUnavailableException("closed: " + what));
        }
        return answer;
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
    }

    private boolean submit(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException afterClose) {
            return false;
        }
    }

    /** Something to do; Curator's calls declare every exception. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** Something to ask. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws Exception;
    }
}
