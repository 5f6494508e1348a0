package io.feiqian.registry;

import io.feiqian.runtime.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of one role, read again at every change. Only the worker's thread comes here.
 *
 * <p>A registry that comes back after a gap may have forgotten instances that are alive and have
 * not registered again yet (its data were lost, or their leases ran out while nobody could renew
 * them). So a list proves that somebody left only where it was read over the connection that the
 * list before came from, and no gap is fresh: only then is who is missing gone at once. Whoever is
 * missing from a list that was read across a gap, or vanishes soon after one, is kept until the
 * grace period is over.
 */
final class WatchedRole {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedRole.class);

    private final String role;
    private final String path;
    private final Duration grace;
    private final CuratorFramework client;
    private final Timer timer;
    private final LastKnown known;
    private final ZooKeeperWorker worker;
    private final CuratorWatcher watcher;
    private final Set<String> kept = new HashSet<>();
    private boolean confirmed;
    private boolean gapIsFresh;
    private long confirmedSession;
    private long gaps;
    private volatile boolean cut;

    WatchedRole(
            String role,
            Duration grace,
            CuratorFramework client,
            ZooKeeperWorker worker,
            Timer timer,
            LastKnown known) {
        this.role = role;
        this.path = ZooKeeperRegistry.ROOT + "/services/" + role;
        this.grace = grace;
        this.client = client;
        this.worker = worker;
        this.timer = timer;
        this.known = known;
        this.watcher =
                event -> {
                    // Of connections the registry tells by itself.
                    if (event.getType() != EventType.None) {
                        worker.run("read role " + role, this::refresh);
                    }
                };
    }

    /** Notes that the connection was cut. Any thread may, at once: it need not wait its turn. */
    void cut() {
        cut = true;
    }

    /**
     * Reads because something changed.
     *
     * <p>The read may have begun before a gap that the worker was not told of yet, and may have
     * been answered after it, by a registry that knows less. It shows in the session, or in the
     * cut.
     */
    void refresh() throws Exception {
        long session = session();
        Map<String, ServiceInstance> found = find();
        boolean sameSession = session == confirmedSession && session == session();
        if (cut || !sameSession) {
            cut = false;
            beginGrace();
        }
        if (gapIsFresh) {
            keepMissing(found);
        }
        confirmed = true;
        confirmedSession = session;
        kept.removeAll(found.keySet());
        publish(found);
    }

    /** Reads after a connection was made again. */
    void refreshAfterGap() throws Exception {
        cut = true;
        refresh();
    }

    /** The first list of all has none before it that it could fall short of. */
    private void beginGrace() {
        if (confirmed) {
            gapIsFresh = true;
            long gap = ++gaps;
            timer.after(grace, () -> worker.run("read role " + role, () -> graceOver(gap)));
        }
    }

    private void keepMissing(Map<String, ServiceInstance> found) {
        for (ServiceInstance each : known.instances(role)) {
            if (!found.containsKey(each.id()) && kept.add(each.id())) {
                LOG.warn("registry forgot {} of role {}; kept for {}", each.id(), role, grace);
            }
        }
    }

    private void graceOver(long gap) throws Exception {
        if (gap == gaps) {
            gapIsFresh = false;
            kept.clear();
            refresh();
        }
    }

    private long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    private void publish(Map<String, ServiceInstance> found) {
        Map<String, ServiceInstance> all = new HashMap<>(found);
        for (ServiceInstance each : known.instances(role)) {
            if (kept.contains(each.id())) {
                all.putIfAbsent(each.id(), each);
            }
        }
        known.learn(role, all.values());
    }

    private Map<String, ServiceInstance> find() throws Exception {
        Map<String, ServiceInstance> found = new HashMap<>();
        for (String id : children()) {
            try {
                byte[] data = client.getData().forPath(path + "/" + id);
                Optional<ServiceInstance> instance =
                        RegistryJson.readInstance(new String(data, StandardCharsets.UTF_8));
                instance.filter(each -> each.role().equals(role) && each.id().equals(id))
                        .ifPresentOrElse(
                                each -> found.put(id, each),
                                () -> LOG.warn("registry: {}/{} is not understood", path, id));
            } catch (KeeperException.NoNodeException goneMeanwhile) {
                LOG.debug("registry: {}/{} left while it was read", path, id);
            }
        }
        return found;
    }

    private Iterable<String> children() throws Exception {
        try {
            return client.getChildren().usingWatcher(watcher).forPath(path);
        } catch (KeeperException.NoNodeException first) {
            try {
                client.create().creatingParentsIfNeeded().forPath(path, new byte[0]);
            } catch (KeeperException.NodeExistsException other) {
                LOG.debug("registry: {} was made by another process", path);
            }
            return client.getChildren().usingWatcher(watcher).forPath(path);
        }
    }
}
