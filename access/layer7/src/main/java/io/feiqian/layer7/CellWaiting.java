package io.feiqian.layer7;

import io.feiqian.routing.Routes;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait until the map has changed or a cell serves again. They are looked at again at
 * every newer map, and every 20 ms for the cells; only so many wait, more are refused at once.
 * Thread-safe; what waits costs no thread.
 */
final class CellWaiting implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(20);

    /**
     * One request.
     *
     * @param look what becomes of it, given how long it may still wait; null for waiting on
     */
    private record Waiter(
            Function<Duration, @Nullable CellAim> look,
            long until,
            CompletableFuture<CellAim> answer) {}

    private final Clock clock;
    private final Timer timer;
    private final int most;
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final Runnable listening;

    CellWaiting(Routes routes, Timer timer, Clock clock, int most) {
        this.timer = timer;
        this.clock = clock;
        this.most = most;
        this.listening = routes.onChange(map -> look());
    }

    CompletableFuture<CellAim> until(
            Duration patience, Function<Duration, @Nullable CellAim> look) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return CompletableFuture.completedFuture(
                    new CellAim.Refused(
                            OutcomeCode.OVERLOADED, "too many requests wait for their cells"));
        }
        Waiter waiter =
                new Waiter(look, clock.nanos() + patience.toNanos(), new CompletableFuture<>());
        waiters.add(waiter);
        tick();
        // What changed between its first look and now told nobody.
        look(waiter);
        return waiter.answer();
    }

    int waiting() {
        return count.get();
    }

    @Override
    public void close() {
        listening.run();
        for (Waiter each : waiters) {
            end(each, new CellAim.Refused(OutcomeCode.SHUTTING_DOWN, "the gateway is stopping"));
        }
    }

    private void tick() {
        if (!waiters.isEmpty() && ticking.compareAndSet(false, true)) {
            timer.after(
                    TICK,
                    () -> {
                        ticking.set(false);
                        look();
                        tick();
                    });
        }
    }

    private void look() {
        waiters.forEach(this::look);
    }

    private void look(Waiter waiter) {
        Duration left = Duration.ofNanos(Math.max(0, waiter.until() - clock.nanos()));
        @Nullable CellAim aim = waiter.look().apply(left);
        if (aim != null) {
            end(waiter, aim);
        }
    }

    private void end(Waiter waiter, CellAim aim) {
        if (waiters.remove(waiter)) {
            count.decrementAndGet();
            waiter.answer().complete(aim);
        }
    }
}
