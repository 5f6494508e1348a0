package io.feiqian.governance;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Which instances serve a call: a pure function of the instances there are. The same rule gives the
 * same object, so that who has many calls may keep what {@link #among} said for as long as the list
 * of instances is the same. Immutable.
 */
public final class Destination {
    /** Anywhere. */
    public static final Destination ANYWHERE = new Destination();

    private final Optional<PolicyRef> policy;
    private final Map<String, String> labels;
    private final Map<String, String> base;
    private final List<Map<String, String>> others;
    private final List<Map<String, String>> shield;

    private Destination() {
        policy = Optional.empty();
        labels = Map.of();
        base = Map.of();
        others = List.of();
        shield = List.of();
    }

    /** Of a release: these instances, and otherwise those that have none of the other labels. */
    Destination(Map<String, String> labels, List<Map<String, String>> others) {
        this.policy = Optional.empty();
        this.labels = labels;
        this.base = Map.of();
        this.others = others;
        this.shield = List.of();
    }

    Destination(PolicyRef policy, Map<String, String> labels, Rule.Route route) {
        this.policy = Optional.of(policy);
        this.labels = labels;
        this.base = route.base();
        this.others =
                route.branches().stream()
                        .flatMap(branch -> branch.to().stream())
                        .map(RouteBranch.Way::labels)
                        .filter(each -> !each.equals(route.base()))
                        .distinct()
                        .toList();
        this.shield = route.shield();
    }

    /** Which policy says so; empty where none does. */
    public Optional<PolicyRef> policy() {
        return policy;
    }

    /** The labels that are wanted; empty for the base. */
    public Map<String, String> labels() {
        return labels;
    }

    /**
     * The instances for the call. Shielded ones never. Of the others those with the labels wanted;
     * where there are none, those of the base (its labels, or, where it has none, those that no
     * rule names); where there are none either, all, since an answer of another version is better
     * than none. Empty only where there is no instance that is not shielded.
     *
     * @param label the label of this name of an instance, empty for none; {@code id} is its name
     */
    public <T> List<T> among(List<T> instances, BiFunction<T, String, String> label) {
        if (this == ANYWHERE) {
            return instances;
        }
        List<T> open =
                shield.isEmpty()
                        ? instances
                        : instances.stream()
                                .filter(each -> shield.stream().noneMatch(s -> has(each, s, label)))
                                .toList();
        if (!labels.isEmpty()) {
            List<T> wanted = open.stream().filter(each -> has(each, labels, label)).toList();
            if (!wanted.isEmpty()) {
                return wanted;
            }
        }
        List<T> ofBase =
                open.stream()
                        .filter(each ->
                                base.isEmpty()
                                        ? others.stream().noneMatch(o -> has(each, o, label))
                                        : has(each, base, label))
                        .toList();
        return ofBase.isEmpty() ? open : ofBase;
    }

    @Override
    public String toString() {
        return "Destination" + labels;
    }

    private static <T> boolean has(
            T instance, Map<String, String> labels, BiFunction<T, String, String> label) {
        for (Map.Entry<String, String> each : labels.entrySet()) {
            if (!each.getValue().equals(label.apply(instance, each.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
