package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.listener.AbstractEventListener;
import com.alibaba.nacos.api.naming.listener.Event;
import com.alibaba.nacos.api.naming.pojo.Instance;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.RegistryMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The instances of a role as they stand in Nacos. Only the worker's thread comes here. */
final class NacosRole extends AbstractEventListener {
    private static final Logger LOG = LoggerFactory.getLogger(NacosRole.class);

    private final String role;
    private final RegistryMemory memory;
    private final Departures departures;
    private final NacosWorker worker;

    NacosRole(String role, RegistryMemory memory, Departures departures, NacosWorker worker) {
        this.role = role;
        this.memory = memory;
        this.departures = departures;
        this.worker = worker;
    }

    void begin() {
        worker.run(
                "watch role " + role,
                link -> {
                    link.watch(role, this);
                    read(link);
                });
    }

    @Override
    public Executor getExecutor() {
        return worker.executor();
    }

    /** What it tells of may be older than what is known by now, so it is looked up. */
    @Override
    public void onEvent(Event event) {
        worker.run("read role " + role, this::read);
    }

    private void read(NacosLink link) throws NacosException {
        Map<String, RegistryEntry> found = new HashMap<>();
        for (Instance each : link.registered(role)) {
            NacosPlaces.parse(role, each)
                    .ifPresentOrElse(
                            // Two lives of one name: the later one, whose number is greater.
                            entry ->
                                    found.merge(
                                            entry.instance().id(),
                                            entry,
                                            (one, two) ->
                                                    one.life().compareTo(two.life()) > 0
                                                            ? one
                                                            : two),
                            () ->
                                    LOG.warn(
                                            "registry: {}:{} of role {} is not understood",
                                            each.getIp(),
                                            each.getPort(),
                                            role));
        }
        Set<String> missing = memory.missingFrom(role, found.keySet());
        memory.listed(
                role,
                found.values(),
                missing.isEmpty() ? Map.of() : departures.of(link, role),
                worker.askAfter());
    }
}
