package io.feiqian.benchmarks;

import io.feiqian.benchmarks.SpanBatches.Batch;
import io.feiqian.observatory.Observatory;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Sends spans to an observatory by OTLP over HTTP as fast as it takes them: it is sent no more than
 * it can hold besides what it has written, so that nothing is shed for want of room.
 */
final class SpanSender implements AutoCloseable {
    /** How many send at once. */
    static final int SENDERS = 2;

    /** Some 24 requests, a tenth of what waits there at most. */
    private static final long MOST_UNWRITTEN = 10_000;

    private static final Duration LOOK = Duration.ofMillis(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BenchStore store;
    private final Clock clock = Clock.system();
    private final Timer timer = Timer.system("bench-spans");
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();

    SpanSender(BenchStore store) {
        this.store = store;
    }

    /** What came of it. */
    record Sent(double seconds, long stored, long shed, Latencies latencies) {}

    /**
     * Sends so many spans, and a few more, until they are stored.
     *
     * @param startedMicros when the trace of a number, from 0 up, began
     */
    Sent send(long spans, LongUnaryOperator startedMicros)
            throws IOException, InterruptedException {
        AtomicLong planned = new AtomicLong();
        return send(() -> planned.getAndAdd(SpanBatches.SPANS) < spans, startedMicros);
    }

    /** Sends for so long, and waits until it is stored. */
    Sent send(Duration length) throws IOException, InterruptedException {
        long until = clock.nanos() + length.toNanos();
        return send(
                () -> clock.nanos() - until < 0, _ -> clock.now().toEpochMilli() * 1_000 - 5_000);
    }

    private Sent send(BooleanSupplier more, LongUnaryOperator startedMicros)
            throws IOException, InterruptedException {
        StoreCounts before = store.counts();
        long sentBefore = sent.get();
        long started = clock.nanos();
        List<Latencies> latencies = new ArrayList<>();
        AtomicReference<Exception> fault = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(SENDERS);
        for (int i = 0; i < SENDERS; i++) {
            Latencies own = new Latencies();
            latencies.add(own);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            run(more, startedMicros, own);
                        } catch (IOException | InterruptedException | RuntimeException failed) {
                            fault.set(failed);
                        } finally {
                            ended.countDown();
                        }
                    });
        }
        ended.await();
        Exception failed = fault.get();
        if (failed != null) {
            throw new IOException("spans: cannot be sent", failed);
        }
        awaitWritten(sent.get() - sentBefore, before);
        double seconds = (clock.nanos() - started) / 1e9;
        StoreCounts after = store.counts();
        Latencies all = new Latencies();
        latencies.forEach(all::addAll);
        return new Sent(
                seconds, after.stored() - before.stored(), after.shed() - before.shed(), all);
    }

    private void run(BooleanSupplier more, LongUnaryOperator startedMicros, Latencies latencies)
            throws IOException, InterruptedException {
        try (KeptConnection connection = new KeptConnection(store.port())) {
            while (more.getAsBoolean()) {
                long first = begun.getAndAdd(SpanBatches.TRACES);
                for (Batch each : SpanBatches.of(first, startedMicros)) {
                    awaitRoom(each.spans());
                    long from = clock.nanos();
                    var reply =
                            connection.post(
                                    Observatory.TRACES,
                                    "application/x-protobuf",
                                    each.body().toByteArray());
                    latencies.record(clock.nanos() - from);
                    if (reply.status() != 200) {
                        throw new IOException(
                                "observatory: %d %s (expected: 200)"
                                        .formatted(reply.status(), reply.text()));
                    }
                }
            }
        }
    }

    /** Takes room for so many. */
    private void awaitRoom(int spans) throws InterruptedException {
        long all = sent.addAndGet(spans);
        while (all - done(store.counts()) > MOST_UNWRITTEN) {
            timer.pause(LOOK);
        }
    }

    private void awaitWritten(long spans, StoreCounts before) throws InterruptedException {
        long until = clock.nanos() + PATIENCE.toNanos();
        while (done(store.counts()) - done(before) < spans) {
            if (clock.nanos() - until > 0) {
                throw new IllegalStateException(
                        "spans: not written (expected: within " + PATIENCE + ")");
            }
            timer.pause(LOOK);
        }
    }

    private static long done(StoreCounts counts) {
        return counts.stored() + counts.shed();
    }

    @Override
    public void close() {
        timer.close();
    }
}
