package io.feiqian.registrynacos;

import io.feiqian.registry.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a process reaches its registry in Nacos.
 *
 * @param servers the members, as {@code host:port} separated by commas; gRPC is at that port and
 *     1,000 more
 * @param tenant whose part of the registry it sees: the Nacos namespace of this id, which must be
 *     there; empty for the namespace {@code public}
 * @param login as whom it comes; empty where Nacos asks nobody
 * @param snapshot the file that keeps what the registry said last; empty for none
 * @param startWait how long the start waits for the registry at most, before it goes on with what
 *     is kept
 * @param handover how long a leader must be missing before another candidate takes its place
 * @param grace how long instances that are missing after the registry was away are left to register
 *     again before they are asked
 */
public record NacosConfig(
        String servers,
        Optional<String> tenant,
        Optional<Login> login,
        Optional<Path> snapshot,
        Duration startWait,
        Duration handover,
        Duration grace) {
    /** Refuses what could not work. */
    public NacosConfig {
        if (!servers.matches("[^,:\\s]+:\\d+(,[^,:\\s]+:\\d+)*")) {
            throw new IllegalArgumentException(
                    "registry: \"" + servers + "\" (expected: host:port, separated by commas)");
        }
        tenant.ifPresent(each -> Names.require("tenant", each));
        if (startWait.isNegative() || startWait.toSeconds() > 60) {
            throw new IllegalArgumentException(
                    "start wait: " + startWait + " (expected: 0 to 60 seconds)");
        }
        if (handover.toSeconds() < 2 || handover.toMinutes() > 5) {
            throw new IllegalArgumentException(
                    "handover: " + handover + " (expected: 2 seconds to 5 minutes)");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace: " + grace + " (expected: >= 0)");
        }
    }

    /**
     * A user of Nacos.
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

    /** The usual times: at most 2 s at the start, 10 s until another leads, a grace of 15 s. */
    public static NacosConfig of(String servers, Path snapshot) {
        return new NacosConfig(
                servers,
                Optional.empty(),
                Optional.empty(),
                Optional.of(snapshot),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15));
    }
}
