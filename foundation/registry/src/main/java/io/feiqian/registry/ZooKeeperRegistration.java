package io.feiqian.registry;

import io.feiqian.runtime.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance's ephemeral node, made again whenever it is gone until the instance leaves. */
final class ZooKeeperRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperRegistration.class);
    private static final Duration READY_LOOK = Duration.ofMillis(100);

    /** Of one role; notes matter to those who look within seconds. */
    private static final int MOST_NOTES = 200;

    private final ServiceInstance instance;
    private final BooleanSupplier ready;
    private final CuratorFramework client;
    private final ZooKeeperWorker worker;
    private final Timer timer;
    private final ZooKeeperPaths paths;
    private final String path;
    private final String life;
    private volatile byte[] data;
    private final CuratorWatcher watcher;
    private final CompletableFuture<Void> registered = new CompletableFuture<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private volatile boolean wasReady;
    private volatile boolean leaving;
    private long heldBySession;

    ZooKeeperRegistration(
            ServiceInstance instance,
            String life,
            BooleanSupplier ready,
            ZooKeeperPaths paths,
            CuratorFramework client,
            ZooKeeperWorker worker,
            Timer timer) {
        this.instance = instance;
        this.ready = ready;
        this.client = client;
        this.worker = worker;
        this.timer = timer;
        this.paths = paths;
        this.path = paths.instance(instance.role(), instance.id());
        this.life = life;
        this.data = textOf(instance);
        this.watcher = event -> renew();
    }

    void begin() {
        if (leaving) {
            return;
        }
        if (isReady()) {
            wasReady = true;
            renew();
        } else {
            timer.after(READY_LOOK, this::begin);
        }
    }

    CompletableFuture<Void> registered() {
        return registered.copy();
    }

    /** Sees to it that the node is as it should be: there, or gone. */
    void renew() {
        worker.run("register " + instance.id(), this::settle);
    }

    void change(ServiceInstance now) {
        instance.requireSame(now);
        data = textOf(now);
        renew();
    }

    CompletableFuture<Void> leave() {
        leaving = true;
        renew();
        return left;
    }

    private byte[] textOf(ServiceInstance said) {
        return new RegistryEntry(said, life).toJson().getBytes(StandardCharsets.UTF_8);
    }

    private boolean isReady() {
        try {
            return ready.getAsBoolean();
        } catch (RuntimeException fault) {
            LOG.warn("the readiness of {} cannot be told", instance.id(), fault);
            return false;
        }
    }

    private void settle() throws Exception {
        if (leaving) {
            Stat stat = client.checkExists().forPath(path);
            if (stat != null && isMine(stat)) {
                // The note first: who sees the instance gone finds it.
                noteDeparture();
                client.delete().forPath(path);
            }
            left.complete(null);
            return;
        }
        if (wasReady) {
            hold();
        }
    }

    private void hold() throws Exception {
        Stat stat = client.checkExists().usingWatcher(watcher).forPath(path);
        if (stat == null) {
            create();
            client.checkExists().usingWatcher(watcher).forPath(path);
        } else if (!isMine(stat)) {
            if (heldBySession == session()) {
                // Whoever registers this name later is the newer process: two would go on for ever.
                LOG.error("another process registered as {}; this one gives way", instance.id());
                return;
            }
            takeOver(stat);
            client.checkExists().usingWatcher(watcher).forPath(path);
        } else if (!Arrays.equals(client.getData().forPath(path), data)) {
            client.setData().forPath(path, data);
        }
        heldBySession = session();
        if (registered.complete(null)) {
            LOG.info("registered {} as {}", instance.id(), instance.address());
        }
    }

    private void create() throws Exception {
        client.create()
                .creatingParentsIfNeeded()
                .withMode(CreateMode.EPHEMERAL)
                .forPath(path, data);
    }

    private void noteDeparture() throws Exception {
        client.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(
                        paths.departure(instance.role(), instance.id()),
                        life.getBytes(StandardCharsets.UTF_8));
        String parent = paths.departures(instance.role());
        List<String> notes = client.getChildren().forPath(parent);
        if (notes.size() > MOST_NOTES) {
            forgetOldest(parent, notes);
        }
    }

    /** Names that change with every start would fill the registry with notes. */
    private void forgetOldest(String parent, List<String> notes) throws Exception {
        Map<Long, String> byAge = new TreeMap<>();
        for (String each : notes) {
            Stat stat = client.checkExists().forPath(parent + "/" + each);
            if (stat != null) {
                byAge.put(stat.getMzxid(), parent + "/" + each);
            }
        }
        List<String> oldestFirst = List.copyOf(byAge.values());
        int most = Math.max(0, oldestFirst.size() - MOST_NOTES / 2);
        for (String each : oldestFirst.subList(0, most)) {
            try {
                client.delete().forPath(each);
            } catch (KeeperException.NoNodeException other) {
                LOG.debug("registry: {} was cleaned up by another process", each);
            }
        }
    }

    /** Replaces, in one step, the node of this instance's life before, whose lease still runs. */
    private void takeOver(Stat old) throws Exception {
        client.transaction()
                .forOperations(
                        client.transactionOp().delete().withVersion(old.getVersion()).forPath(path),
                        client.transactionOp()
                                .create()
                                .withMode(CreateMode.EPHEMERAL)
                                .forPath(path, data));
    }

    private boolean isMine(Stat stat) throws Exception {
        return stat.getEphemeralOwner() == session();
    }

    private long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }
}
