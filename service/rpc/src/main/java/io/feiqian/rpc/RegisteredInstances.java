package io.feiqian.rpc;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Place;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of services by the registry: a service's name is a role. An instance says where it
 * runs and what it can bear by its labels {@code site}, {@code city} and {@code weight}; a weight
 * that cannot be read is the usual one.
 *
 * @param registry who is asked
 */
public record RegisteredInstances(Registry registry) implements ServiceInstances {
    /** A registry that answers does so within milliseconds. */
    private static final Duration FIRST_LIST = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(RegisteredInstances.class);

    @Override
    public Runnable watch(String service, Consumer<List<Instance<Endpoint>>> listener) {
        return registry.watchInstances(
                service,
                found -> listener.accept(found.stream().map(RegisteredInstances::of).toList()));
    }

    @Override
    public Duration firstList() {
        return FIRST_LIST;
    }

    static Instance<Endpoint> of(ServiceInstance found) {
        Map<String, String> labels = found.labels();
        return new Instance<>(
                found.id(),
                new Endpoint(found.id(), found.host(), found.port()),
                new Place(labels.getOrDefault("site", ""), labels.getOrDefault("city", "")),
                weight(found.id(), labels.get("weight")),
                labels);
    }

    private static int weight(String id, @org.jspecify.annotations.Nullable String text) {
        if (text == null) {
            return Instance.USUAL_WEIGHT;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > Instance.MOST_WEIGHT) {
            LOG.warn("weight of {}: {} (expected: 0 to {})", id, text, Instance.MOST_WEIGHT);
            return Instance.USUAL_WEIGHT;
        }
        return Integer.parseInt(text);
    }
}
