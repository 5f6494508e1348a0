package io.feiqian.simulation.fibers;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * Virtual threads that run on the thread that calls {@link #run}, one at a time, in the order in
 * which they became ready: code that blocks, as the product's does, runs under virtual time and
 * repeats exactly. A thread that such a thread starts is one of them too. Confined to one thread.
 *
 * <p>The JDK has schedulers of one's own for its own tests only; whoever runs this opens {@code
 * java.base/java.lang} to it ({@link #OPENS}).
 */
public final class Fibers {
    /** The option of the JVM that this needs. */
    public static final String OPENS = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    private final Deque<Runnable> ready = new ArrayDeque<>();
    private final Constructor<?> builders;

    /** No threads yet. */
    public Fibers() {
        try {
            builders =
                    Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                            .getDeclaredConstructor(Executor.class);
            builders.setAccessible(true);
        } catch (ReflectiveOperationException | RuntimeException closed) {
            throw new IllegalStateException(
                    "threads of the simulation: closed to it (expected: a JVM of version 25 with "
                            + OPENS
                            + ")",
                    closed);
        }
    }

    /** A thread that is not started yet. */
    public Thread unstarted(Runnable task) {
        try {
            Executor here = this::ready;
            return ((Thread.Builder) builders.newInstance(here)).unstarted(task);
        } catch (InstantiationException | IllegalAccessException | InvocationTargetException no) {
            throw new IllegalStateException("a thread of the simulation: " + no, no);
        }
    }

    /** Runs every thread until it ends or waits for something. */
    public void run() {
        Runnable next = taken();
        while (next != null) {
            next.run();
            next = taken();
        }
    }

    /** Also the JDK's own threads call this, where a real time is over. */
    private void ready(Runnable continuation) {
        synchronized (ready) {
            ready.add(continuation);
        }
    }

    private @org.jspecify.annotations.Nullable Runnable taken() {
        synchronized (ready) {
            return ready.poll();
        }
    }
}
