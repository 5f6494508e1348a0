package io.feiqian.participant;

import io.feiqian.participant.ServicePicture.RaisedAlarm;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** When it was raised, how often it was met, and what the last one said. */
    private record Raised(long at, int times, String message) {
        Raised again(String latest) {
            return new Raised(at, times + 1, latest);
        }
    }

    private final ServiceAlarms alarms;
    private final Clock clock;

    /** When each was raised, the oldest first; guarded by itself. */
    private final Map<Thing, Raised> raised =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Thing, Raised> eldest) {
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
            Raised before = raised.get(thing);
            if (before != null && now - before.at() < AGAIN_AFTER.toNanos()) {
                raised.put(thing, before.again(message));
                return;
            }
            raised.remove(thing);
            raised.put(thing, new Raised(now, before == null ? 1 : before.times() + 1, message));
        }
        try {
            alarms.raise(kind, trace, message);
        } catch (RuntimeException failed) {
            // Whoever is to call an operator must not stop what he would be called for.
            LOG.error("alarm {} of {} could not be raised: {}", kind, trace, message, failed);
        }
    }

    /** What was raised of a transaction, as far as it is remembered. */
    List<RaisedAlarm> of(TraceNumber trace) {
        List<RaisedAlarm> alarms = new ArrayList<>();
        synchronized (raised) {
            raised.forEach((thing, last) -> {
                if (thing.trace().filter(trace::equals).isPresent()) {
                    alarms.add(new RaisedAlarm(thing.kind(), last.times(), last.message()));
                }
            });
        }
        return alarms;
    }
}
