package io.feiqian.spring;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.io.IOException;

/**
 * Interrupts a thread that waits for a call when the deadline passes, and never after the call has
 * ended. Clients whose waiting cannot be interrupted go on until their own read time-out.
 */
final class DeadlineWatch {
    /** A call that may be interrupted. */
    @FunctionalInterface
    interface Waiting<T> {
        T run() throws IOException;
    }

    private final Thread waiter = Thread.currentThread();

    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private boolean passed;

    private DeadlineWatch() {}

    /**
     * Waits no longer than until the deadline.
     *
     * @throws DeadlinePassedException where it passed
     */
    static <T> T within(Deadline deadline, Timer timer, Waiting<T> call) throws IOException {
        DeadlineWatch watch = new DeadlineWatch();
        Timer.Cancellable alarm = timer.after(deadline.remaining(), watch::pass);
        try {
            T answer = call.run();
            alarm.cancel();
            watch.end();
            return answer;
        } catch (IOException | RuntimeException failed) {
            alarm.cancel();
            if (watch.end()) {
                DeadlinePassedException passed =
                        new DeadlinePassedException("the deadline passed before an answer came");
                passed.initCause(failed);
                throw passed;
            }
            throw failed;
        }
    }

    private synchronized void pass() {
        if (!ended) {
            passed = true;
            waiter.interrupt();
        }
    }

    /** Whether the deadline passed; then its interrupt is taken back. */
    @CanIgnoreReturnValue
    private synchronized boolean end() {
        ended = true;
        if (passed) {
            Thread.interrupted();
        }
        return passed;
    }
}
