package io.feiqian.participant;

import io.feiqian.participant.spi.ServiceChannel;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Services of one process reach each other by a call. Thread-safe; for services with two databases
 * in one program, and for tests.
 */
public final class LocalChannel implements ServiceChannel {
    private final Map<String, GlobalTransactions> services = new ConcurrentHashMap<>();

    /** Makes a service reachable. */
    public void add(GlobalTransactions service) {
        services.put(service.service(), service);
    }

    /** Makes a service unreachable. */
    public void remove(GlobalTransactions service) {
        services.remove(service.service(), service);
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        GlobalTransactions there = services.get(service);
        return there == null
                ? unreachable(service)
                : CompletableFuture.completedFuture(there.finish(orders));
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        GlobalTransactions there = services.get(initiator);
        if (there == null) {
            return unreachable(initiator);
        }
        try {
            return CompletableFuture.completedFuture(there.answer(inquiry));
        } catch (SQLException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private static <T> CompletionStage<T> unreachable(String service) {
        return CompletableFuture.failedFuture(
                new IllegalStateException(
                        "service: " + service + " (expected: one of this process)"));
    }
}
