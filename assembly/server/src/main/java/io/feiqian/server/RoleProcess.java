package io.feiqian.server;

import io.feiqian.cli.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life of a long-running process, whatever its role: start, say that it is ready, serve until
 * it is asked to end or its supervisor is gone, stop in order.
 */
final class RoleProcess {
    /** What a child writes to its standard output once it serves. */
    static final String READY = "feiqian: ready";

    private static final long LONGEST_STOP_SECONDS = 25;

    /** Starts a role. */
    @FunctionalInterface
    interface Start {
        /**
         * Starts it; it serves until the result is closed. Interrupted when the process is asked to
         * end before it is ready.
         */
        AutoCloseable start() throws Exception;
    }

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread main = Thread.currentThread();
    private boolean serving;

    private RoleProcess() {}

    /**
     * Runs the role until SIGTERM, SIGINT or, where there is a supervisor, the end of standard
     * input; then stops it in order.
     *
     * @param supervised whether the end of standard input is the end of the supervisor
     * @param longestStopSeconds the process ends the hard way where stopping takes longer
     */
    static int run(Start role, boolean supervised, long longestStopSeconds) throws Exception {
        return new RoleProcess().live(role, supervised, longestStopSeconds);
    }

    /** The same with the time that a child has to stop. */
    static int run(Start role, boolean supervised) throws Exception {
        return run(role, supervised, LONGEST_STOP_SECONDS);
    }

    private int live(Start role, boolean supervised, long longestStopSeconds) throws Exception {
        PrintStream reports = System.out;
        // Whatever libraries print belongs into the log, not into the reports to the supervisor.
        System.setOut(System.err);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "on-signal"));
        if (supervised) {
            daemon("watch-supervisor", () -> watch(System.in));
        }
        try (AutoCloseable running = role.start()) {
            synchronized (this) {
                serving = true;
            }
            reports.println(READY);
            reports.flush();
            asked.await();
            daemon("end-at-last", () -> endAtLast(longestStopSeconds));
        } catch (InterruptedException endedBeforeReady) {
            return ExitStatus.OK.code();
        } finally {
            stopped.countDown();
        }
        return ExitStatus.OK.code();
    }

    private synchronized void ask() {
        asked.countDown();
        if (!serving) {
            main.interrupt();
        }
    }

    private void stopAndWait() {
        ask();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(InputStream supervisor) {
        try {
            while (supervisor.read() >= 0) {
                // The supervisor says nothing; only its end counts.
            }
        } catch (IOException gone) {
            // The same as the end.
        }
        ask();
    }

    /** A child whose supervisor is gone has nobody to kill it where its stop hangs. */
    private void endAtLast(long seconds) {
        try {
            if (!stopped.await(seconds, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(ExitStatus.FAULT.code());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }
}
