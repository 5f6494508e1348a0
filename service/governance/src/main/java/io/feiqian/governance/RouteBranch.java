package io.feiqian.governance;

import java.util.List;
import java.util.Map;

/**
 * Where some of the calls go.
 *
 * @param when which calls, by caller, tenant, cell, labels and parameters
 * @param percent how many of them, over 0 and up to 100, in steps of 0.01: always the same ones,
 *     told by a stable hash of {@code of}; of a call without it none
 * @param of the parameter that stays on one side, such as the customer
 * @param to one or more ways, by weight; the same value of {@code of} goes the same way
 */
public record RouteBranch(Selector when, double percent, String of, List<Way> to) {
    /** Refuses ways that lead nowhere. */
    public RouteBranch {
        if (percent <= 0 || percent > 100) {
            throw new IllegalArgumentException(
                    "percent: " + percent + " (expected: over 0 to 100)");
        }
        if (of.isEmpty() && percent < 100) {
            throw new IllegalArgumentException(
                    "of: \"\" (expected: the parameter by which " + percent + " % are told)");
        }
        if (to.isEmpty()) {
            throw new IllegalArgumentException("to: [] (expected: labels of instances)");
        }
        to = List.copyOf(to);
    }

    /** All the weights together. */
    int weights() {
        return to.stream().mapToInt(Way::weight).sum();
    }

    /**
     * Instances with these labels.
     *
     * @param weight 1 to 1000000
     * @param labels what they must have
     */
    public record Way(int weight, Map<String, String> labels) {
        /** Refuses weights out of range, and no labels. */
        public Way {
            if (weight < 1 || weight > 1_000_000) {
                throw new IllegalArgumentException(
                        "weight: " + weight + " (expected: 1 to 1000000)");
            }
            if (labels.isEmpty()) {
                throw new IllegalArgumentException("to: {} (expected: labels of instances)");
            }
            labels = Map.copyOf(labels);
        }
    }
}
