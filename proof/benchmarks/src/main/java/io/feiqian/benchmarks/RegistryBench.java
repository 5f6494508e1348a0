package io.feiqian.benchmarks;

import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One service among many changes, and all who watch it are told. The instances are simulated: a few
 * processes have registered all of them. Every subscriber is the client that a process has, with a
 * connection of its own.
 */
final class RegistryBench {
    private static final int INSTANCES_OF_A_SERVICE = 40;
    private static final int PROVIDERS = 20;
    private static final int AT_ONCE = 32;
    private static final int WARM_UP = 5;
    private static final int WAIT_SECONDS = 10;
    private static final String CHANGED = "service-0";

    private final RegistryEngine engine;
    private final int services;
    private final int subscribers;
    private final int changes;
    private final PrintStream progress;
    private final Clock clock = Clock.system();
    private final List<Registry> open = new ArrayList<>();
    private volatile Change current = Change.NONE;

    RegistryBench(
            RegistryEngine engine,
            int services,
            int subscribers,
            int changes,
            PrintStream progress) {
        this.engine = engine;
        this.services = services;
        this.subscribers = subscribers;
        this.changes = changes;
        this.progress = progress;
    }

    /** A change that is under way: what a subscriber sees once it knows, and who does. */
    private record Change(int size, AtomicLongArray knownAt, CountDownLatch left) {
        static final Change NONE = of(-1, 0);

        static Change of(int size, int subscribers) {
            return new Change(
                    size, new AtomicLongArray(subscribers), new CountDownLatch(subscribers));
        }
    }

    RegistryRow run() throws Exception {
        try {
            progress.printf("%s: %d services ...%n", engine.name(), services);
            registerAll();
            double before = usedKilobytes();
            subscribe();
            double kept = (usedKilobytes() - before) / subscribers;
            return measure(kept);
        } finally {
            inParallel(
                    open.stream()
                            .map(each ->
                                    (Callable<Boolean>)
                                            () -> {
                                                each.close();
                                                return true;
                                            })
                            .toList());
        }
    }

    private void registerAll() throws Exception {
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int provider = 0; provider < PROVIDERS; provider++) {
            Registry registry = engine.connect("provider-" + provider);
            open.add(registry);
            int mine = provider;
            work.add(() -> registerShare(registry, mine));
        }
        inParallel(work);
    }

    private boolean registerShare(Registry registry, int provider) throws Exception {
        List<Registration> all = new ArrayList<>();
        for (int i = provider; i < services * INSTANCES_OF_A_SERVICE; i += PROVIDERS) {
            all.add(registry.register(instance(i % services, i / services), () -> true));
        }
        for (Registration each : all) {
            each.registered().get(10, TimeUnit.MINUTES);
        }
        return true;
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
        open.addAll(inParallel(work));
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

    private RegistryRow measure(double keptKilobytes) throws Exception {
        Latencies latencies = new Latencies();
        long missed = 0;
        double cpu = 0;
        Optional<Registration> extra = Optional.empty();
        for (int i = 0; i < WARM_UP + changes; i++) {
            boolean counts = i >= WARM_UP;
            int size = INSTANCES_OF_A_SERVICE + (extra.isEmpty() ? 1 : 0);
            Change change = Change.of(size, subscribers);
            current = change;
            double cpuBefore = engine.processorNanos();
            long begin = clock.nanos();
            if (extra.isEmpty()) {
                extra =
                        Optional.of(
                                open.getFirst()
                                        .register(instance(0, INSTANCES_OF_A_SERVICE), () -> true));
            } else {
                extra.get().close();
                extra = Optional.empty();
            }
            boolean all = change.left.await(WAIT_SECONDS, TimeUnit.SECONDS);
            if (counts) {
                cpu += engine.processorNanos() - cpuBefore;
                missed += all ? 0 : change.left.getCount();
                for (int each = 0; each < subscribers; each++) {
                    long at = change.knownAt.get(each);
                    if (at != 0) {
                        latencies.record(at - begin);
                    }
                }
            }
        }
        return new RegistryRow(
                "push",
                engine.name(),
                services,
                services * INSTANCES_OF_A_SERVICE,
                subscribers,
                changes,
                latencies.quantileMicros(0.5) / 1_000,
                latencies.quantileMicros(0.99) / 1_000,
                latencies.quantileMicros(1) / 1_000,
                cpu / 1_000 / ((double) changes * subscribers),
                keptKilobytes,
                missed);
    }

    private static ServiceInstance instance(int service, int number) {
        return new ServiceInstance(
                "service-" + service,
                Optional.empty(),
                "instance-" + number,
                "10.0.%d.%d".formatted(service % 250, number),
                7_000,
                Map.of("site", number % 2 == 0 ? "north" : "south"));
    }

    private static double usedKilobytes() {
        System.gc();
        Runtime now = Runtime.getRuntime();
        return (now.totalMemory() - now.freeMemory()) / 1_024.0;
    }

    private static <T> List<T> inParallel(List<Callable<T>> work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<T> done = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(work)) {
                done.add(each.get());
            }
            return done;
        }
    }
}
