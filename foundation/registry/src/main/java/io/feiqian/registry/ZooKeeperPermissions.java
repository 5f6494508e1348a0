package io.feiqian.registry;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;

/**
 * Makes ZooKeeper itself hold services to their names (P6.2.2.3-b, P6.2.2.4-c): a user for each,
 * who writes only below the roles that it may register, and reads only what it may see. For whoever
 * sets up a registry, before the first process registers; not thread-safe.
 *
 * <p>Elections stay open to all: leadership guards nothing (see {@link
 * io.feiqian.registry.spi.Candidacy}).
 */
public final class ZooKeeperPermissions implements AutoCloseable {
    private static final int SESSION_MILLIS = 10_000;
    private static final int CONNECT_MILLIS = 5_000;

    private final CuratorFramework client;
    private final ZooKeeperPaths paths;
    private final List<ACL> rootAlone;

    /**
     * Opens a connection.
     *
     * @param servers as {@code host:port}, separated by commas
     * @param tenant in whose part of the registry the users work; empty for the part of no tenant
     * @param root who may change all of it
     */
    public ZooKeeperPermissions(
            String servers, Optional<String> tenant, ZooKeeperConfig.Login root) {
        this.paths = ZooKeeperPaths.of(tenant);
        this.rootAlone = List.of(new ACL(Perms.ALL, id(root)));
        InheritedAccess access = new InheritedAccess(paths);
        CuratorFrameworkFactory.Builder builder =
                CuratorFrameworkFactory.builder()
                        .connectString(servers)
                        .sessionTimeoutMs(SESSION_MILLIS)
                        .connectionTimeoutMs(CONNECT_MILLIS)
                        .ensembleTracker(false)
                        .retryPolicy(new RetryNTimes(3, 500));
        access.comeAs(root, builder);
        this.client = builder.build();
        client.start();
    }

    /** Closes the registry to everybody who is not added, elections excepted. */
    public void enable() throws Exception {
        List<ACL> seen = with(rootAlone, new ACL(Perms.READ, ZooDefs.Ids.ANYONE_ID_UNSAFE));
        set(paths.root(), seen);
        for (String each : List.of("/services", "/left", "/subscribers", "/documents")) {
            set(paths.root() + each, seen);
        }
        set(paths.root() + "/elections", ZooDefs.Ids.OPEN_ACL_UNSAFE);
    }

    /**
     * Adds a user, or more to what it may.
     *
     * @param registers the roles that it may register, and see
     * @param sees the roles that it may see besides
     * @param publishes whether it may publish documents; all may read them
     */
    public void add(
            ZooKeeperConfig.Login login, Set<String> registers, Set<String> sees, boolean publishes)
            throws Exception {
        Id user = id(login);
        ACL owns = new ACL(Perms.ALL, user);
        ACL stands = new ACL(Perms.READ | Perms.CREATE | Perms.DELETE, user);
        for (String role : registers) {
            allow(paths.role(role), owns);
            allow(paths.departures(role), owns);
            allow(paths.subscribers(role), stands);
        }
        for (String role : sees) {
            allow(paths.role(role), new ACL(Perms.READ, user));
            allow(paths.departures(role), new ACL(Perms.READ, user));
            allow(paths.subscribers(role), stands);
        }
        if (publishes) {
            allow(paths.root() + "/documents", owns);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private void allow(String path, ACL more) throws Exception {
        Stat there = client.checkExists().forPath(path);
        List<ACL> now = there == null ? rootAlone : client.getACL().forPath(path);
        if (now.stream()
                .anyMatch(each ->
                        each.getId().equals(more.getId())
                                && (each.getPerms() & more.getPerms()) == more.getPerms())) {
            return;
        }
        set(path, with(now, more));
    }

    /** One entry for each who, since ZooKeeper takes the sum of them anyway. */
    private static List<ACL> with(List<ACL> before, ACL more) {
        List<ACL> all = new ArrayList<>(before);
        all.removeIf(each -> each.getId().equals(more.getId()));
        all.add(more);
        return all;
    }

    private void set(String path, List<ACL> who) throws Exception {
        try {
            client.create().creatingParentsIfNeeded().withACL(who, true).forPath(path);
        } catch (KeeperException.NodeExistsException there) {
            client.setACL().withACL(who).forPath(path);
        }
    }

    private static Id id(ZooKeeperConfig.Login login) {
        try {
            return new Id(
                    "digest",
                    DigestAuthenticationProvider.generateDigest(
                            login.user() + ":" + login.password()));
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException("every JDK has SHA-1", never);
        }
    }
}
