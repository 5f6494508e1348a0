package io.feiqian.registry;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of one role, listed again at every change; of them only those are read that are new
 * or changed, so that a change costs the same in a role of any size. Only the worker's thread comes
 * here.
 *
 * <p>What is missing from a list that was read proves nothing: who left has left a note beside it,
 * and whoever left none is asked. Soon after a gap many are missing who are about to register
 * again, so they are left the grace period before they are asked.
 */
final class WatchedRole {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedRole.class);

    private static final int READS_A_SECOND = 10;

    private final String role;
    private final ZooKeeperPaths paths;
    private final Duration grace;
    private final CuratorFramework client;
    private final Timer timer;
    private final Clock clock;
    private final RegistryMemory memory;
    private final ZooKeeperWorker worker;
    private final CuratorWatcher watcher;

    /** Each read hears of one change at most: what changes before the next is read with it. */
    private final Pace pace = new Pace(READS_A_SECOND);

    /** What was read, by id, until the registry says that it changed. */
    private final Map<String, RegistryEntry> entries = new ConcurrentHashMap<>();

    private final AtomicLong changes = new AtomicLong();
    private final AtomicBoolean soon = new AtomicBoolean();
    private long gaps;
    private boolean gapIsFresh;

    WatchedRole(
            String role,
            ZooKeeperPaths paths,
            Duration grace,
            CuratorFramework client,
            ZooKeeperWorker worker,
            Timer timer,
            Clock clock,
            RegistryMemory memory) {
        this.role = role;
        this.paths = paths;
        this.grace = grace;
        this.client = client;
        this.worker = worker;
        this.timer = timer;
        this.clock = clock;
        this.memory = memory;
        this.watcher =
                event -> {
                    // Of connections the registry tells by itself.
                    if (event.getType() != EventType.None) {
                        refreshSoon();
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
        changes.incrementAndGet();
        entries.clear();
        long gap = ++gaps;
        timer.after(grace, () -> worker.run("end the grace of " + role, () -> graceOver(gap)));
        refresh();
    }

    private void graceOver(long gap) {
        if (gap == gaps) {
            gapIsFresh = false;
        }
    }

    /** Reads whom it does not know yet; of the others it would have heard. */
    private Map<String, RegistryEntry> find() throws Exception {
        Map<String, RegistryEntry> found = new HashMap<>();
        for (String id : children()) {
            RegistryEntry known = entries.get(id);
            if (known != null) {
                found.put(id, known);
            } else {
                find(id).ifPresent(each -> found.put(id, each));
            }
        }
        entries.keySet().retainAll(found.keySet());
        return found;
    }

    private Optional<RegistryEntry> find(String id) throws Exception {
        String path = paths.instance(role, id);
        long before = changes.get();
        try {
            byte[] data = client.getData().usingWatcher(changed(id)).forPath(path);
            Optional<RegistryEntry> entry =
                    RegistryEntry.parse(role, id, new String(data, StandardCharsets.UTF_8));
            entry.ifPresentOrElse(
                    each -> entries.put(id, each),
                    () -> LOG.warn("registry: {} is not understood", path));
            if (changes.get() != before) {
                // Perhaps this one, and it was noted before it was put here.
                entries.remove(id);
            }
            return entry;
        } catch (KeeperException.NoNodeException goneMeanwhile) {
            LOG.debug("registry: {} left while it was read", path);
            return Optional.empty();
        }
    }

    private CuratorWatcher changed(String id) {
        return event -> {
            if (event.getType() != EventType.None) {
                changes.incrementAndGet();
                entries.remove(id);
                refreshSoon();
            }
        };
    }

    /** Many changes at once are read at once. */
    private void refreshSoon() {
        if (soon.compareAndSet(false, true)) {
            timer.after(
                    pace.take(clock.nanos()),
                    () -> {
                        soon.set(false);
                        worker.run("read role " + role, this::refresh);
                    });
        }
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
