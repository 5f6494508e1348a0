package io.feiqian.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs seeds on every processor and hands their verdicts out in the order of the seeds, so that
 * what is found first does not depend on how many processors there are. For one thread.
 */
public final class Seeds implements AutoCloseable {
    private static final int AHEAD = 4;

    private final Simulation simulation;
    private final long end;
    private final int ahead;
    private final ExecutorService workers;
    private final Deque<Future<Verdict>> running = new ArrayDeque<>();
    private long nextSeed;

    /** So many seeds from the first on. */
    public Seeds(Simulation simulation, long first, int most) {
        this.simulation = simulation;
        this.nextSeed = first;
        this.end = first + most;
        int processors = Runtime.getRuntime().availableProcessors();
        this.ahead = AHEAD * processors;
        this.workers = Executors.newFixedThreadPool(processors);
    }

    /** The verdict on the next seed. */
    public Verdict next() {
        while (running.size() < ahead && nextSeed < end) {
            long seed = nextSeed++;
            running.add(workers.submit(() -> simulation.run(seed)));
        }
        Future<Verdict> first = running.remove();
        try {
            return first.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a run failed: " + failed.getCause(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
