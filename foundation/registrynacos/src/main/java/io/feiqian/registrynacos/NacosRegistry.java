package io.feiqian.registrynacos;

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
 * The registry in Nacos (2.0 and later, by gRPC).
 *
 * <p>Instances stand in Nacos's naming and go with this process's connection; documents, notes of
 * departure and elections are texts of its configuration, changed by comparing. One thread of its
 * own talks to Nacos; all others only read what it learned or leave it a note.
 *
 * <p>What Nacos has not: a list of who watches a role ({@link #subscribers} refuses), and members
 * that agree on their instances. A text that was just written may be read as it was for a moment at
 * another member; changes are compared in Nacos's database all the same.
 */
public final class NacosRegistry implements Registry {
    private static final Logger LOG = LoggerFactory.getLogger(NacosRegistry.class);
    private static final int LEAVE_MILLIS = 2_000;

    private final NacosConfig config;
    private final RegistryMemory memory;
    private final Randomness randomness = Randomness.secure();
    private final Timer timer = Timer.system("feiqian-registry-timer");
    private final Clock clock = Clock.system();
    private final NacosWorker worker;
    private final NacosPlaces places = new NacosPlaces();
    private final Departures departures;
    private final Map<String, NacosRole> roles = new ConcurrentHashMap<>();
    private final Map<String, NacosDocument> documents = new ConcurrentHashMap<>();
    private final Map<NacosRegistration, Boolean> registrations = new ConcurrentHashMap<>();
    private final Map<NacosCandidacy, Boolean> candidacies = new ConcurrentHashMap<>();

    private NacosRegistry(NacosConfig config, InstanceProbe probe) {
        this.config = config;
        this.memory = RegistryMemory.open(config.snapshot(), probe, timer, clock, randomness);
        this.worker = new NacosWorker(config, timer, this::connected);
        this.departures = new Departures(worker, randomness);
    }

    /**
     * Starts; waits for the registry as long as the configuration says at most, and goes on without
     * it otherwise. Instances that the registry misses are asked at their ports.
     */
    public static NacosRegistry start(NacosConfig config) {
        return start(config, new PortProbe());
    }

    /** Starts likewise; instances that the registry misses are asked by this probe. */
    public static NacosRegistry start(NacosConfig config, InstanceProbe probe) {
        NacosRegistry registry = new NacosRegistry(config, probe);
        registry.worker.start();
        registry.awaitStart(config.startWait());
        return registry;
    }

    @Override
    public Registration register(ServiceInstance instance, BooleanSupplier ready) {
        NacosRegistration registration =
                new NacosRegistration(
                        new RegistryEntry(instance, life()),
                        ready,
                        places,
                        departures,
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
        return watched(name).fetch();
    }

    @Override
    public CompletableFuture<Publication> publish(
            String name, long expectedVersion, String content) {
        return watched(name)
                .publish(expectedVersion, content, Long.toHexString(randomness.nextLong()));
    }

    @Override
    public Candidacy stand(String election, String candidate) {
        Names.require("election", election);
        Names.require("candidate", candidate);
        NacosCandidacy candidacy =
                new NacosCandidacy(
                        election,
                        candidate,
                        config.handover(),
                        places,
                        worker,
                        timer,
                        randomness,
                        candidacies::remove);
        candidacies.put(candidacy, true);
        candidacy.begin();
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
        candidacies.keySet().forEach(NacosCandidacy::close);
        List<CompletableFuture<Void>> leaving =
                registrations.keySet().stream().map(NacosRegistration::leave).toList();
        if (worker.isConnected()) {
            await(CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new)));
        }
        timer.close();
        worker.close();
    }

    /** Greater for whoever began later, as far as clocks agree; no two are the same. */
    private String life() {
        return "%016x-%016x".formatted(clock.now().toEpochMilli(), randomness.nextLong());
    }

    private void connected(boolean now) {
        if (now) {
            candidacies.keySet().forEach(NacosCandidacy::forgetMissing);
        }
        candidacies.keySet().forEach(NacosCandidacy::tell);
    }

    private void watch(String role) {
        roles.computeIfAbsent(
                role,
                name -> {
                    Names.require("role", name);
                    NacosRole added = new NacosRole(name, memory, departures, worker);
                    added.begin();
                    return added;
                });
    }

    private NacosDocument watched(String document) {
        return documents.computeIfAbsent(
                document,
                name -> {
                    Names.require("document", name);
                    NacosDocument added = new NacosDocument(name, memory, worker, timer);
                    added.begin();
                    return added;
                });
    }

    private static void await(CompletableFuture<Void> left) {
        try {
            left.orTimeout(LEAVE_MILLIS, TimeUnit.MILLISECONDS).join();
        } catch (RuntimeException late) {
            LOG.warn("left without the registry's answer; the end of the connection ends it", late);
        }
    }

    private void awaitStart(Duration atMost) {
        if (atMost.isZero()) {
            return;
        }
        try {
            worker.reached().orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (RuntimeException silent) {
            LOG.warn(
                    "registry {} does not answer; starting with what it said last",
                    config.servers());
        }
    }
}
