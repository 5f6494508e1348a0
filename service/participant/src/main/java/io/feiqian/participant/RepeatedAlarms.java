package io.feiqian.participant;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls an operator once for the same thing, and again after an hour: what is repeated for ever
 * would call for ever. Remembers the last thousand. Thread-safe.
 */
final class RepeatedAlarms implements ServiceAlarms {
    private static final Duration AGAIN_AFTER = Duration.ofHours(1);
    private static final int MOST = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(RepeatedAlarms.class);

    private record Thing(Kind kind, Optional<TraceNumber> trace) {}

    private final ServiceAlarms alarms;
    private final Clock clock;

    /** When each was raised, the oldest first; guarded by itself. */
    private final Map<Thing, Long> raised =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Thing, Long> eldest) {
                    return size() > MOST;
                }
            };

    RepeatedAlarms(ServiceAlarms alarms, Clock clock) {
        this.alarms = alarms;
        this.clock = clock;
    }

    @Override
    public void raise(Kind kind, Optional<TraceNumber> trace, String message) {
        Thing thing = new Thing(kind, trace);
        long now = clock.nanos();
        synchronized (raised) {
            Long before = raised.get(thing);
            if (before != null && now - before < AGAIN_AFTER.toNanos()) {
                return;
            }
            raised.remove(thing);
            raised.put(thing, now);
        }
        try {
            alarms.raise(kind, trace, message);
        } catch (RuntimeException failed) {
            // Whoever is to call an operator must not stop what he would be called for.
            LOG.error("alarm {} of {} could not be raised: {}", kind, trace, message, failed);
        }
    }
}
