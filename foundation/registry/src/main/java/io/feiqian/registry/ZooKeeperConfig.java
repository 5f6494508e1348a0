package io.feiqian.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a process reaches its ZooKeeper registry.
 *
 * @param servers the ensemble, as {@code host:port} separated by commas
 * @param snapshot the file that keeps what the registry said last; empty for none
 * @param startWait how long the start waits for the registry at most, before it goes on with what
 *     is kept
 * @param lease how long an instance that died without leaving stays registered
 * @param grace how long instances that are missing after the registry was away are left to register
 *     again before they are asked
 * @param process the name of this process, by which it stands among a role's subscribers; empty
 *     where it is not to stand there
 * @param tenant whose part of the registry it sees; empty for the part that is no tenant's
 */
public record ZooKeeperConfig(
        String servers,
        Optional<Path> snapshot,
        Duration startWait,
        Duration lease,
        Duration grace,
        Optional<String> process,
        Optional<String> tenant) {
    /** Refuses what could not work. */
    public ZooKeeperConfig {
        if (!servers.matches("[^,:\\s]+:\\d+(,[^,:\\s]+:\\d+)*")) {
            throw new IllegalArgumentException(
                    "registry: \"" + servers + "\" (expected: host:port, separated by commas)");
        }
        if (startWait.isNegative() || startWait.toSeconds() > 60) {
            throw new IllegalArgumentException(
                    "start wait: " + startWait + " (expected: 0 to 60 seconds)");
        }
        if (lease.toMillis() < 1_000 || lease.toMinutes() > 5) {
            throw new IllegalArgumentException(
                    "lease: " + lease + " (expected: 1 second to 5 minutes)");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace: " + grace + " (expected: >= 0)");
        }
        process.ifPresent(each -> Names.require("process", each));
        tenant.ifPresent(each -> Names.require("tenant", each));
    }

    /** Of a process without a name, in the part of the registry that is no tenant's. */
    public ZooKeeperConfig(
            String servers,
            Optional<Path> snapshot,
            Duration startWait,
            Duration lease,
            Duration grace) {
        this(servers, snapshot, startWait, lease, grace, Optional.empty(), Optional.empty());
    }

    /** The same under this name, among a role's subscribers. */
    public ZooKeeperConfig named(String name) {
        return new ZooKeeperConfig(
                servers, snapshot, startWait, lease, grace, Optional.of(name), tenant);
    }

    /** The same in the part of this tenant. */
    public ZooKeeperConfig inTenant(String tenantName) {
        return new ZooKeeperConfig(
                servers, snapshot, startWait, lease, grace, process, Optional.of(tenantName));
    }

    /** The usual times: at most 2 s at the start, a lease of 10 s, a grace of 15 s. */
    public static ZooKeeperConfig of(String servers, Path snapshot) {
        return new ZooKeeperConfig(
                servers,
                Optional.of(snapshot),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15));
    }
}
