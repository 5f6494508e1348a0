package io.feiqian.governance;

import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.Release.Served;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A release as it stands in the document of releases: from the instances that have not the label to
 * those that have it, for a growing share of the customers (P6.2.2.2-a, B6.4-a). The customers of
 * the share get the label where they come into the system. Immutable.
 *
 * @param id its name; another one has other customers first
 * @param services whose instances change, by the names under which they are registered
 * @param label the label of B's instances and customers, such as {@code version}
 * @param value what it is there, such as {@code b}
 * @param applies which requests can get the label
 * @param of the parameters by which customers are told, the first that a request has
 * @param plan how it goes
 * @param phase what it is in
 * @param step the number of the step, from 0
 * @param why why it is so, for people
 * @param ofA what A last did in a step with enough calls
 */
public record GrayRelease(
        String id,
        Set<String> services,
        String label,
        String value,
        Selector applies,
        List<String> of,
        Release.Plan plan,
        Phase phase,
        int step,
        String why,
        Optional<Served> ofA) {
    /** Refuses a release of nothing, of nobody, or in a step that there is not. */
    public GrayRelease {
        var unused = new PolicyRef(id, 1);
        TravellingLabel.requireWord("to", label);
        TravellingLabel.requireWord("to." + label, value);
        services = Set.copyOf(services);
        of = List.copyOf(of);
        if (services.isEmpty()) {
            throw new IllegalArgumentException("service: none (expected: whose instances change)");
        }
        if (of.isEmpty()) {
            throw new IllegalArgumentException(
                    "of: [] (expected: the parameters by which customers are told)");
        }
        if (step < 0 || step >= plan.steps().size()) {
            throw new IllegalArgumentException(
                    "step: %d (expected: 0 to %d)".formatted(step, plan.steps().size() - 1));
        }
    }

    /** Whether it is still under way. */
    public boolean isUnderWay() {
        return phase == Phase.RUNNING || phase == Phase.PAUSED;
    }

    /** The percentage of the customers that get the label. */
    public double percent() {
        return phase == Phase.ROLLED_BACK
                ? 0
                : phase == Phase.COMPLETE ? 100 : plan.steps().get(step);
    }

    /** Its label as instances have it. */
    Map<String, String> to() {
        return Map.of(label, value);
    }

    /** The state machine in this state, with its step observed from now on. */
    Release from(long nowNanos, Release.Counted counted) {
        return new Release(plan, phase, step, nowNanos, counted, ofA, why);
    }
}
