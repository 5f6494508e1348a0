package io.feiqian.rpc;

import io.feiqian.vocabulary.OutcomeCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Times the calls of one method of one service by their outcome. Thread-safe. */
final class ClientMeters {
    /** Makes those of each method. */
    @FunctionalInterface
    interface Factory {
        ClientMeters of(String service, String method);
    }

    private final @Nullable MeterRegistry registry;
    private final String service;
    private final String method;
    private final Map<OutcomeCode, Timer> timers = new ConcurrentHashMap<>();

    private ClientMeters(@Nullable MeterRegistry registry, String service, String method) {
        this.registry = registry;
        this.service = service;
        this.method = method;
    }

    static Factory none() {
        return (service, method) -> new ClientMeters(null, service, method);
    }

    static Factory in(MeterRegistry registry) {
        return (service, method) -> new ClientMeters(registry, service, method);
    }

    void ended(OutcomeCode code, long nanos) {
        MeterRegistry where = registry;
        if (where != null) {
            Timer known = timers.get(code);
            if (known == null) {
                known = timers.computeIfAbsent(code, each -> timer(where, each));
            }
            known.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private Timer timer(MeterRegistry where, OutcomeCode code) {
        return Timer.builder("feiqian.rpc.client")
                .description("Calls to services, by method and outcome")
                .tag("service", service)
                .tag("method", method)
                .tag("outcome", code.name())
                .register(where);
    }
}
