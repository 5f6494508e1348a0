package io.feiqian.registry;

import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.InstanceProbe;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry in ZooKeeper, reached through Curator.
 *
 * <p>One thread of its own talks to ZooKeeper; all other threads only read what it learned or leave
 * it a note. After every connection, new or regained, everything watched is read again and
 * everything registered is registered again, so no loss of a connection, a session or even of
 * ZooKeeper's data needs anybody's hand.
 */
public final class ZooKeeperRegistry implements Registry {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperRegistry.class);
    private static final int CONNECT_MILLIS = 1_000;
    private static final int LEAVE_MILLIS = 2_000;

    private final CuratorFramework client;
    private final ZooKeeperWorker worker;
    private final RegistryMemory memory;
    private final Randomness randomness = Randomness.secure();
    private final ZooKeeperPaths paths;
    private final Timer timer;
    private final ZooKeeperConfig config;
    private final Map<String, WatchedRole> roles = new ConcurrentHashMap<>();
    private final Map<String, WatchedDocument> documents = new ConcurrentHashMap<>();
    private final Map<ZooKeeperRegistration, Boolean> registrations = new ConcurrentHashMap<>();
    private final Map<ZooKeeperCandidacy, Boolean> candidacies = new ConcurrentHashMap<>();

    private ZooKeeperRegistry(
            ZooKeeperConfig config, CuratorFramework client, InstanceProbe probe, Timer timer) {
        this.config = config;
        this.client = client;
        this.timer = timer;
        this.paths = ZooKeeperPaths.of(config.tenant());
        this.worker = new ZooKeeperWorker(timer);
        this.memory =
                RegistryMemory.open(config.snapshot(), probe, timer, Clock.system(), randomness);
    }

    /**
     * Starts; waits for the registry as long as the configuration says at most, and goes on without
     * it otherwise. Instances that the registry misses are asked at their ports.
     */
    public static ZooKeeperRegistry start(ZooKeeperConfig config) {
        return start(config, new PortProbe());
    }

    /** Starts likewise; instances that the registry misses are asked by this probe. */
    public static ZooKeeperRegistry start(ZooKeeperConfig config, InstanceProbe probe) {
        ZKClientConfig settings = new ZKClientConfig();
        settings.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        InheritedAccess access = new InheritedAccess(ZooKeeperPaths.of(config.tenant()));
        CuratorFrameworkFactory.Builder builder =
                CuratorFrameworkFactory.builder()
                        .connectString(config.servers())
                        .sessionTimeoutMs((int) config.lease().toMillis())
                        .connectionTimeoutMs(CONNECT_MILLIS)
                        .maxCloseWaitMs(CONNECT_MILLIS)
                        .retryPolicy(new RetryOneTime(100))
                        .ensembleTracker(false)
                        .zkClientConfig(settings);
        config.login().ifPresent(each -> access.comeAs(each, builder));
        CuratorFramework client = builder.build();
        access.readBy(client);
        ZooKeeperRegistry registry =
                new ZooKeeperRegistry(
                        config, client, probe, Timer.system("feiqian-registry-timer"));
        client.getConnectionStateListenable().addListener((from, state) -> registry.changed(state));
        client.start();
        registry.awaitStart();
        return registry;
    }

    @Override
    public Registration register(ServiceInstance instance, BooleanSupplier ready) {
        ZooKeeperRegistration registration =
                new ZooKeeperRegistration(
                        instance,
                        Long.toHexString(randomness.nextLong()),
                        ready,
                        paths,
                        client,
                        worker,
                        timer);
        registrations.put(registration, true);
        registration.begin();
        return new Registration() {
            @Override
            public CompletableFuture<Void> registered() {
                return registration.registered();
            }

            @Override
            public void change(ServiceInstance now) {
                registration.change(now);
            }

            @Override
            public void close() {
                leave(registration);
            }
        };
    }

    @Override
    public List<ServiceInstance> instances(String role) {
        watch(role);
        return memory.instances(role);
    }

    @Override
    public Runnable watchInstances(String role, Consumer<List<ServiceInstance>> listener) {
        Runnable end = memory.watchInstances(role, listener);
        watch(role);
        return end;
    }

    @Override
    public CompletableFuture<List<String>> subscribers(String role) {
        Names.require("role", role);
        return worker.ask(
                "read the subscribers of " + role, () -> children(paths.subscribers(role)));
    }

    @Override
    public CompletableFuture<List<String>> roles() {
        return worker.ask(
                "read the roles",
                () -> {
                    List<String> taken = new ArrayList<>();
                    for (String role : children(paths.roles())) {
                        // A role that everybody left stays behind as an empty node.
                        Stat node = client.checkExists().forPath(paths.role(role));
                        if (node != null && node.getNumChildren() > 0) {
                            taken.add(role);
                        }
                    }
                    return taken.stream().limit(MOST_ROLES).toList();
                });
    }

    @Override
    public CompletableFuture<List<ServiceInstance>> listed(String role, int most) {
        Names.require("role", role);
        return worker.ask(
                "list " + role,
                () -> {
                    List<ServiceInstance> found = new ArrayList<>();
                    for (String id : children(paths.role(role)).stream().limit(most).toList()) {
                        entry(role, id).ifPresent(each -> found.add(each.instance()));
                    }
                    return List.copyOf(found);
                });
    }

    private Optional<RegistryEntry> entry(String role, String id) throws Exception {
        try {
            byte[] text = client.getData().forPath(paths.instance(role, id));
            return RegistryEntry.parse(role, id, new String(text, StandardCharsets.UTF_8));
        } catch (KeeperException.NoNodeException left) {
            return Optional.empty();
        }
    }

    private List<String> children(String path) throws Exception {
        try {
            return client.getChildren().forPath(path).stream().sorted().toList();
        } catch (KeeperException.NoNodeException nobody) {
            return List.of();
        }
    }

    @Override
    public Optional<Document> document(String name) {
        watched(name);
        return memory.document(name);
    }

    @Override
    public Runnable watchDocument(String name, Consumer<Document> listener) {
        Runnable end = memory.watchDocument(name, listener);
        watched(name);
        return end;
    }

    @Override
    public CompletableFuture<Optional<Document>> fetch(String name) {
        return worker.ask("read document " + name, watched(name)::read);
    }

    @Override
    public CompletableFuture<Publication> publish(
            String name, long expectedVersion, String content) {
        WatchedDocument document = watched(name);
        return worker.ask(
                "publish document " + name, () -> document.publish(expectedVersion, content));
    }

    @Override
    public Candidacy stand(String election, String candidate) {
        Names.require("election", election);
        Names.require("candidate", candidate);
        ZooKeeperCandidacy candidacy =
                ZooKeeperCandidacy.begin(
                        client, paths.election(election), candidate, candidacies::remove);
        candidacies.put(candidacy, true);
        return candidacy;
    }

    @Override
    public List<Doubted> doubted() {
        return memory.doubted();
    }

    @Override
    public boolean isConnected() {
        return worker.isConnected();
    }

    @Override
    public void close() {
        candidacies.keySet().forEach(ZooKeeperCandidacy::close);
        List<CompletableFuture<Void>> leaving =
                registrations.keySet().stream().map(ZooKeeperRegistration::leave).toList();
        await(CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new)));
        timer.close();
        worker.close();
        client.close();
    }

    /** The number of the session with ZooKeeper. */
    long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    private void leave(ZooKeeperRegistration registration) {
        CompletableFuture<Void> left =
                registration.leave().thenRun(() -> registrations.remove(registration));
        if (worker.isConnected()) {
            await(left);
        }
    }

    private void await(CompletableFuture<Void> left) {
        if (!worker.isConnected()) {
            return;
        }
        try {
            left.get(LEAVE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException late) {
            LOG.warn("left without the registry's answer; the lease ends it", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(String role) {
        roles.computeIfAbsent(
                role,
                name -> {
                    Names.require("role", name);
                    WatchedRole added =
                            new WatchedRole(
                                    name,
                                    paths,
                                    config.grace(),
                                    client,
                                    worker,
                                    timer,
                                    Clock.system(),
                                    memory);
                    worker.run("read role " + name, added::refresh);
                    subscribe(name);
                    return added;
                });
    }

    /** Says that this process watches the role; again after every connection. */
    private void subscribe(String role) {
        config.process()
                .ifPresent(name ->
                        worker.run(
                                "subscribe to " + role,
                                () -> {
                                    String path = paths.subscribers(role) + "/" + name;
                                    Stat old = client.checkExists().forPath(path);
                                    if (old != null && old.getEphemeralOwner() != session()) {
                                        // Of this process's life before.
                                        client.delete().forPath(path);
                                        old = null;
                                    }
                                    if (old == null) {
                                        client.create()
                                                .creatingParentsIfNeeded()
                                                .withMode(CreateMode.EPHEMERAL)
                                                .forPath(path);
                                    }
                                }));
    }

    private WatchedDocument watched(String document) {
        return documents.computeIfAbsent(
                document,
                name -> {
                    Names.require("document", name);
                    WatchedDocument added =
                            new WatchedDocument(name, paths, client, worker, memory);
                    worker.run("read document " + name, added::read);
                    return added;
                });
    }

    private void changed(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> {
                worker.connected(true);
                LOG.info("registry {} reached", config.servers());
                if (state == ConnectionState.CONNECTED) {
                    beginAll(false);
                } else {
                    // Everybody else comes back to the registry at this moment, too.
                    timer.after(jitter(), () -> beginAll(true));
                }
            }
            case SUSPENDED, LOST, READ_ONLY -> {
                worker.connected(false);
                LOG.warn(
                        "registry {} not reached ({}); what it said last serves on",
                        config.servers(),
                        state);
            }
        }
    }

    /** Where the connection is lost meanwhile, the next one begins all this anew. */
    private void beginAll(boolean afterGap) {
        roles.forEach((name, role) -> {
            worker.run("read role " + name, afterGap ? role::refreshAfterGap : role::refresh);
            subscribe(name);
        });
        documents.forEach((name, document) -> worker.run("read document " + name, document::read));
        registrations.keySet().forEach(ZooKeeperRegistration::renew);
    }

    /** Up to a fifth of the grace, so that the missing are back long before they are asked. */
    private Duration jitter() {
        int most = (int) config.grace().dividedBy(5).toMillis() + 1;
        return Duration.ofMillis(randomness.nextInt(most));
    }

    private void awaitStart() {
        if (!config.startWait().isZero() && !awaitConnection(config.startWait())) {
            LOG.warn(
                    "registry {} does not answer; starting with what it said last",
                    config.servers());
        }
    }

    /** Waits until the registry is reached, and says whether it is. */
    boolean awaitConnection(Duration atMost) {
        return worker.awaitConnection(atMost);
    }
}
