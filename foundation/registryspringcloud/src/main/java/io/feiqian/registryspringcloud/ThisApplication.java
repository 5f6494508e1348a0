package io.feiqian.registryspringcloud;

import io.feiqian.registry.ServiceInstance;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.core.env.Environment;

/**
 * This application as it is registered. Its port is known once its web server listens, and 0
 * before. Immutable but for that; thread-safe.
 */
final class ThisApplication implements Registration {
    /** The label that says that an instance is reached by TLS. */
    static final String SECURE = "secure";

    private final RegistryProperties properties;
    private final Environment environment;
    private final String serviceId;
    private final String host;

    ThisApplication(RegistryProperties properties, Environment environment) {
        this.properties = properties;
        this.environment = environment;
        this.serviceId = environment.getProperty("spring.application.name", "");
        this.host = properties.host().isEmpty() ? machine() : properties.host();
        role();
    }

    /** What it is called in the registry. */
    String role() {
        return role(serviceId)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "spring.application.name: %s (expected: 1 to 64 letters, digits,"
                                                .formatted(serviceId)
                                        + " points, hyphens)"));
    }

    /** What a service is called in the registry; empty where none can be called so. */
    static Optional<String> role(String serviceId) {
        String role = serviceId.toLowerCase(Locale.ROOT);
        return role.matches("[a-z0-9][a-z0-9.-]{0,63}") ? Optional.of(role) : Optional.empty();
    }

    /** The name of this process among those who look for a service. */
    String process() {
        return shortened(serviceId + "-" + host + "-" + ProcessHandle.current().pid());
    }

    /** Where what the registry said last is kept. */
    Path snapshot() {
        return properties.snapshot().isEmpty()
                ? Path.of(
                        System.getProperty("user.home", "."),
                        ".feiqian",
                        "registry",
                        "%s-%s.json"
                                .formatted(role(), environment.getProperty("server.port", "8080")))
                : Path.of(properties.snapshot());
    }

    /** As it is to be registered; empty where it serves nothing that could be called. */
    Optional<ServiceInstance> instance() {
        if (getPort() < 1) {
            return Optional.empty();
        }
        return Optional.of(
                new ServiceInstance(
                        role(), Optional.empty(), getInstanceId(), host, getPort(), getMetadata()));
    }

    @Override
    public String getInstanceId() {
        return properties.instanceId().isEmpty()
                ? shortened(host + "-" + getPort())
                : properties.instanceId();
    }

    @Override
    public String getServiceId() {
        return serviceId;
    }

    @Override
    public String getHost() {
        return host;
    }

    @Override
    public int getPort() {
        if (properties.port() > 0) {
            return properties.port();
        }
        return environment.getProperty("local.server.port", Integer.class, 0);
    }

    @Override
    public boolean isSecure() {
        return Boolean.parseBoolean(getMetadata().get(SECURE));
    }

    @Override
    public URI getUri() {
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                isSecure() ? "https" : "http",
                                host.indexOf(':') >= 0 ? "[" + host + "]" : host,
                                getPort()));
    }

    @Override
    public Map<String, String> getMetadata() {
        Map<String, String> labels = new HashMap<>();
        if (environment.containsProperty("server.ssl.key-store")
                || environment.containsProperty("server.ssl.bundle")
                || environment.containsProperty("server.ssl.certificate")) {
            labels.put(SECURE, environment.getProperty("server.ssl.enabled", "true"));
        }
        labels.putAll(properties.labels());
        return labels;
    }

    /** As a name in the registry; of a long one the end, in which names differ. */
    private static String shortened(String text) {
        String name = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        String end = name.substring(Math.max(0, name.length() - 63));
        return end.matches("[a-z0-9].*") ? end : "i" + end;
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException unnamed) {
            throw new IllegalStateException(
                    "feiqian.registry.host: this machine's address is not known (expected: set it)",
                    unnamed);
        }
    }
}
