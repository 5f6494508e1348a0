package io.feiqian.benchmarks;

import static io.feiqian.benchmarks.RegistryShare.INSTANCES_OF_A_SERVICE;

import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One service among many changes, and all who watch it are told; then the registry grows, and the
 * same is measured again with the same watchers. Three processes: the registry, the instances, and
 * the subscribers (this one), of which each is the very client that a service has, with a
 * connection and a session of its own.
 */
final class RegistryBench implements AutoCloseable {
    private static final int AT_ONCE = 32;

    /** Changes before those that count; of the first registry it takes more to warm the clients. */
    private static final int FIRST_WARM_UP = 20;

    private static final int WARM_UP = 6;
    private static final int WAIT_SECONDS = 10;
    private static final List<String> SHARE_FLAGS = List.of("-Xmx768m", "-XX:+UseSerialGC");
    private static final String CHANGED = "service-0";

    private final RegistryEngine engine;
    private final int subscribers;
    private final int changes;
    private final PrintStream progress;
    private final Clock clock = Clock.system();
    private final List<Registry> open = new ArrayList<>();
    private final BenchPart instances;
    private final Registry changer;
    private final double emptyRegistry;
    private double beforeSubscribing;
    private double beforeSubscribingRegistry;
    private volatile Change current = Change.NONE;

    RegistryBench(RegistryEngine engine, int subscribers, int changes, PrintStream progress)
            throws Exception {
        this.engine = engine;
        this.subscribers = subscribers;
        this.changes = changes;
        this.progress = progress;
        this.instances =
                new BenchPart(
                        SHARE_FLAGS,
                        List.of(
                                "registry-instances",
                                "--engine",
                                engine.name(),
                                "--address",
                                engine.address()),
                        "");
        this.changer = engine.connect("changer");
        this.emptyRegistry = engine.memoryBytes();
    }

    /** A change that is under way: what a subscriber sees once it knows, and who does. */
    private record Change(int size, AtomicLongArray knownAt, CountDownLatch left) {
        static final Change NONE = of(-1, 0);

        static Change of(int size, int subscribers) {
            return new Change(
                    size, new AtomicLongArray(subscribers), new CountDownLatch(subscribers));
        }
    }

    /** Lets the registry grow to so many services, and measures. */
    RegistryRow at(int services) throws Exception {
        progress.printf("%s: %,d services ...%n", engine.name(), services);
        boolean first = open.isEmpty();
        double before = first ? emptyRegistry : engine.memoryBytes();
        instances.ask(Integer.toString(services));
        double registry = engine.memoryBytes();
        if (first) {
            beforeSubscribing = usedBytes();
            beforeSubscribingRegistry = registry;
            progress.printf("%s: %,d subscribers ...%n", engine.name(), subscribers);
            subscribe();
        } else {
            beforeSubscribingRegistry += registry - before;
        }
        return measure(services, first ? FIRST_WARM_UP : WARM_UP);
    }

    @Override
    public void close() {
        // The watchers first, so that nobody asks after those who leave.
        RegistryShare.inParallel(closing(open), AT_ONCE);
        changer.close();
        instances.close();
    }

    private static List<Callable<Boolean>> closing(List<Registry> all) {
        List<Callable<Boolean>> work = new ArrayList<>();
        for (Registry each : all) {
            work.add(() -> {
                each.close();
                return true;
            });
        }
        return work;
    }

    private void subscribe() throws Exception {
        CountDownLatch ready = new CountDownLatch(subscribers);
        List<Callable<Registry>> work = new ArrayList<>();
        for (int i = 0; i < subscribers; i++) {
            int number = i;
            work.add(() -> {
                Registry registry = engine.connect("subscriber-" + number);
                boolean[] full = new boolean[1];
                registry.watchInstances(
                        CHANGED,
                        list -> {
                            if (list.size() == INSTANCES_OF_A_SERVICE && !full[0]) {
                                full[0] = true;
                                ready.countDown();
                            }
                            told(number, list.size());
                        });
                return registry;
            });
        }
        open.addAll(RegistryShare.inParallel(work, AT_ONCE));
        if (!ready.await(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException(ready.getCount() + " subscribers saw no full list");
        }
    }

    private void told(int subscriber, int size) {
        Change now = current;
        if (size == now.size && now.knownAt.compareAndSet(subscriber, 0, clock.nanos())) {
            now.left.countDown();
        }
    }

    private RegistryRow measure(int services, int warmUp) throws Exception {
        Latencies latencies = new Latencies();
        long missed = 0;
        double clients = 0;
        double registry = 0;
        Optional<Registration> extra = Optional.empty();
        // An even number, so that the service is as it was.
        int measured = changes + changes % 2;
        for (int i = 0; i < warmUp + measured; i++) {
            Change change =
                    Change.of(INSTANCES_OF_A_SERVICE + (extra.isEmpty() ? 1 : 0), subscribers);
            current = change;
            double clientsBefore = ProcessorTime.ownNanos();
            double registryBefore = engine.processorNanos();
            long begin = clock.nanos();
            extra = change(extra);
            boolean all = change.left.await(WAIT_SECONDS, TimeUnit.SECONDS);
            if (i >= warmUp) {
                clients += ProcessorTime.ownNanos() - clientsBefore;
                registry += engine.processorNanos() - registryBefore;
                missed += all ? 0 : change.left.getCount();
                record(change, begin, latencies);
            }
        }
        double notices = 1_000.0 * measured * subscribers;
        int registered = services * INSTANCES_OF_A_SERVICE;
        return new RegistryRow(
                "push",
                engine.name(),
                services,
                registered,
                subscribers,
                measured,
                latencies.quantileMicros(0.5) / 1_000,
                latencies.quantileMicros(0.99) / 1_000,
                latencies.quantileMicros(1) / 1_000,
                clients / notices,
                registry / notices,
                (usedBytes() - beforeSubscribing) / 1_024 / subscribers,
                Math.max(0, beforeSubscribingRegistry - emptyRegistry) / registered,
                missed);
    }

    private Optional<Registration> change(Optional<Registration> extra) {
        if (extra.isPresent()) {
            extra.get().close();
            return Optional.empty();
        }
        return Optional.of(
                changer.register(RegistryShare.instance(0, INSTANCES_OF_A_SERVICE), () -> true));
    }

    private void record(Change change, long begin, Latencies latencies) {
        for (int each = 0; each < subscribers; each++) {
            long at = change.knownAt.get(each);
            if (at != 0) {
                latencies.record(at - begin);
            }
        }
    }

    /** Of this process's heap, after collections. */
    static double usedBytes() {
        Runtime now = Runtime.getRuntime();
        System.gc();
        System.gc();
        return now.totalMemory() - now.freeMemory();
    }
}
