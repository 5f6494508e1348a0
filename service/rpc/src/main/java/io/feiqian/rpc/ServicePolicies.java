package io.feiqian.rpc;

import java.util.Map;

/**
 * How services are called.
 *
 * @param usual for every service that has no policy of its own
 * @param services by the name of the service
 */
public record ServicePolicies(ServicePolicy usual, Map<String, ServicePolicy> services) {
    /** The usual policy for all. */
    public static final ServicePolicies USUAL = new ServicePolicies(ServicePolicy.USUAL, Map.of());

    /** Copies. */
    public ServicePolicies {
        services = Map.copyOf(services);
    }

    ServicePolicy of(String service) {
        return services.getOrDefault(service, usual);
    }
}
