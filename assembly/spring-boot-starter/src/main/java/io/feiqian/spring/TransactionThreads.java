package io.feiqian.spring;

import io.feiqian.runtime.Timer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The timer and the threads of one service's transactions; ended with the application. */
final class TransactionThreads implements AutoCloseable {
    private final Timer timer;
    private final ExecutorService executor;

    TransactionThreads(String service) {
        this.timer = Timer.system("transactions-" + service);
        this.executor =
                Executors.newCachedThreadPool(work -> {
                    Thread thread = new Thread(work, "transactions-" + service);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    Timer timer() {
        return timer;
    }

    ExecutorService executor() {
        return executor;
    }

    @Override
    public void close() {
        timer.close();
        executor.shutdown();
    }
}
