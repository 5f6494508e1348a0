package io.feiqian.transaction;

import java.util.ArrayList;
import java.util.List;

/**
 * Confirms that wait for others, so that their branches' cell finishes many in one commit: each
 * batch there costs about as much as forty of them. What is held here is lost with the instance, as
 * any message in flight is, and found by recovery. Thread-safe.
 */
final class GatheredConfirms {
    private final TransactionHost host;
    private final GatherSettings settings;
    private List<Runnable> waiting = new ArrayList<>();
    private boolean due;
    private boolean closed;

    GatheredConfirms(TransactionHost host) {
        this.host = host;
        this.settings = host.settings.gather();
    }

    /** Runs {@code send}, now or later, on this thread or the timer's. */
    void add(Runnable send) {
        synchronized (this) {
            waiting.add(send);
            if (waiting.size() < settings.most() && !closed) {
                if (!due) {
                    due = true;
                    var _ = host.timer.after(settings.longest(), this::onTime);
                }
                return;
            }
        }
        flush();
    }

    /** Sends what is there, and holds nothing from now on. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        flush();
    }

    private void flush() {
        List<Runnable> all;
        synchronized (this) {
            all = waiting;
            waiting = new ArrayList<>();
        }
        all.forEach(Runnable::run);
    }

    private void onTime() {
        synchronized (this) {
            due = false;
        }
        flush();
    }
}
