package io.feiqian.registryetcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.feiqian.registry.Document;
import io.feiqian.registry.Doubted;
import io.feiqian.registry.Names;
import io.feiqian.registry.PortProbe;
import io.feiqian.registry.Publication;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.RegistryMemory;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.InstanceProbe;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry in etcd (3.4 and later).
 *
 * <p>One thread of its own talks to etcd; all other threads only read what it learned or leave it a
 * note. Everything that the process registered stands under one lease, so one renewal renews all.
 * What it watches goes on from the revision where a connection was lost; only where etcd has
 * compacted that, or lost its data, is it read anew.
 */
public final class EtcdRegistry implements Registry {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdRegistry.class);
    private static final int LEAVE_MILLIS = 2_000;

    private final EtcdKeys keys;
    private final String process;
    private final RegistryMemory memory;
    private final Randomness randomness = Randomness.secure();
    private final Timer timer = Timer.system("feiqian-registry-timer");
    private final EtcdWorker worker;
    private final Map<String, WatchedRange> roles = new ConcurrentHashMap<>();
    private final Map<String, DocumentView> documents = new ConcurrentHashMap<>();
    private final Map<EtcdRegistration, Boolean> registrations = new ConcurrentHashMap<>();
    private final Map<EtcdCandidacy, Boolean> candidacies = new ConcurrentHashMap<>();

    private EtcdRegistry(EtcdConfig config, InstanceProbe probe) {
        this.keys = EtcdKeys.of(config.tenant());
        this.process = config.process();
        this.memory =
                RegistryMemory.open(config.snapshot(), probe, timer, Clock.system(), randomness);
        this.worker =
                new EtcdWorker(
                        config,
                        timer,
                        randomness,
                        new EtcdWorker.Listener() {
                            @Override
                            public void connected(boolean now) {
                                candidacies.keySet().forEach(EtcdCandidacy::tell);
                            }

                            @Override
                            public void leaseLost() {
                                candidacies.keySet().forEach(EtcdCandidacy::leaseLost);
                            }
                        });
    }

    /**
     * Starts; waits for the registry as long as the configuration says at most, and goes on without
     * it otherwise. Instances that the registry misses are asked at their ports.
     */
    public static EtcdRegistry start(EtcdConfig config) {
        return start(config, new PortProbe());
    }

    /** Starts likewise; instances that the registry misses are asked by this probe. */
    public static EtcdRegistry start(EtcdConfig config, InstanceProbe probe) {
        EtcdRegistry registry = new EtcdRegistry(config, probe);
        registry.worker.start();
        registry.awaitStart(config.startWait(), config.servers());
        return registry;
    }

    @Override
    public Registration register(ServiceInstance instance, BooleanSupplier ready) {
        EtcdRegistration registration =
                new EtcdRegistration(
                        instance,
                        Long.toHexString(randomness.nextLong()),
                        ready,
                        keys,
                        worker,
                        timer,
                        registrations::remove);
        registrations.put(registration, true);
        registration.begin();
        return registration;
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
        String prefix = keys.subscribers(role);
        return worker.ask(
                "read the subscribers of " + role,
                link ->
                        link.range(prefix, EtcdKeys.end(prefix)).getKvsList().stream()
                                .map(each -> each.getKey().toStringUtf8())
                                .map(each -> each.substring(prefix.length()))
                                .sorted()
                                .toList());
    }

    @Override
    public CompletableFuture<List<String>> roles() {
        String prefix = keys.roles();
        return worker.ask(
                "read the roles",
                link ->
                        link.namesIn(prefix, EtcdKeys.end(prefix)).stream()
                                .map(each -> each.substring(prefix.length()))
                                .filter(each -> !each.contains("/" + EtcdKeys.LEFT))
                                .map(each -> each.substring(0, each.indexOf('/')))
                                .distinct()
                                .sorted()
                                .limit(MOST_ROLES)
                                .toList());
    }

    @Override
    public CompletableFuture<List<ServiceInstance>> listed(String role, int most) {
        Names.require("role", role);
        String prefix = keys.role(role);
        return worker.ask(
                "list " + role,
                link ->
                        link.range(prefix, EtcdKeys.end(prefix)).getKvsList().stream()
                                .flatMap(each ->
                                        RegistryEntry.parse(
                                                role,
                                                each.getKey()
                                                        .toStringUtf8()
                                                        .substring(prefix.length()),
                                                each.getValue().toStringUtf8())
                                                .stream())
                                .map(RegistryEntry::instance)
                                .limit(most)
                                .toList());
    }

    @Override
    public Optional<Document> document(String name) {
        var _ = watched(name);
        return memory.document(name);
    }

    @Override
    public Runnable watchDocument(String name, Consumer<Document> listener) {
        Runnable end = memory.watchDocument(name, listener);
        var _ = watched(name);
        return end;
    }

    @Override
    public CompletableFuture<Optional<Document>> fetch(String name) {
        DocumentView view = watched(name);
        return worker.ask(
                "read document " + name,
                link ->
                        first(
                                view,
                                link.range(keys.document(name), ByteString.EMPTY).getKvsList()));
    }

    @Override
    public CompletableFuture<Publication> publish(
            String name, long expectedVersion, String content) {
        DocumentView view = watched(name);
        return worker.ask(
                "publish document " + name,
                link -> {
                    TxnResponse done =
                            link.transact(put(keys.document(name), expectedVersion, content));
                    if (done.getSucceeded()) {
                        return new Publication.Published(
                                view.learn(
                                        done.getHeader().getRevision(),
                                        expectedVersion + 1,
                                        content));
                    }
                    return new Publication.Outdated(
                            first(view, done.getResponses(0).getResponseRange().getKvsList()));
                });
    }

    @Override
    public Candidacy stand(String election, String candidate) {
        Names.require("election", election);
        Names.require("candidate", candidate);
        String name = candidate + "-" + Long.toHexString(randomness.nextLong());
        HeldKeys.Held held = new HeldKeys.Held(keys.election(election) + name, candidate, () -> {});
        EtcdCandidacy candidacy =
                new EtcdCandidacy(name, worker, closed -> standDown(closed, held));
        candidacies.put(candidacy, true);
        worker.hold(all -> all.add(held));
        worker.follow(WatchedRange.below(keys.election(election), candidacy));
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
        candidacies.keySet().forEach(EtcdCandidacy::close);
        List<CompletableFuture<Void>> leaving =
                registrations.keySet().stream().map(EtcdRegistration::leave).toList();
        if (worker.isConnected()) {
            await(CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new)));
        }
        timer.close();
        worker.close();
    }

    private static void await(CompletableFuture<Void> left) {
        try {
            left.orTimeout(LEAVE_MILLIS, TimeUnit.MILLISECONDS).join();
        } catch (RuntimeException late) {
            LOG.warn("left without the registry's answer; the lease ends it", late);
        }
    }

    private void standDown(EtcdCandidacy candidacy, HeldKeys.Held held) {
        candidacies.remove(candidacy);
        worker.unfollow(candidacy);
        worker.letGo(all -> all.leave(held, Map.of(), new CompletableFuture<>()));
    }

    private void watch(String role) {
        roles.computeIfAbsent(
                role,
                name -> {
                    Names.require("role", name);
                    WatchedRange range =
                            WatchedRange.below(
                                    keys.role(name), new RoleView(name, memory, worker::askAfter));
                    worker.follow(range);
                    worker.hold(all ->
                            all.add(
                                    new HeldKeys.Held(
                                            keys.subscribers(name) + process, process, () -> {})));
                    return range;
                });
    }

    private DocumentView watched(String document) {
        return documents.computeIfAbsent(
                document,
                name -> {
                    Names.require("document", name);
                    DocumentView view = new DocumentView(name, memory);
                    worker.follow(WatchedRange.of(keys.document(name), view));
                    return view;
                });
    }

    private static Optional<Document> first(DocumentView view, List<KeyValue> found) {
        return found.stream()
                .findFirst()
                .map(each ->
                        view.learn(
                                each.getModRevision(),
                                each.getVersion(),
                                each.getValue().toStringUtf8()));
    }

    private static TxnRequest put(String key, long expectedVersion, String content) {
        return TxnRequest.newBuilder()
                .addCompare(
                        Compare.newBuilder()
                                .setKey(EtcdKeys.bytes(key))
                                .setTarget(Compare.CompareTarget.VERSION)
                                .setResult(Compare.CompareResult.EQUAL)
                                .setVersion(expectedVersion))
                .addSuccess(
                        RequestOp.newBuilder()
                                .setRequestPut(
                                        PutRequest.newBuilder()
                                                .setKey(EtcdKeys.bytes(key))
                                                .setValue(ByteString.copyFromUtf8(content))))
                .addFailure(
                        RequestOp.newBuilder()
                                .setRequestRange(
                                        RangeRequest.newBuilder().setKey(EtcdKeys.bytes(key))))
                .build();
    }

    private void awaitStart(Duration atMost, String servers) {
        if (atMost.isZero()) {
            return;
        }
        try {
            worker.reached().orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (RuntimeException silent) {
            LOG.warn("registry {} does not answer; starting with what it said last", servers);
        }
    }
}
