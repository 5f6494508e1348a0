package io.feiqian.registry;

import io.feiqian.runtime.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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
 * <p>What is missing from a list that was read proves nothing: who left has left a note beside it,
 * and whoever left none is asked. Soon after a gap many are missing who are about to register
 * again, so they are left the grace period before they are asked.
 */
final class WatchedRole {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedRole.class);

    private final String role;
    private final ZooKeeperPaths paths;
    private final Duration grace;
    private final CuratorFramework client;
    private final Timer timer;
    private final RegistryMemory memory;
    private final ZooKeeperWorker worker;
    private final CuratorWatcher watcher;
    private long gaps;
    private boolean gapIsFresh;

    WatchedRole(
            String role,
            ZooKeeperPaths paths,
            Duration grace,
            CuratorFramework client,
            ZooKeeperWorker worker,
            Timer timer,
            RegistryMemory memory) {
        this.role = role;
        this.paths = paths;
        this.grace = grace;
        this.client = client;
        this.worker = worker;
        this.timer = timer;
        this.memory = memory;
        this.watcher =
                event -> {
                    // Of connections the registry tells by itself.
                    if (event.getType() != EventType.None) {
                        worker.run("read role " + role, this::refresh);
                    }
                };
    }

    /** Reads because something changed. */
    void refresh() throws Exception {
        Map<String, RegistryEntry> found = find();
        Set<String> missing = memory.missingFrom(role, found.keySet());
        memory.listed(
                role,
                found.values(),
                missing.isEmpty() ? Map.of() : departures(missing),
                gapIsFresh ? grace : Duration.ZERO);
    }

    /** Reads after a connection was made again. */
    void refreshAfterGap() throws Exception {
        gapIsFresh = true;
        long gap = ++gaps;
        timer.after(grace, () -> worker.run("end the grace of " + role, () -> graceOver(gap)));
        refresh();
    }

    private void graceOver(long gap) {
        if (gap == gaps) {
            gapIsFresh = false;
        }
    }

    private Map<String, RegistryEntry> find() throws Exception {
        Map<String, RegistryEntry> found = new HashMap<>();
        for (String id : children()) {
            String path = paths.instance(role, id);
            try {
                Optional<RegistryEntry> entry = RegistryEntry.parse(role, id, read(path));
                entry.ifPresentOrElse(
                        each -> found.put(id, each),
                        () -> LOG.warn("registry: {} is not understood", path));
            } catch (KeeperException.NoNodeException goneMeanwhile) {
                LOG.debug("registry: {} left while it was read", path);
            }
        }
        return found;
    }

    private Map<String, String> departures(Set<String> missing) throws Exception {
        Map<String, String> left = new HashMap<>();
        for (String id : noted()) {
            if (missing.contains(id)) {
                try {
                    left.put(id, read(paths.departure(role, id)));
                } catch (KeeperException.NoNodeException cleanedUp) {
                    LOG.debug("registry: the departure of {} is long ago", id);
                }
            }
        }
        return left;
    }

    private Iterable<String> noted() throws Exception {
        try {
            return client.getChildren().forPath(paths.departures(role));
        } catch (KeeperException.NoNodeException nobodyEverLeft) {
            return List.of();
        }
    }

    private String read(String path) throws Exception {
        return new String(client.getData().forPath(path), StandardCharsets.UTF_8);
    }

    private Iterable<String> children() throws Exception {
        String path = paths.role(role);
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
