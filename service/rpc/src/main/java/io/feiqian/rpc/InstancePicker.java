package io.feiqian.rpc;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.CellId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Picks one instance of a cell after the other (round robin, D5.5-e), passing over those that
 * failed a moment ago unless there is no other. Thread-safe.
 */
final class InstancePicker {
    private final CellInstances instances;
    private final Channels channels;
    private final Clock clock;
    private final Map<CellId, AtomicInteger> turns = new ConcurrentHashMap<>();
    private final Map<Endpoint, Long> penalisedUntil = new ConcurrentHashMap<>();
    private final Map<CellId, List<Endpoint>> known = new ConcurrentHashMap<>();

    InstancePicker(CellInstances instances, Channels channels, Clock clock) {
        this.instances = instances;
        this.channels = channels;
        this.clock = clock;
    }

    /** The next instance of the cell that is not among these; empty where there is none. */
    Optional<Endpoint> pick(CellId cell, Set<Endpoint> tried) {
        List<Endpoint> present = instances.of(cell);
        forgetVanished(cell, present);
        int turn =
                turns.computeIfAbsent(cell, id -> new AtomicInteger()).getAndIncrement()
                        & Integer.MAX_VALUE;
        Optional<Endpoint> penalised = Optional.empty();
        for (int i = 0; i < present.size(); i++) {
            Endpoint each = present.get((turn + i) % present.size());
            if (tried.contains(each)) {
                continue;
            }
            if (!isPenalised(each)) {
                return Optional.of(each);
            }
            if (penalised.isEmpty()) {
                penalised = Optional.of(each);
            }
        }
        return penalised;
    }

    void failed(Endpoint endpoint) {
        penalisedUntil.put(endpoint, clock.nanos() + channels.config().penalty().toNanos());
    }

    void worked(Endpoint endpoint) {
        if (!penalisedUntil.isEmpty()) {
            penalisedUntil.remove(endpoint);
        }
    }

    private boolean isPenalised(Endpoint endpoint) {
        Long until = penalisedUntil.get(endpoint);
        if (until == null) {
            return false;
        }
        if (until - clock.nanos() > 0) {
            return true;
        }
        // The penalty is over, the connection's own pause may not be: it is to be tried now.
        if (penalisedUntil.remove(endpoint, until)) {
            channels.to(endpoint).resetConnectBackoff();
        }
        return false;
    }

    private void forgetVanished(CellId cell, List<Endpoint> present) {
        List<Endpoint> before = known.get(cell);
        if (present.equals(before)) {
            return;
        }
        known.put(cell, List.copyOf(present));
        if (before != null) {
            for (Endpoint each : before) {
                if (!present.contains(each)) {
                    channels.close(each);
                    penalisedUntil.remove(each);
                }
            }
        }
    }
}
