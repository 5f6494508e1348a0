package io.feiqian.rpc;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether an instance takes new work, and how much of it is in flight: calls of the services that
 * customers' channels use, and the messages of other cells that begin something (two-lanes). What
 * finishes something, and what operators ask, is taken always and not counted. Shared by a server
 * and its peers' streams; thread-safe.
 */
public final class Intake {
    static final String REFUSAL = "this instance is drained";

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean open = true;

    /** An open one. */
    public Intake() {}

    /** Takes nothing new from now on; what is in flight ends as it would have. */
    public void close() {
        open = false;
    }

    /** Takes new work again. */
    public void open() {
        open = true;
    }

    /** Whether new work is taken. */
    public boolean isOpen() {
        return open;
    }

    /** How much new work is in flight; once 0 while closed, it stays so until it is opened. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Takes one piece of new work, to be ended with {@link #end}; false where it is refused. */
    boolean begin() {
        inFlight.incrementAndGet();
        // Looked at after counting, so that who closed it and then sees 0 has seen everything.
        if (open) {
            return true;
        }
        end();
        return false;
    }

    void end() {
        inFlight.decrementAndGet();
    }
}
