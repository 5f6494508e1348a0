package io.feiqian.registryspringcloud;

import io.feiqian.registry.spi.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

/**
 * Finds services in the registry (S.stack-2). Answers out of memory with what was known last,
 * whether or not the registry is reached; only the first look for a service waits, for a bounded
 * time, since until then nobody asked for it. Thread-safe.
 */
public final class RegistryDiscoveryClient implements DiscoveryClient {
    private final Registry registry;
    private final Duration firstLook;
    private final Map<String, CompletableFuture<Void>> looks = new ConcurrentHashMap<>();

    /** Over this registry; the first look for a service waits for an instance so long at most. */
    public RegistryDiscoveryClient(Registry registry, Duration firstLook) {
        this.registry = registry;
        this.firstLook = firstLook;
    }

    @Override
    public String description() {
        return "Feiqian registry";
    }

    @Override
    public List<ServiceInstance> getInstances(String serviceId) {
        Optional<String> role = ThisApplication.role(serviceId);
        if (role.isEmpty()) {
            // Another client's, perhaps: nobody can be registered here under such a name.
            return List.of();
        }
        looks.computeIfAbsent(role.get(), this::look).join();
        return registry.instances(role.get()).stream()
                .<ServiceInstance>map(each -> new DiscoveredInstance(serviceId, each))
                .toList();
    }

    /** The services that were looked for in this process, and have instances. */
    @Override
    public List<String> getServices() {
        return looks.keySet().stream()
                .filter(role -> !registry.instances(role).isEmpty())
                .sorted()
                .toList();
    }

    /** Looks for a service from now on, without waiting. */
    void expect(String serviceId) {
        ThisApplication.role(serviceId).ifPresent(role -> looks.computeIfAbsent(role, this::look));
    }

    private CompletableFuture<Void> look(String role) {
        CompletableFuture<Void> found = new CompletableFuture<>();
        Runnable end =
                registry.watchInstances(
                        role,
                        list -> {
                            if (!list.isEmpty()) {
                                found.complete(null);
                            }
                        });
        return found.completeOnTimeout(null, firstLook.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> end.run());
    }
}
