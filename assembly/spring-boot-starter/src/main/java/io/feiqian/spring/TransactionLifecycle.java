package io.feiqian.spring;

import io.feiqian.participant.GlobalTransactions;
import org.springframework.context.SmartLifecycle;

/**
 * Begins to look for leftovers before the web server takes calls, and stops after it takes none: a
 * transaction is not begun by who cannot finish it. Stopping is for good; what is unfinished is
 * left to other instances, or to the next start.
 */
final class TransactionLifecycle implements SmartLifecycle {
    /** Before every web server and its graceful end, which are in phases above. */
    static final int PHASE = Integer.MAX_VALUE - 1_000_000;

    private final GlobalTransactions transactions;
    private volatile boolean running;

    TransactionLifecycle(GlobalTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void start() {
        transactions.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        transactions.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
