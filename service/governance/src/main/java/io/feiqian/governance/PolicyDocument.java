package io.feiqian.governance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All policies of a system, as operators write them. Immutable.
 *
 * @param version of the whole, 1 or more
 * @param policies in the order written, which means nothing
 */
public record PolicyDocument(int version, List<Policy> policies) {
    /** More policies than anybody can oversee. */
    static final int MOST = 5_000;

    /** What holds where nothing was published yet. */
    public static final PolicyDocument NONE = new PolicyDocument(0, List.of());

    /** Refuses what contradicts itself, naming both that do. */
    public PolicyDocument {
        if (version < 0) {
            throw new PolicyException("version: " + version + " (expected: >= 0)");
        }
        if (policies.size() > MOST) {
            throw new PolicyException(
                    "policies: " + policies.size() + " (expected: at most " + MOST + ")");
        }
        policies = List.copyOf(policies);
        refuseContradictions(policies);
    }

    /**
     * Reads a document.
     *
     * @throws PolicyException where it is no JSON, has a field that is not known, a value that
     *     makes no sense, or contradicts itself; says where, what came and what was expected
     */
    public static PolicyDocument parse(String json) {
        return PolicyReader.read(json);
    }

    /**
     * The document of a version whose policies came as JSON, such as from a configuration centre;
     * {@link #NONE} for version 0 without any.
     *
     * @throws PolicyException as {@link #parse}
     */
    public static PolicyDocument of(int version, JsonNode policies) {
        return version == 0 && policies.isEmpty()
                ? NONE
                : parse("{\"version\": %d, \"policies\": %s}".formatted(version, policies));
    }

    private static void refuseContradictions(List<Policy> policies) {
        Map<String, Policy> byId = new HashMap<>();
        for (Policy each : policies) {
            if (byId.put(each.ref().id(), each) != null) {
                throw new PolicyException(
                        "policies: two with id " + each.ref().id() + " (expected: one)");
            }
        }
        long labels =
                policies.stream()
                        .filter(each -> each.rule() instanceof LabelRule)
                        .map(Policy::ring)
                        .distinct()
                        .count();
        if (labels > LabelRule.MOST_NAMES) {
            throw new PolicyException(
                    "policies: %d labels (expected: at most %d names of labels)"
                            .formatted(labels, LabelRule.MOST_NAMES));
        }
        Map<String, Rule.Quota> quotas = new HashMap<>();
        Map<String, List<Policy>> rivals = new HashMap<>();
        for (Policy each : policies) {
            if (each.rule() instanceof Rule.Quota quota) {
                Rule.Quota known = quotas.putIfAbsent(quota.name(), quota);
                if (known != null && !known.equals(quota)) {
                    throw new PolicyException(
                            "policies: quota "
                                    + quota.name()
                                    + " is said to be "
                                    + known
                                    + " and "
                                    + quota
                                    + " (expected: the same everywhere)");
                }
            }
            List<Policy> others =
                    rivals.computeIfAbsent(each.ring(), any -> new java.util.ArrayList<>());
            others.forEach(other -> refuseBoth(other, each));
            others.add(each);
        }
    }

    private static void refuseBoth(Policy one, Policy other) {
        if (one.sides().stream().anyMatch(other.sides()::contains)
                && Selector.MOST_SPECIFIC_FIRST.compare(one.selector(), other.selector()) == 0
                && one.selector().meets(other.selector())) {
            throw new PolicyException(
                    "policies: %s and %s can both be for one call (expected: one more specific, or"
                                    .formatted(one.ref().id(), other.ref().id())
                            + " another group)");
        }
    }
}
