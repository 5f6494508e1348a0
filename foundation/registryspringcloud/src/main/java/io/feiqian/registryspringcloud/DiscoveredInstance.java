package io.feiqian.registryspringcloud;

import io.feiqian.registry.ServiceInstance;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * An instance as Spring Cloud sees it: its metadata are its labels, and its zone is its site where
 * no label says otherwise.
 */
final class DiscoveredInstance implements org.springframework.cloud.client.ServiceInstance {
    private final String serviceId;
    private final ServiceInstance instance;
    private final Map<String, String> metadata;

    DiscoveredInstance(String serviceId, ServiceInstance instance) {
        this.serviceId = serviceId;
        this.instance = instance;
        Map<String, String> all = new HashMap<>(instance.labels());
        String site = all.get("site");
        if (site != null) {
            all.putIfAbsent("zone", site);
        }
        this.metadata = Map.copyOf(all);
    }

    @Override
    public String getInstanceId() {
        return instance.id();
    }

    @Override
    public String getServiceId() {
        return serviceId;
    }

    @Override
    public String getHost() {
        return instance.host();
    }

    @Override
    public int getPort() {
        return instance.port();
    }

    @Override
    public boolean isSecure() {
        return Boolean.parseBoolean(instance.labels().get(ThisApplication.SECURE));
    }

    @Override
    public String getScheme() {
        return isSecure() ? "https" : "http";
    }

    @Override
    public URI getUri() {
        return URI.create(getScheme() + "://" + instance.address());
    }

    @Override
    public Map<String, String> getMetadata() {
        return metadata;
    }

    @Override
    public String toString() {
        return serviceId + " " + instance.id() + " at " + instance.address();
    }
}
