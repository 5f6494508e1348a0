package io.feiqian.server;

import io.feiqian.proxy.BackendConfig;
import io.feiqian.proxy.spi.BackendSource;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.CellId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The instances of a service in the registry as backends of the gateway. Labels {@code weight},
 * {@code site} and {@code city} say what they say.
 */
record RegisteredBackends(Registry registry) implements BackendSource {
    private static final String WEIGHT = "weight";
    private static final int USUAL = 100;

    @Override
    public Runnable watch(String service, Consumer<List<BackendConfig>> listener) {
        return registry.watchInstances(
                service,
                instances ->
                        listener.accept(
                                instances.stream().map(RegisteredBackends::backend).toList()));
    }

    private static BackendConfig backend(ServiceInstance instance) {
        Map<String, String> labels = instance.labels();
        String weight = labels.getOrDefault(WEIGHT, "");
        return new BackendConfig(
                instance.address(),
                Optional.of(instance.id()),
                // What another team's process says of itself must not break the gateway.
                weight.matches("\\d{1,4}") ? Integer.parseInt(weight) : USUAL,
                labels.getOrDefault("site", ""),
                labels.getOrDefault("city", ""),
                instance.cell().map(CellId::toString).orElse(""),
                labels);
    }
}
