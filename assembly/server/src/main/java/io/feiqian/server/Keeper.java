package io.feiqian.server;

import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one unit running: starts it, and starts it again whenever it ends, after a pause that
 * doubles while it keeps failing. One thread of its own; the public methods may be called by any.
 */
final class Keeper {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** A machine that is busy with starting the rest may need more than one try at first. */
    private static final int FIRST_TRIES = 3;

    private static final Duration STABLE = Duration.ofSeconds(20);

    /** Told of what happens to the unit; called by the keeper's thread. */
    interface Listener {
        /** It is ready, for the so-many-th time. */
        void started(Unit unit, ProcessHandle handle, int starts);

        /** It ended or could not be started, and will be started again after the pause. */
        void failed(Unit unit, String what, Duration pause);
    }

    private final Unit unit;
    private final Listener listener;
    private final Clock clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final Thread thread;
    private volatile Optional<Unit.Running> running = Optional.empty();

    /** Begins to keep the unit. */
    Keeper(Unit unit, Listener listener, Clock clock) {
        this.unit = unit;
        this.listener = listener;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("keep-" + unit.name()).start(this::keep);
    }

    /** Completes when the unit is ready for the first time; exceptionally where it cannot start. */
    CompletableFuture<Void> firstReady() {
        return firstReady;
    }

    /** Ends the unit in order and keeps it no longer. */
    void stop() throws InterruptedException {
        stopping.countDown();
        Optional<Unit.Running> current = running;
        if (current.isPresent()) {
            current.get().stop();
        } else {
            thread.interrupt();
        }
        thread.join();
    }

    private void keep() {
        Duration pause = SHORTEST_PAUSE;
        int starts = 0;
        int failures = 0;
        try {
            while (stopping.getCount() > 0) {
                long begun = clock.nanos();
                String end;
                try {
                    Unit.Running started = unit.start();
                    starts++;
                    running = Optional.of(started);
                    if (stopping.getCount() == 0) {
                        // The wish to stop came as an interrupt, which must not break this off.
                        Thread.interrupted();
                        started.stop();
                        return;
                    }
                    listener.started(unit, started.handle(), starts);
                    firstReady.complete(null);
                    started.handle().onExit().join();
                    end = unit.name() + " (pid " + started.handle().pid() + ") ended";
                    running = Optional.empty();
                } catch (IOException | RuntimeException failed) {
                    end = String.valueOf(failed.getMessage());
                    failures++;
                    if (failures >= FIRST_TRIES && firstReady.completeExceptionally(failed)) {
                        return;
                    }
                }
                if (stopping.getCount() == 0) {
                    return;
                }
                if (clock.nanos() - begun > STABLE.toNanos()) {
                    pause = SHORTEST_PAUSE;
                }
                listener.failed(unit, end, pause);
                if (stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2);
                pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
            }
        } catch (InterruptedException stopped) {
            firstReady.completeExceptionally(stopped);
        }
    }
}
