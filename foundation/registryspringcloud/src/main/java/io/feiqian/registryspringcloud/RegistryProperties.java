package io.feiqian.registryspringcloud;

import io.feiqian.registry.ZooKeeperConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How an application stands in the registry, under {@code feiqian.registry}.
 *
 * @param servers the registry, as {@code host:port} separated by commas; without it all of this is
 *     off
 * @param tenant whose part of the registry is seen; empty for the part that is no tenant's
 * @param snapshot the file that keeps what the registry said last, of this process alone; in the
 *     user's home by application and port unless it is given
 * @param startWait how long the start waits for the registry at most
 * @param lease how long an instance that died without leaving stays registered
 * @param grace how long who is missing after the registry was away has to register again
 * @param host where others reach this application; the machine's address unless it is given
 * @param port where others reach it; the web server's unless it is given
 * @param instanceId its name among its service's instances, the same after a restart; host and port
 *     unless it is given
 * @param labels what others see of it, such as {@code site}, {@code version} and {@code gray}
 * @param services the services that are looked for from the start; others from their first call
 * @param firstLook how long the first look for a service waits for an instance at most
 * @param leaveWait how long it goes on serving after it left, so that all callers know
 */
@ConfigurationProperties("feiqian.registry")
public record RegistryProperties(
        @DefaultValue("") String servers,
        @DefaultValue("") String tenant,
        @DefaultValue("") String snapshot,
        @DefaultValue("2s") Duration startWait,
        @DefaultValue("10s") Duration lease,
        @DefaultValue("15s") Duration grace,
        @DefaultValue("") String host,
        @DefaultValue("0") int port,
        @DefaultValue("") String instanceId,
        @DefaultValue Map<String, String> labels,
        @DefaultValue List<String> services,
        @DefaultValue("1s") Duration firstLook,
        @DefaultValue("1s") Duration leaveWait) {
    /** Refuses times that would hold an application up for ever. */
    public RegistryProperties {
        requireShort("first-look", firstLook);
        requireShort("leave-wait", leaveWait);
        labels = Map.copyOf(labels);
        services = List.copyOf(services);
    }

    private static void requireShort(String name, Duration time) {
        if (time.isNegative() || time.toSeconds() > 20) {
            throw new IllegalArgumentException(
                    "feiqian.registry.%s: %s (expected: 0 to 20 seconds)".formatted(name, time));
        }
    }

    /** The same as the registry takes it. */
    ZooKeeperConfig config(Path keptIn, String process) {
        ZooKeeperConfig config =
                new ZooKeeperConfig(servers, Optional.of(keptIn), startWait, lease, grace)
                        .named(process);
        return tenant.isEmpty() ? config : config.inTenant(tenant);
    }
}
