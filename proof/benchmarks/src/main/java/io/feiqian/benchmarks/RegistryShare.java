package io.feiqian.benchmarks;

import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The instances of {@code bench registry}, in a process of its own: a few connections hold them
 * all, so they are simulated as far as their number of processes goes. For one thread.
 */
final class RegistryShare implements AutoCloseable {
    static final int INSTANCES_OF_A_SERVICE = 40;
    private static final int PROVIDERS = 20;
    private static final int WAIT_MINUTES = 10;

    private final List<Registry> providers = new ArrayList<>();
    private int services;

    RegistryShare(RegistryEngine.Kind kind, String address) {
        for (int i = 0; i < PROVIDERS; i++) {
            providers.add(RegistryEngine.connect(kind, address, "provider-" + i));
        }
    }

    /** Registers what is missing, until there are so many services; says how many there are. */
    String grow(String to) {
        int wanted = Integer.parseInt(to);
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < PROVIDERS; i++) {
            int mine = i;
            work.add(() -> register(mine, wanted));
        }
        inParallel(work, PROVIDERS);
        services = wanted;
        return Integer.toString(services);
    }

    static ServiceInstance instance(int service, int number) {
        return new ServiceInstance(
                "service-" + service,
                Optional.empty(),
                "instance-" + number,
                "10.0.%d.%d".formatted(service % 250, number),
                7_000,
                Map.of("site", number % 2 == 0 ? "north" : "south"));
    }

    static <T> List<T> inParallel(List<Callable<T>> work, int atOnce) {
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            List<T> done = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(work)) {
                done.add(each.get());
            }
            return done;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } catch (java.util.concurrent.ExecutionException failure) {
            throw new IllegalStateException("the benchmark's registry failed", failure);
        }
    }

    @Override
    public void close() {
        List<Callable<Boolean>> work = new ArrayList<>();
        for (Registry each : providers) {
            work.add(() -> {
                each.close();
                return true;
            });
        }
        inParallel(work, PROVIDERS);
    }

    private int register(int provider, int wanted) throws Exception {
        List<Registration> all = new ArrayList<>();
        for (int service = services; service < wanted; service++) {
            for (int i = provider; i < INSTANCES_OF_A_SERVICE; i += PROVIDERS) {
                all.add(providers.get(provider).register(instance(service, i), () -> true));
            }
        }
        for (Registration each : all) {
            each.registered().get(WAIT_MINUTES, TimeUnit.MINUTES);
        }
        return all.size();
    }
}
