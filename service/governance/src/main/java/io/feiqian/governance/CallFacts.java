package io.feiqian.governance;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A call as a value: for records of calls, and for whoever has the facts at hand. Begin with {@link
 * #of} and add what there is.
 *
 * @param service the service
 * @param method the method
 * @param caller who calls
 * @param tenant the tenant
 * @param cell the cell that is called
 * @param labels labels that travel with the call
 * @param parameters fields of the request
 * @param priority what is given up last
 * @param remaining until the deadline; empty for none
 * @param items pieces of work, 1 or more
 */
public record CallFacts(
        String service,
        String method,
        String caller,
        String tenant,
        String cell,
        Map<String, String> labels,
        Map<String, String> parameters,
        Priority priority,
        Optional<Duration> remaining,
        int items)
        implements Call {
    /** Refuses a call of nothing. */
    public CallFacts {
        if (items < 1) {
            throw new IllegalArgumentException("items: " + items + " (expected: >= 1)");
        }
        labels = Map.copyOf(labels);
        parameters = Map.copyOf(parameters);
    }

    /** A call of which nothing else is known. */
    public static CallFacts of(String service, String method) {
        return new CallFacts(
                service,
                method,
                "",
                "",
                "",
                Map.of(),
                Map.of(),
                Priority.NORMAL,
                Optional.empty(),
                1);
    }

    /** The same from this caller. */
    public CallFacts from(String newCaller) {
        return new CallFacts(
                service,
                method,
                newCaller,
                tenant,
                cell,
                labels,
                parameters,
                priority,
                remaining,
                items);
    }

    /** The same for this tenant. */
    public CallFacts ofTenant(String newTenant) {
        return new CallFacts(
                service,
                method,
                caller,
                newTenant,
                cell,
                labels,
                parameters,
                priority,
                remaining,
                items);
    }

    /** The same to this cell. */
    public CallFacts toCell(String newCell) {
        return new CallFacts(
                service,
                method,
                caller,
                tenant,
                newCell,
                labels,
                parameters,
                priority,
                remaining,
                items);
    }

    /** The same with these labels. */
    public CallFacts labelled(Map<String, String> newLabels) {
        return new CallFacts(
                service,
                method,
                caller,
                tenant,
                cell,
                newLabels,
                parameters,
                priority,
                remaining,
                items);
    }

    /** The same with these fields. */
    public CallFacts with(Map<String, String> newParameters) {
        return new CallFacts(
                service,
                method,
                caller,
                tenant,
                cell,
                labels,
                newParameters,
                priority,
                remaining,
                items);
    }

    /** The same with this priority. */
    public CallFacts at(Priority newPriority) {
        return new CallFacts(
                service,
                method,
                caller,
                tenant,
                cell,
                labels,
                parameters,
                newPriority,
                remaining,
                items);
    }

    /** The same until then. */
    public CallFacts within(Duration newRemaining) {
        return new CallFacts(
                service,
                method,
                caller,
                tenant,
                cell,
                labels,
                parameters,
                priority,
                Optional.of(newRemaining),
                items);
    }

    /** The same with so many pieces of work. */
    public CallFacts ofItems(int newItems) {
        return new CallFacts(
                service,
                method,
                caller,
                tenant,
                cell,
                labels,
                parameters,
                priority,
                remaining,
                newItems);
    }

    @Override
    public String label(String name) {
        return labels.getOrDefault(name, "");
    }

    @Override
    public String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    @Override
    public long remainingNanos() {
        return remaining.map(Duration::toNanos).orElse(Long.MAX_VALUE);
    }
}
