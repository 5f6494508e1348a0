package io.feiqian.participant;

import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a service's transactions call an operator. Thread-safe; must not block. */
@FunctionalInterface
public interface ServiceAlarms {
    /** Why an operator is called. */
    enum Kind {
        /** Repeated again and again without success; goes on being repeated. */
        UNFINISHED,
        /** Two durable facts contradict each other; stopped. */
        CONTRADICTION,
        /** A row that is to be restored was written past the locks; stopped. */
        DIRTY_ROW,
        /** A confirm found no branch; not acknowledged, and repeated (unknown-branch). */
        UNKNOWN_BRANCH
    }

    /** Calls an operator. */
    void raise(Kind kind, Optional<TraceNumber> trace, String message);

    /** Alarms as lines of the log. */
    static ServiceAlarms logged() {
        Logger log = LoggerFactory.getLogger(ServiceAlarms.class);
        return (kind, trace, message) ->
                log.error(
                        "alarm {} of {}: {}",
                        kind,
                        trace.map(Object::toString).orElse("-"),
                        message);
    }
}
