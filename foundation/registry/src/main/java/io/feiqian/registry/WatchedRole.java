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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of one role, read again at every change. Only the worker's thread comes here.
 *
 * <p>A registry that comes back after a gap may have forgotten instances that are alive and have
 * not registered again yet (its data were lost, or their leases ran out while nobody could renew
 * them). What was known before and is missing then is kept for the grace period; what disappears
 * while the connection holds is gone at once.
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
    private long gaps;

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
        this.watcher = _ -> worker.run("read role " + role, this::refresh);
    }

    /** Reads while the connection holds. */
    void refresh() throws Exception {
        Map<String, ServiceInstance> found = read();
        kept.removeAll(found.keySet());
        publish(found);
    }

    /** Reads after a connection was made, perhaps not the first. */
    void refreshAfterGap() throws Exception {
        Map<String, ServiceInstance> found = read();
        if (confirmed) {
            for (ServiceInstance each : known.instances(role)) {
                if (!found.containsKey(each.id())) {
                    kept.add(each.id());
                }
            }
            long gap = ++gaps;
            if (!kept.isEmpty()) {
                LOG.warn("registry forgot {} of role {}; kept for {}", kept, role, grace);
                timer.after(grace, () -> worker.run("read role " + role, () -> graceOver(gap)));
            }
        }
        kept.removeAll(found.keySet());
        publish(found);
    }

    private void graceOver(long gap) throws Exception {
        if (gap == gaps) {
            kept.clear();
            refresh();
        }
    }

    private void publish(Map<String, ServiceInstance> found) {
        Map<String, ServiceInstance> all = new HashMap<>(found);
        for (ServiceInstance each : known.instances(role)) {
            if (kept.contains(each.id())) {
                all.putIfAbsent(each.id(), each);
            }
        }
        confirmed = true;
        known.learn(role, all.values());
    }

    private Map<String, ServiceInstance> read() throws Exception {
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
