package io.feiqian.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/**
 * A ZooKeeper server inside this process, which the role {@code registry} is: alone, or a member of
 * an ensemble. Its data stay in a folder.
 */
public final class ZooKeeperServer implements AutoCloseable {
    private static final int TICK_MILLIS = 1_000;
    private static final int CONNECTIONS_PER_HOST = 10_000;
    private static final int SNAPSHOTS_KEPT = 3;
    private static final int CLEANING_HOURS = 1;

    private final int port;
    private final Stop stop;
    private final LongConsumer expire;

    private ZooKeeperServer(int port, Stop stop, LongConsumer expire) {
        this.port = port;
        this.stop = stop;
        this.expire = expire;
    }

    /**
     * What a server needs to know.
     *
     * @param data the folder of its data, made where it is not there
     * @param host the address it listens on
     * @param port the port it listens on; 0 takes a free one, only for a server alone
     * @param member its number in the ensemble; 0 for a server alone
     * @param ensemble every member by number as {@code host:quorum port:election port}; empty for a
     *     server alone
     */
    public record Config(
            Path data, String host, int port, int member, SortedMap<Integer, String> ensemble) {
        /** Refuses an ensemble without this member, and one without a majority worth the name. */
        public Config {
            ensemble = new TreeMap<>(ensemble);
            if (ensemble.isEmpty() != (member == 0)
                    || (member != 0 && !ensemble.containsKey(member))) {
                throw new IllegalArgumentException(
                        "member: %d of %s (expected: one of the ensemble, or 0 without one)"
                                .formatted(member, ensemble.keySet()));
            }
            if (ensemble.size() == 1 || ensemble.size() == 2) {
                throw new IllegalArgumentException(
                        "ensemble: %d members (expected: none, or 3 and more, to outlive one)"
                                .formatted(ensemble.size()));
            }
        }

        /** A server alone. */
        public static Config alone(Path data, String host, int port) {
            return new Config(data, host, port, 0, new TreeMap<>());
        }
    }

    /**
     * Starts a server; a server alone serves when this returns, a member as soon as a majority of
     * its ensemble runs.
     *
     * @throws IOException where the folder or the port cannot be had
     */
    public static ZooKeeperServer start(Config config) throws IOException {
        // The admin server would open a port of its own.
        System.setProperty("zookeeper.admin.enableServer", "false");
        System.setProperty("zookeeper.jmx.log4j.disable", "true");
        Files.createDirectories(config.data());
        return config.member() == 0 ? alone(config) : member(config);
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Where clients find it, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Stops; sessions and data stay for the next start. */
    @Override
    public void close() {
        stop.stop();
    }

    /** Ends a client's session as if its lease had run out; a server alone only. */
    void expire(long session) {
        expire.accept(session);
    }

    private static ZooKeeperServer alone(Config config) throws IOException {
        FileTxnSnapLog log = new FileTxnSnapLog(config.data().toFile(), config.data().toFile());
        var server = new org.apache.zookeeper.server.ZooKeeperServer(log, TICK_MILLIS, "");
        ServerCnxnFactory connections =
                ServerCnxnFactory.createFactory(
                        new InetSocketAddress(config.host(), config.port()), CONNECTIONS_PER_HOST);
        DatadirCleanupManager cleaning =
                new DatadirCleanupManager(
                        config.data().toFile(),
                        config.data().toFile(),
                        SNAPSHOTS_KEPT,
                        CLEANING_HOURS);
        try {
            connections.startup(server);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the registry started", interrupted);
        }
        cleaning.start();
        return new ZooKeeperServer(
                connections.getLocalPort(),
                () -> {
                    cleaning.shutdown();
                    connections.shutdown();
                    server.shutdown();
                },
                server::closeSession);
    }

    private static ZooKeeperServer member(Config config) throws IOException {
        Files.writeString(config.data().resolve("myid"), config.member() + "\n");
        Properties settings = new Properties();
        settings.setProperty("dataDir", config.data().toString());
        settings.setProperty("clientPort", Integer.toString(config.port()));
        settings.setProperty("clientPortAddress", config.host());
        settings.setProperty("tickTime", Integer.toString(TICK_MILLIS));
        settings.setProperty("initLimit", "10");
        settings.setProperty("syncLimit", "5");
        settings.setProperty("maxClientCnxns", Integer.toString(CONNECTIONS_PER_HOST));
        settings.setProperty("autopurge.snapRetainCount", Integer.toString(SNAPSHOTS_KEPT));
        settings.setProperty("autopurge.purgeInterval", Integer.toString(CLEANING_HOURS));
        config.ensemble().forEach((number, at) -> settings.setProperty("server." + number, at));
        QuorumPeerConfig parsed = new QuorumPeerConfig();
        try {
            parsed.parseProperties(settings);
        } catch (QuorumPeerConfig.ConfigException wrong) {
            throw new IOException("registry ensemble " + config.ensemble(), wrong);
        }
        Member member = new Member();
        Thread thread = new Thread(() -> member.run(parsed), "feiqian-registry-member");
        thread.setDaemon(true);
        thread.start();
        return new ZooKeeperServer(config.port(), member::stop, session -> {});
    }

    /** How the server is stopped. */
    @FunctionalInterface
    private interface Stop {
        void stop();
    }

    /** ZooKeeper's own main class, which can be stopped. */
    private static final class Member extends QuorumPeerMain {
        void run(QuorumPeerConfig config) {
            try {
                runFromConfig(config);
            } catch (Exception failure) {
                throw new IllegalStateException("a member of the registry stopped", failure);
            }
        }

        void stop() {
            if (quorumPeer != null) {
                quorumPeer.shutdown();
            }
        }
    }
}
