package io.feiqian.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.MicroBatcher.Handler;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.MicroBatcher.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class MicroBatcherTest {
    /** Holds the worker inside the first batch until it is let go. */
    private static final class Gate implements Handler<String> {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void handle(List<String> batch) {
            batches.add(List.copyOf(batch));
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }

        @Override
        public void onFault(List<String> batch, Throwable fault) {
            throw new AssertionError(fault);
        }
    }

    @Test
    void whatArrivesDuringABatchBecomesTheNextOne() throws Exception {
        Gate gate = new Gate();
        try (MicroBatcher<String> batcher =
                new MicroBatcher<>(new Limits(10, 10, 10), gate, Thread::new)) {
            assertThat(batcher.offer("first", Lane.NEW)).isTrue();
            gate.entered.await();
            assertThat(batcher.offer("a", Lane.NEW)).isTrue();
            assertThat(batcher.offer("b", Lane.NEW)).isTrue();
            assertThat(batcher.waiting()).isEqualTo(2);
            gate.leave.countDown();
        }
        assertThat(gate.batches).containsExactly(List.of("first"), List.of("a", "b"));
    }

    @Test
    void finishingGoesFirstAndIsTakenWhenNewIsRefused() throws Exception {
        Gate gate = new Gate();
        try (MicroBatcher<String> batcher =
                new MicroBatcher<>(new Limits(2, 1, 3), gate, Thread::new)) {
            assertThat(batcher.offer("first", Lane.NEW)).isTrue();
            gate.entered.await();
            assertThat(batcher.offer("new", Lane.NEW)).isTrue();
            assertThat(batcher.offer("too many", Lane.NEW)).isFalse();
            assertThat(batcher.offer("confirm 1", Lane.FINISHING)).isTrue();
            assertThat(batcher.offer("confirm 2", Lane.FINISHING)).isTrue();
            assertThat(batcher.offer("confirm 3", Lane.FINISHING)).isTrue();
            assertThat(batcher.offer("confirm 4", Lane.FINISHING)).isFalse();
            gate.leave.countDown();
        }
        assertThat(gate.batches)
                .containsExactly(
                        List.of("first"),
                        List.of("confirm 1", "confirm 2"),
                        List.of("confirm 3", "new"));
    }

    @Test
    void anItemTakenWhileClosingIsHandledAndOneAfterTheEndIsRefused() throws Exception {
        Gate gate = new Gate();
        MicroBatcher<String> batcher =
                new MicroBatcher<>(new Limits(10, 10, 10), gate, Thread::new);
        assertThat(batcher.offer("first", Lane.NEW)).isTrue();
        gate.entered.await();
        Thread closer = new Thread(batcher::close);
        closer.start();
        while (!batcher.isClosing()) {
            Thread.onSpinWait();
        }
        assertThat(batcher.offer("late new", Lane.NEW)).isFalse();
        assertThat(batcher.offer("late confirm", Lane.FINISHING)).isTrue();
        gate.leave.countDown();
        closer.join();
        assertThat(gate.batches).containsExactly(List.of("first"), List.of("late confirm"));
        assertThat(batcher.offer("after the end", Lane.FINISHING)).isFalse();
    }

    @Test
    void everyItemThatWasTakenIsHandledOnceWhoeverClosesMeanwhile() throws Exception {
        for (int round = 0; round < 200; round++) {
            AtomicInteger handled = new AtomicInteger();
            AtomicInteger taken = new AtomicInteger();
            MicroBatcher<Integer> batcher =
                    new MicroBatcher<>(
                            new Limits(3, 1000, 1000),
                            Collections.nCopies(1 + round % 3, counting(handled)),
                            (item, keys) -> keys.accept(item),
                            Thread::new);
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                Lane lane = caller == 0 ? Lane.NEW : Lane.FINISHING;
                Thread thread =
                        new Thread(() -> {
                            awaitQuietly(start);
                            for (int i = 0; i < 100; i++) {
                                if (batcher.offer(i, lane)) {
                                    taken.incrementAndGet();
                                }
                            }
                        });
                callers.add(thread);
                thread.start();
            }
            start.countDown();
            batcher.close();
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(handled.get()).isEqualTo(taken.get());
        }
    }

    @Test
    void aSecondWorkerTakesUpWhatArrivesWhileTheFirstIsHeldUp() throws Exception {
        Gate held = new Gate();
        Gate free = new Gate();
        free.leave.countDown();
        try (MicroBatcher<String> batcher =
                new MicroBatcher<>(
                        new Limits(10, 10, 10),
                        List.of(held, free),
                        (item, keys) -> {},
                        Thread::new)) {
            for (int i = 0; held.entered.getCount() > 0; i++) {
                batcher.offer("to begin with " + i, Lane.FINISHING);
                Thread.onSpinWait();
            }
            assertThat(batcher.offer("urgent", Lane.NEW)).isTrue();
            while (batcher.waiting() > 0) {
                Thread.onSpinWait();
            }
            held.leave.countDown();
        }
        assertThat(held.batches).hasSize(1);
        assertThat(free.batches.get(free.batches.size() - 1)).contains("urgent");
    }

    @Test
    void itemsThatWouldWaitForTheOtherWorkersBatchAreNotMixedWithOnesThatWouldNot()
            throws Exception {
        Gate first = new Gate();
        Gate second = new Gate();
        try (MicroBatcher<String> batcher =
                new MicroBatcher<>(
                        new Limits(10, 10, 10),
                        List.of(first, second),
                        (item, keys) -> keys.accept(item.charAt(0)),
                        Thread::new)) {
            batcher.offer("x1", Lane.NEW);
            while (first.entered.getCount() + second.entered.getCount() == 2) {
                Thread.onSpinWait();
            }
            Gate holdsX = first.entered.getCount() == 0 ? first : second;
            Gate other = holdsX == first ? second : first;
            batcher.offer("z1", Lane.NEW);
            other.entered.await();
            List.of("y1", "x2", "x3", "y2", "y3").forEach(each -> batcher.offer(each, Lane.NEW));
            other.leave.countDown();
            while (batcher.waiting() > 0) {
                Thread.onSpinWait();
            }
            holdsX.leave.countDown();
            assertThat(other.batches.get(1)).containsExactly("y1", "y2", "y3");
        }
        assertThat(first.batches.size() + second.batches.size()).isEqualTo(4);
    }

    @Test
    void noWorkerEndsBeforeTheBatcherIsClosedHoweverItemsComeAndGo() throws Exception {
        List<Thread> workers = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger handled = new AtomicInteger();
        try (MicroBatcher<Integer> batcher =
                new MicroBatcher<>(
                        new Limits(512, 1_000, 1_000),
                        List.of(counting(handled), counting(handled)),
                        (item, keys) -> {},
                        run -> {
                            Thread worker = new Thread(run);
                            workers.add(worker);
                            return worker;
                        })) {
            int offered = 0;
            for (int burst = 0; burst < 3_000; burst++) {
                for (int i = 0; i < 70 + burst % 30; i++) {
                    offered += batcher.offer(i, Lane.NEW) ? 1 : 0;
                }
                while (handled.get() < offered) {
                    Thread.onSpinWait();
                }
            }
            assertThat(workers).hasSize(2).allMatch(Thread::isAlive);
        }
    }

    @Test
    void aFaultIsReportedWithItsBatchAndTheWorkerGoesOn() {
        List<String> faults = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch handled = new CountDownLatch(1);
        try (MicroBatcher<String> batcher =
                new MicroBatcher<>(
                        new Limits(1, 10, 10),
                        new Handler<>() {
                            @Override
                            public void handle(List<String> batch) {
                                if (batch.contains("bad")) {
                                    throw new IllegalStateException("no");
                                }
                                handled.countDown();
                            }

                            @Override
                            public void onFault(List<String> batch, Throwable fault) {
                                faults.add(batch + " " + fault.getMessage());
                                throw new IllegalStateException("reporting fails too");
                            }
                        },
                        Thread::new)) {
            assertThat(batcher.offer("bad", Lane.NEW)).isTrue();
            assertThat(batcher.offer("good", Lane.NEW)).isTrue();
        }
        assertThat(handled.getCount()).isZero();
        assertThat(faults).containsExactly("[bad] no");
    }

    @Test
    void aHandlerThatCannotWorkMayTakeWhatWaits() throws Exception {
        Gate gate = new Gate();
        try (MicroBatcher<String> batcher =
                new MicroBatcher<>(new Limits(10, 10, 10), gate, Thread::new)) {
            assertThat(batcher.offer("first", Lane.NEW)).isTrue();
            gate.entered.await();
            assertThat(batcher.offer("a", Lane.NEW)).isTrue();
            assertThat(batcher.offer("b", Lane.FINISHING)).isTrue();
            List<String> seen = new ArrayList<>();
            batcher.forEachWaiting(seen::add);
            assertThat(seen).containsExactly("b", "a");
            assertThat(batcher.takeWaiting()).containsExactly("b", "a");
            assertThat(batcher.waiting()).isZero();
            gate.leave.countDown();
        }
        assertThat(gate.batches).containsExactly(List.of("first"));
    }

    private static Handler<Integer> counting(AtomicInteger handled) {
        return new Handler<>() {
            @Override
            public void handle(List<Integer> batch) {
                handled.addAndGet(batch.size());
            }

            @Override
            public void onFault(List<Integer> batch, Throwable fault) {
                throw new AssertionError(fault);
            }
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
