package io.feiqian.registryspringcloud;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** The same for reactive callers: the first look for a service waits on a thread of its own. */
final class ReactiveRegistryDiscoveryClient implements ReactiveDiscoveryClient {
    private final RegistryDiscoveryClient client;

    ReactiveRegistryDiscoveryClient(RegistryDiscoveryClient client) {
        this.client = client;
    }

    @Override
    public String description() {
        return client.description() + ", reactive";
    }

    @Override
    public Flux<ServiceInstance> getInstances(String serviceId) {
        return Flux.defer(() -> Flux.fromIterable(client.getInstances(serviceId)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Flux<String> getServices() {
        return Flux.defer(() -> Flux.fromIterable(client.getServices()));
    }
}
