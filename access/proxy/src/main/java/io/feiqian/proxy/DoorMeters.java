package io.feiqian.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is measured of a listener: {@code feiqian.gateway.connections} (those that were let in),
 * {@code .connections.open}, {@code .connections.refused} by reason, {@code .bytes} by direction.
 * Prepared once; thread-safe.
 */
final class DoorMeters {
    private final MeterRegistry registry;
    private final List<Meter> all = new ArrayList<>();
    private final Counter entered;
    private final Counter in;
    private final Counter out;
    private final Map<ConnectionGate.Refusal, Counter> refused =
            new EnumMap<>(ConnectionGate.Refusal.class);

    DoorMeters(MeterRegistry registry, String listener, AtomicInteger open) {
        this.registry = registry;
        this.entered =
                Counter.builder("feiqian.gateway.connections")
                        .description("Connections that were let in")
                        .tag("listener", listener)
                        .register(registry);
        this.in = bytes(listener, "in");
        this.out = bytes(listener, "out");
        all.add(entered);
        all.add(
                Gauge.builder("feiqian.gateway.connections.open", open, AtomicInteger::get)
                        .description("Connections that are open")
                        .tag("listener", listener)
                        .register(registry));
        for (ConnectionGate.Refusal each : ConnectionGate.Refusal.values()) {
            Counter counter =
                    Counter.builder("feiqian.gateway.connections.refused")
                            .description("Connections that were not let in")
                            .tag("listener", listener)
                            .tag("reason", each.name())
                            .register(registry);
            refused.put(each, counter);
            all.add(counter);
        }
    }

    void entered() {
        entered.increment();
    }

    void refused(ConnectionGate.Refusal why) {
        Counter counter = refused.get(why);
        if (counter != null) {
            counter.increment();
        }
    }

    /** How often somebody was refused since the start, by reason. */
    Map<ConnectionGate.Refusal, Long> refusals() {
        Map<ConnectionGate.Refusal, Long> all = new EnumMap<>(ConnectionGate.Refusal.class);
        refused.forEach((why, counter) -> all.put(why, (long) counter.count()));
        return all;
    }

    void passed(long fromClients, long toClients) {
        in.increment((double) fromClients);
        out.increment((double) toClients);
    }

    void close() {
        for (Meter each : all) {
            var _ = registry.remove(each);
        }
    }

    private Counter bytes(String listener, String direction) {
        Counter counter =
                Counter.builder("feiqian.gateway.bytes")
                        .description("Bytes from clients (in) and to them (out)")
                        .baseUnit("bytes")
                        .tag("listener", listener)
                        .tag("direction", direction)
                        .register(registry);
        all.add(counter);
        return counter;
    }
}
