package io.feiqian.benchmarks;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Calls made for a while, by so many callers at once; runs in the process that calls. */
final class RpcLoad {
    private final RpcCalling calling;
    private final RpcCase of;
    private final int callers;
    private final Clock clock = Clock.system();

    RpcLoad(RpcCalling calling, RpcCase of, int callers) {
        this.calling = calling;
        this.of = of;
        this.callers = callers;
    }

    /** What one caller saw. */
    private static final class Seen {
        private final Latencies latencies = new Latencies();
        private long errors;
    }

    /** Calls for so many milliseconds and says what came of it, as {@link RpcRound} reads it. */
    String run(String millis) {
        double cpu = ProcessorTime.ownNanos();
        long started = clock.nanos();
        long until = started + Duration.ofMillis(Long.parseLong(millis)).toNanos();
        List<Seen> seen = new ArrayList<>();
        CountDownLatch ended = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            Seen one = new Seen();
            seen.add(one);
            if (of == RpcCase.unary) {
                var _ = Thread.startVirtualThread(() -> block(one, until, ended));
            } else {
                new Chain(one, until, ended).next();
            }
        }
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        double seconds = (clock.nanos() - started) / 1e9;
        double used = ProcessorTime.ownNanos() - cpu;
        Latencies all = new Latencies();
        seen.forEach(each -> all.addAll(each.latencies));
        long errors = seen.stream().mapToLong(each -> each.errors).sum();
        return new RpcRound(
                        all.total(),
                        errors,
                        seconds,
                        used,
                        all.quantileMicros(0.5),
                        all.quantileMicros(0.99))
                .text();
    }

    private void block(Seen seen, long until, CountDownLatch ended) {
        try {
            for (long now = clock.nanos(); now - until < 0; ) {
                boolean right = isRight();
                long after = clock.nanos();
                note(seen, right, after - now);
                now = after;
            }
        } finally {
            ended.countDown();
        }
    }

    private boolean isRight() {
        try {
            return calling.call();
        } catch (RuntimeException failed) {
            return false;
        }
    }

    private static void note(Seen seen, boolean right, long nanos) {
        if (right) {
            seen.latencies.record(nanos);
        } else {
            seen.errors++;
        }
    }

    /** Calls that follow each other on the threads where their answers come. */
    private final class Chain {
        private final Seen seen;
        private final long until;
        private final CountDownLatch ended;

        Chain(Seen seen, long until, CountDownLatch ended) {
            this.seen = seen;
            this.until = until;
            this.ended = ended;
        }

        void next() {
            long begun = clock.nanos();
            CompletableFuture<Boolean> call = calling.callAsync();
            var _ =
                    call.whenComplete((right, fault) -> {
                        long now = clock.nanos();
                        note(seen, fault == null && right, now - begun);
                        if (now - until < 0) {
                            next();
                        } else {
                            ended.countDown();
                        }
                    });
        }
    }
}
