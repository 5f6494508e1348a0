package io.feiqian.server;

import io.feiqian.bank.contract.ListServicesResponse;
import io.feiqian.bank.contract.ServiceInstanceRecord;
import io.feiqian.bank.contract.ServiceRecord;
import io.feiqian.configuration.StandingReport;
import io.feiqian.registry.Doubted;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Who is registered under which name and who watches it: what the registry says now, or what is
 * known here where it is silent. Looking makes nobody a subscriber.
 */
final class RegisteredServices {
    /** More than an operator can oversee at once; the registry is not read further. */
    static final int MOST_INSTANCES = 2_000;

    /** Statements beside registrations, and no services. */
    private static final Set<String> STATEMENTS = Set.of(SystemView.DRAINING, StandingReport.ROLE);

    private static final Duration LOOK = Duration.ofSeconds(3);

    private RegisteredServices() {}

    static ListServicesResponse of(Registry registry) {
        try {
            return asked(registry);
        } catch (CompletionException silent) {
            return known(registry);
        }
    }

    private static ListServicesResponse asked(Registry registry) {
        ListServicesResponse.Builder listed =
                ListServicesResponse.newBuilder().setRegistryAnswers(true);
        List<String> roles = join(registry.roles());
        Set<String> draining = ids(join(registry.listed(SystemView.DRAINING, MOST_INSTANCES)));
        Map<String, List<Doubted>> doubted = new HashMap<>();
        for (Doubted each : registry.doubted()) {
            doubted.computeIfAbsent(each.instance().role(), _ -> new ArrayList<>()).add(each);
        }
        Map<String, List<ServiceInstance>> found = new TreeMap<>();
        doubted.keySet().forEach(role -> found.put(role, List.of()));
        int room = MOST_INSTANCES;
        for (String role : roles) {
            if (room == 0) {
                listed.setMore(true);
                break;
            }
            List<ServiceInstance> instances = join(registry.listed(role, room));
            room -= instances.size();
            found.put(role, instances);
        }
        if (room == 0 || roles.size() == Registry.MOST_ROLES) {
            listed.setMore(true);
        }
        STATEMENTS.forEach(found::remove);
        found.forEach((role, instances) ->
                listed.addServices(
                        subscribers(
                                registry,
                                role,
                                service(
                                        role,
                                        instances,
                                        doubted.getOrDefault(role, List.of()),
                                        draining))));
        return listed.build();
    }

    /** Of the cells everybody knows something. */
    private static ListServicesResponse known(Registry registry) {
        return ListServicesResponse.newBuilder()
                .addServices(
                        service(
                                SystemView.CELLS,
                                registry.instances(SystemView.CELLS),
                                registry.doubted(),
                                ids(registry.instances(SystemView.DRAINING))))
                .build();
    }

    private static ServiceRecord.Builder service(
            String role,
            List<ServiceInstance> instances,
            List<Doubted> doubted,
            Set<String> draining) {
        Set<String> missing =
                doubted.stream()
                        .map(each -> each.instance())
                        .filter(each -> each.role().equals(role))
                        .map(ServiceInstance::id)
                        .collect(Collectors.toSet());
        Map<String, ServiceInstance> all = new TreeMap<>();
        doubted.stream()
                .map(Doubted::instance)
                .filter(each -> each.role().equals(role))
                .forEach(each -> all.put(each.id(), each));
        instances.forEach(each -> all.put(each.id(), each));
        ServiceRecord.Builder service = ServiceRecord.newBuilder().setName(role);
        all.values()
                .forEach(each ->
                        service.addInstances(
                                ServiceInstanceRecord.newBuilder()
                                        .setInstance(each.id())
                                        .setCell(each.cell().map(Object::toString).orElse(""))
                                        .setAddress(each.address())
                                        .putAllLabels(each.labels())
                                        .setState(
                                                missing.contains(each.id())
                                                        ? "DOUBTED"
                                                        : role.equals(SystemView.CELLS)
                                                                        && draining.contains(
                                                                                each.id())
                                                                ? "DRAINING"
                                                                : "REGISTERED")));
        return service;
    }

    private static ServiceRecord.Builder subscribers(
            Registry registry, String role, ServiceRecord.Builder service) {
        try {
            return service.addAllSubscribers(join(registry.subscribers(role)))
                    .setSubscribersKnown(true);
        } catch (CompletionException notKept) {
            return service;
        }
    }

    private static Set<String> ids(List<ServiceInstance> instances) {
        return instances.stream().map(ServiceInstance::id).collect(Collectors.toSet());
    }

    private static <T> T join(CompletableFuture<T> asked) {
        return asked.orTimeout(LOOK.toMillis(), TimeUnit.MILLISECONDS).join();
    }
}
