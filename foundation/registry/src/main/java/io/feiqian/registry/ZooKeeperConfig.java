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
 * @param login as whom it comes, which {@link ZooKeeperPermissions} knows; empty for nobody
 */
public record ZooKeeperConfig(
        String servers,
        Optional<Path> snapshot,
        Duration startWait,
        Duration lease,
        Duration grace,
        Optional<String> process,
        Optional<String> tenant,
        Optional<Login> login) {
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

    /**
     * A user that ZooKeeper knows by a digest. Name and password cross the network as they are, so
     * ZooKeeper's port is one of a network that nobody listens to.
     *
     * @param user the name, without a colon
     * @param password the password
     */
    public record Login(String user, String password) {
        /** Refuses a name that ZooKeeper would read otherwise. */
        public Login {
            if (user.isBlank() || user.indexOf(':') >= 0) {
                throw new IllegalArgumentException(
                        "user: \"" + user + "\" (expected: a name without a colon)");
            }
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }

    /** Of a process without a name, in the part of the registry that is no tenant's. */
    public ZooKeeperConfig(
            String servers,
            Optional<Path> snapshot,
            Duration startWait,
            Duration lease,
            Duration grace) {
        this(
                servers,
                snapshot,
                startWait,
                lease,
                grace,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same under this name, among a role's subscribers. */
    public ZooKeeperConfig named(String name) {
        return new ZooKeeperConfig(
                servers, snapshot, startWait, lease, grace, Optional.of(name), tenant, login);
    }

    /** The same in the part of this tenant. */
    public ZooKeeperConfig inTenant(String tenantName) {
        return new ZooKeeperConfig(
                servers,
                snapshot,
                startWait,
                lease,
                grace,
                process,
                Optional.of(tenantName),
                login);
    }

    /** The same as this user. */
    public ZooKeeperConfig as(Login user) {
        return new ZooKeeperConfig(
                servers, snapshot, startWait, lease, grace, process, tenant, Optional.of(user));
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
