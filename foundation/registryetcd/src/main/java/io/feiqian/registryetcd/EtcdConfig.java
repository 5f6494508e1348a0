package io.feiqian.registryetcd;

import io.feiqian.registry.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a process reaches its registry in etcd.
 *
 * @param servers the members, as {@code host:port} separated by commas; one is used at a time
 * @param process the name of this process, by which it stands among a role's subscribers
 * @param tenant whose part of the registry it sees; empty for the part that is no tenant's
 * @param login as whom it comes; empty where etcd asks nobody
 * @param tls what it knows etcd by, and etcd it; empty where they speak in the open
 * @param snapshot the file that keeps what the registry said last; empty for none
 * @param startWait how long the start waits for the registry at most, before it goes on with what
 *     is kept
 * @param lease how long an instance that died without leaving stays registered
 * @param grace how long instances that are missing after the registry was away are left to register
 *     again before they are asked
 */
public record EtcdConfig(
        String servers,
        String process,
        Optional<String> tenant,
        Optional<Login> login,
        Optional<Tls> tls,
        Optional<Path> snapshot,
        Duration startWait,
        Duration lease,
        Duration grace) {
    /** Refuses what could not work. */
    public EtcdConfig {
        if (!servers.matches("[^,:\\s]+:\\d+(,[^,:\\s]+:\\d+)*")) {
            throw new IllegalArgumentException(
                    "registry: \"" + servers + "\" (expected: host:port, separated by commas)");
        }
        Names.require("process", process);
        tenant.ifPresent(each -> Names.require("tenant", each));
        if (startWait.isNegative() || startWait.toSeconds() > 60) {
            throw new IllegalArgumentException(
                    "start wait: " + startWait + " (expected: 0 to 60 seconds)");
        }
        if (lease.toSeconds() < 2 || lease.toMinutes() > 5) {
            throw new IllegalArgumentException(
                    "lease: " + lease + " (expected: 2 seconds to 5 minutes)");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace: " + grace + " (expected: >= 0)");
        }
    }

    /**
     * A user of etcd.
     *
     * @param user the name
     * @param password the password
     */
    public record Login(String user, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }

    /**
     * Files in PEM; read at every connection, so that what is replaced is used from the next one
     * on.
     *
     * @param authorities the certificates that etcd's is signed with
     * @param certificate this process's own
     * @param key its private key, PKCS #8
     */
    public record Tls(Path authorities, Path certificate, Path key) {}

    /** Of a process that speaks in the open. */
    public EtcdConfig(
            String servers,
            String process,
            Optional<String> tenant,
            Optional<Login> login,
            Optional<Path> snapshot,
            Duration startWait,
            Duration lease,
            Duration grace) {
        this(servers, process, tenant, login, Optional.empty(), snapshot, startWait, lease, grace);
    }

    /** The same over TLS. */
    public EtcdConfig over(Tls files) {
        return new EtcdConfig(
                servers,
                process,
                tenant,
                login,
                Optional.of(files),
                snapshot,
                startWait,
                lease,
                grace);
    }

    /** The usual times: at most 2 s at the start, a lease of 10 s, a grace of 15 s. */
    public static EtcdConfig of(String servers, String process, Path snapshot) {
        return new EtcdConfig(
                servers,
                process,
                Optional.empty(),
                Optional.empty(),
                Optional.of(snapshot),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15));
    }

    List<String> members() {
        return List.of(servers.split(",", -1));
    }
}
