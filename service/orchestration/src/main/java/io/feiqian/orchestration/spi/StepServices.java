package io.feiqian.orchestration.spi;

import java.util.Map;
import java.util.Optional;

/** Finds services by the names that definitions use. Thread-safe. */
@FunctionalInterface
public interface StepServices {
    /** The service of this name; empty where this process knows none. */
    Optional<StepService> named(String name);

    /** Exactly these. */
    static StepServices of(Map<String, StepService> services) {
        Map<String, StepService> all = Map.copyOf(services);
        return name -> Optional.ofNullable(all.get(name));
    }
}
