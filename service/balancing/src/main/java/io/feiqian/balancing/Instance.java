package io.feiqian.balancing;

import java.util.Map;

/**
 * One instance of a service, as it is listed.
 *
 * @param name its name, unique in its pool and the same again after a restart
 * @param target what it is to its user, such as an address; another target under the same name is
 *     another instance
 * @param place where it runs
 * @param weight its part of the calls beside the others' weights, 0 to {@link #MOST_WEIGHT}; 0
 *     takes none while another can
 * @param labels further facts by name, such as {@code version}
 * @param <T> what an instance is to its user
 */
public record Instance<T>(
        String name, T target, Place place, int weight, Map<String, String> labels) {
    /** The weight of what has none of its own. */
    public static final int USUAL_WEIGHT = 100;

    /** The greatest weight. */
    public static final int MOST_WEIGHT = 10_000;

    /** Refuses an empty name and a weight outside the range. */
    public Instance {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("instance: \"\" (expected: a name)");
        }
        if (weight < 0 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException(
                    "weight of %s: %d (expected: 0 to %d)".formatted(name, weight, MOST_WEIGHT));
        }
        labels = Map.copyOf(labels);
    }

    /** An instance of which only the name and the target are known. */
    public static <T> Instance<T> of(String name, T target) {
        return new Instance<>(name, target, Place.UNKNOWN, USUAL_WEIGHT, Map.of());
    }

    /** The same with this weight. */
    public Instance<T> withWeight(int newWeight) {
        return new Instance<>(name, target, place, newWeight, labels);
    }

    /** The same at this place. */
    public Instance<T> at(Place newPlace) {
        return new Instance<>(name, target, newPlace, weight, labels);
    }

    boolean isSameAs(Instance<T> other) {
        return name.equals(other.name) && target.equals(other.target);
    }
}
