package io.feiqian.registry;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of one role: listed once, and from then on each change is read by itself, so that a
 * change costs the same in a role of any size. Only the worker's thread comes here, but for what
 * notes that something changed.
 *
 * <p>What is missing from a list that was read proves nothing: who left has left a note beside it,
 * and whoever left none is asked. Soon after a gap many are missing who are about to register
 * again, so they are left the grace period before they are asked.
 */
final class WatchedRole {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedRole.class);

    private static final int READS_A_SECOND = 10;

    /** Up to so many are missing, their notes are read one by one; otherwise listed first. */
    private static final int FEW = 4;

    private final String role;
    private final ZooKeeperPaths paths;
    private final Duration grace;
    private final CuratorFramework client;
    private final Timer timer;
    private final Clock clock;
    private final RegistryMemory memory;
    private final ZooKeeperWorker worker;
    private final CuratorWatcher watcher = this::changed;

    /** What changes between two reads is read at once. */
    private final Pace pace = new Pace(READS_A_SECOND);

    private final AtomicBoolean soon = new AtomicBoolean();

    /** Who changed and was not read since, by id. */
    private final Map<String, Change> changes = new ConcurrentHashMap<>();

    /** What was read, by id. */
    private final Map<String, RegistryEntry> entries = new HashMap<>();

    private long gaps;
    private boolean gapIsFresh;

    /** A change that was heard of; each is another, so that a later one is told from it. */
    private static final class Change {
        final boolean isGone;

        Change(boolean isGone) {
            this.isGone = isGone;
        }
    }

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
    }

    /** Reads the list, and hears of every change from now on, until the session is over. */
    void refresh() throws Exception {
        String path = paths.role(role);
        client.watchers()
                .add()
                .withMode(AddWatchMode.PERSISTENT_RECURSIVE)
                .usingWatcher(watcher)
                .forPath(path);
        List<String> ids = children(path);
        entries.keySet().retainAll(Set.copyOf(ids));
        for (String id : ids) {
            if (!entries.containsKey(id)) {
                read(id);
            }
        }
        readChanges();
    }

    /** Reads after a connection was made again: of what changed meanwhile nothing was heard. */
    void refreshAfterGap() throws Exception {
        gapIsFresh = true;
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

    private void readChanges() throws Exception {
        for (Map.Entry<String, Change> each : Map.copyOf(changes).entrySet()) {
            if (each.getValue().isGone) {
                entries.remove(each.getKey());
            } else {
                read(each.getKey());
            }
            // Where it changed again meanwhile, that is read next.
            changes.remove(each.getKey(), each.getValue());
        }
        Set<String> missing = memory.missingFrom(role, entries.keySet());
        memory.listed(
                role,
                List.copyOf(entries.values()),
                missing.isEmpty() ? Map.of() : departures(missing),
                gapIsFresh ? grace : Duration.ZERO);
    }

    private void read(String id) throws Exception {
        String path = paths.instance(role, id);
        Optional<RegistryEntry> entry =
                text(path)
                        .flatMap(text -> {
                            Optional<RegistryEntry> found = RegistryEntry.parse(role, id, text);
                            if (found.isEmpty()) {
                                LOG.warn("registry: {} is not understood", path);
                            }
                            return found;
                        });
        if (entry.isPresent()) {
            entries.put(id, entry.get());
        } else {
            entries.remove(id);
        }
    }

    /** Called on ZooKeeper's thread, before anybody can read what it tells of. */
    private void changed(WatchedEvent event) {
        String parent = paths.role(role) + "/";
        if (event.getPath() == null || !event.getPath().startsWith(parent)) {
            // The role's own node; or the connection, which the registry follows by itself.
            return;
        }
        changes.put(
                event.getPath().substring(parent.length()),
                new Change(event.getType() == EventType.NodeDeleted));
        readSoon();
    }

    private void readSoon() {
        if (soon.compareAndSet(false, true)) {
            Duration wait = pace.take(clock.nanos());
            if (wait.isZero()) {
                readNow();
            } else {
                timer.after(wait, this::readNow);
            }
        }
    }

    private void readNow() {
        // Before it is read: what changes from here on may be too late for it.
        soon.set(false);
        worker.run("read changes of role " + role, this::readChanges);
    }

    /** Who of these said that they leave. */
    private Map<String, String> departures(Set<String> missing) throws Exception {
        Set<String> asked = missing;
        if (missing.size() > FEW) {
            asked = new HashSet<>(missing);
            asked.retainAll(Set.copyOf(children(paths.departures(role))));
        }
        Map<String, String> left = new HashMap<>();
        for (String id : asked) {
            text(paths.departure(role, id)).ifPresent(life -> left.put(id, life));
        }
        return left;
    }

    private List<String> children(String path) throws Exception {
        try {
            return client.getChildren().forPath(path);
        } catch (KeeperException.NoNodeException none) {
            return List.of();
        }
    }

    private Optional<String> text(String path) throws Exception {
        try {
            return Optional.of(new String(client.getData().forPath(path), StandardCharsets.UTF_8));
        } catch (KeeperException.NoNodeException none) {
            return Optional.empty();
        }
    }
}
