package io.feiqian.governance;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which calls a policy is for: those that fulfil every condition; a condition that is empty is
 * none.
 *
 * <p>The more conditions, the more specific; where two have equally many, the one decides that has
 * the first of: parameters, labels, caller, tenant, method, service, cell.
 *
 * @param services any of these
 * @param methods any of these
 * @param callers any of these
 * @param tenants any of these
 * @param cells any of these
 * @param labels each of these has one of its values
 * @param parameters each of these has one of its values
 */
public record Selector(
        Set<String> services,
        Set<String> methods,
        Set<String> callers,
        Set<String> tenants,
        Set<String> cells,
        Map<String, Set<String>> labels,
        Map<String, Set<String>> parameters) {
    /** Every call. */
    public static final Selector ALL =
            new Selector(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Map.of(), Map.of());

    /** The more specific one first; equal where both have the same kinds of conditions. */
    static final Comparator<Selector> MOST_SPECIFIC_FIRST =
            Comparator.comparingInt(Selector::conditions)
                    .thenComparingInt(Selector::kinds)
                    .reversed()
                    .thenComparing(each -> each.parameters.keySet().toString())
                    .thenComparing(each -> each.labels.keySet().toString());

    /** Refuses a method of no service: it would mean another thing in each. */
    public Selector {
        if (!methods.isEmpty() && services.isEmpty()) {
            throw new IllegalArgumentException(
                    "method: " + methods + " (expected: the service too)");
        }
        services = Set.copyOf(services);
        methods = Set.copyOf(methods);
        callers = Set.copyOf(callers);
        tenants = Set.copyOf(tenants);
        cells = Set.copyOf(cells);
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }

    /** Every call of a service. */
    public static Selector ofService(String service) {
        return new Selector(
                Set.of(service), Set.of(), Set.of(), Set.of(), Set.of(), Map.of(), Map.of());
    }

    /** Whether it is for this call. */
    public boolean matches(Call call) {
        return matchesMethod(call.service(), call.method()) && matchesRest(call);
    }

    /** What is known of a method before it is called. */
    boolean matchesMethod(String service, String method) {
        return (services.isEmpty() || services.contains(service))
                && (methods.isEmpty() || methods.contains(method));
    }

    /** What differs from call to call. */
    boolean matchesRest(Call call) {
        if (!(callers.isEmpty() || callers.contains(call.caller()))
                || !(tenants.isEmpty() || tenants.contains(call.tenant()))
                || !(cells.isEmpty() || cells.contains(call.cell()))) {
            return false;
        }
        // Most policies have neither; an iterator is more than they should cost.
        if (!labels.isEmpty()) {
            for (Map.Entry<String, Set<String>> each : labels.entrySet()) {
                if (!each.getValue().contains(call.label(each.getKey()))) {
                    return false;
                }
            }
        }
        if (!parameters.isEmpty()) {
            for (Map.Entry<String, Set<String>> each : parameters.entrySet()) {
                if (!each.getValue().contains(call.parameter(each.getKey()))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether it depends on the method alone. */
    boolean isDecidedByMethod() {
        return callers.isEmpty()
                && tenants.isEmpty()
                && cells.isEmpty()
                && labels.isEmpty()
                && parameters.isEmpty();
    }

    /** Whether one call can be meant by both, of two that are equally specific. */
    boolean meets(Selector other) {
        return meet(services, other.services)
                && meet(methods, other.methods)
                && meet(callers, other.callers)
                && meet(tenants, other.tenants)
                && meet(cells, other.cells)
                && meet(labels, other.labels)
                && meet(parameters, other.parameters);
    }

    private static boolean meet(Set<String> one, Set<String> other) {
        return (one.isEmpty() && other.isEmpty()) || !Collections.disjoint(one, other);
    }

    private static boolean meet(Map<String, Set<String>> one, Map<String, Set<String>> other) {
        return one.entrySet().stream()
                .allMatch(
                        each -> meet(each.getValue(), other.getOrDefault(each.getKey(), Set.of())));
    }

    private int conditions() {
        return one(services)
                + one(methods)
                + one(callers)
                + one(tenants)
                + one(cells)
                + labels.size()
                + parameters.size();
    }

    private int kinds() {
        return (parameters.isEmpty() ? 0 : 64)
                + (labels.isEmpty() ? 0 : 32)
                + 16 * one(callers)
                + 8 * one(tenants)
                + 4 * one(methods)
                + 2 * one(services)
                + one(cells);
    }

    private static int one(Set<String> values) {
        return values.isEmpty() ? 0 : 1;
    }
}
