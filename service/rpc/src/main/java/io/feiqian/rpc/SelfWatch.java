package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.rpc.spi.SelfCheck;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether a server is well, and tells when that changes. A look that has not
 * ended when the next is due is a bad one. Thread-safe.
 */
final class SelfWatch implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(SelfWatch.class);

    private final SelfCheck check;
    private final Timer timer;
    private final Executor threads;
    private final Consumer<Boolean> onChange;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;

    @GuardedBy("this")
    private Wellness wellness = Wellness.BEGINNING;

    /**
     * Not looking yet.
     *
     * @param threads on which looks may block
     * @param onChange told in order, and not at once by two threads
     */
    SelfWatch(SelfCheck check, Timer timer, Executor threads, Consumer<Boolean> onChange) {
        this.check = check;
        this.timer = timer;
        this.threads = threads;
        this.onChange = onChange;
    }

    void begin() {
        timer.after(INTERVAL, this::look);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void look() {
        if (closed) {
            return;
        }
        if (looking.compareAndSet(false, true)) {
            threads.execute(this::ask);
        } else {
            threads.execute(() -> judge(false, "hangs"));
        }
        timer.after(INTERVAL, this::look);
    }

    private void ask() {
        String found = "said no";
        boolean well = false;
        try {
            well = check.isWell();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            found = "was interrupted";
        } catch (Exception failed) {
            found = "failed: " + failed.getMessage();
        } finally {
            looking.set(false);
        }
        judge(well, found);
    }

    private synchronized void judge(boolean look, String found) {
        Wellness before = wellness;
        wellness = before.after(look);
        if (closed || wellness.well() == before.well()) {
            return;
        }
        if (wellness.well()) {
            LOG.info("well again: takes its share of calls");
        } else {
            LOG.warn("not well, others are to be called: the check of itself {}", found);
        }
        onChange.accept(wellness.well());
    }
}
