package io.feiqian.chaos;

import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.spi.Registry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What each process of a fleet has of its own: a way to the registry, and a clock. */
final class FleetMember implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(5);
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final String name;
    private final Link link;
    private final JumpingClock clock = new JumpingClock();
    private final Registry registry;

    FleetMember(String name, int registryPort, Path folder) throws IOException {
        this.name = name;
        this.link = new Link(registryPort);
        this.registry =
                ZooKeeperRegistry.start(
                        new ZooKeeperConfig(
                                        "127.0.0.1:" + link.port(),
                                        Optional.of(folder.resolve(name + ".json")),
                                        START,
                                        LEASE,
                                        GRACE)
                                .named(name));
    }

    String name() {
        return name;
    }

    /** Its connections to the registry. */
    Link link() {
        return link;
    }

    JumpingClock clock() {
        return clock;
    }

    Registry registry() {
        return registry;
    }

    @Override
    public void close() {
        registry.close();
        link.close();
    }
}
