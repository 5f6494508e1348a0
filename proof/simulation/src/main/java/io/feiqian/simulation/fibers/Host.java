package io.feiqian.simulation.fibers;

import io.feiqian.simulation.SimulatedProcess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * A process in which code blocks: its threads wait for what the world answers, and end where they
 * stand when it is killed. Not thread-safe.
 */
public final class Host implements Executor, ThreadFactory {
    private final SimulatedProcess process;
    private final Fibers fibers;
    private final Consumer<Throwable> faults;
    private final Map<Long, CompletableFuture<?>> waiting = new LinkedHashMap<>();
    private long asked;

    /**
     * A living process.
     *
     * @param faults told of what a thread did not expect
     */
    public Host(SimulatedProcess process, Fibers fibers, Consumer<Throwable> faults) {
        this.process = process;
        this.fibers = fibers;
        this.faults = faults;
    }

    /** The process as far as time is concerned. */
    public SimulatedProcess process() {
        return process;
    }

    /** Whether it lives. */
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void execute(Runnable task) {
        if (isAlive()) {
            newThread(task).start();
        }
    }

    @Override
    public Thread newThread(Runnable task) {
        return fibers.unstarted(() -> {
            try {
                task.run();
            } catch (Killed end) {
                // It ended where it stood.
                return;
            } catch (RuntimeException | Error fault) {
                if (isAlive()) {
                    faults.accept(fault);
                }
            }
        });
    }

    /**
     * Holds the thread up until the world answers.
     *
     * @param begin asks, and is told where to put the answer
     * @throws Killed where the process ends before
     */
    public <T> T await(Consumer<Consumer<T>> begin) {
        requireAlive();
        CompletableFuture<T> answer = new CompletableFuture<>();
        long number = ++asked;
        waiting.put(number, answer);
        begin.accept(value ->
                process.run(() -> {
                    if (waiting.remove(number) != null) {
                        answer.complete(value);
                    }
                }));
        try {
            return answer.join();
        } catch (CancellationException | CompletionException killed) {
            throw new Killed();
        }
    }

    /** Holds the thread up for so long. */
    public void pause(long micros) {
        boolean over = await(answer -> process.later(micros, () -> answer.accept(true)));
        if (!over) {
            throw new Killed();
        }
    }

    /** Tells the world of what nobody expected. */
    public void report(Throwable fault) {
        faults.accept(fault);
    }

    /** Ends the thread where the process is dead. */
    public void requireAlive() {
        if (!isAlive()) {
            throw new Killed();
        }
    }

    /** Ends it at once, with every thread where it stands. */
    public void kill() {
        process.kill();
        List<CompletableFuture<?>> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(each -> each.cancel(false));
    }
}
