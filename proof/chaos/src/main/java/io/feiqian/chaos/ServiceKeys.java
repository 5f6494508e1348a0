package io.feiqian.chaos;

import io.feiqian.participant.ContextKeys;
import io.feiqian.runtime.Randomness;

/** The keys that sign contexts between the services of a run. */
final class ServiceKeys {
    private ServiceKeys() {}

    /** A line of a key file with a new key. */
    static String line(Randomness random) {
        return "1 %016x%016x%016x%016x%n"
                .formatted(
                        random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    /** Keys for one who never calls anybody. */
    static ContextKeys any() {
        return ContextKeys.of(line(Randomness.secure()));
    }
}
