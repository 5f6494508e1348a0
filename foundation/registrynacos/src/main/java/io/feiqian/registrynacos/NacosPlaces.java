package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.pojo.Instance;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.ServiceInstance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process has registered. Nacos keeps one list a process and name, so each change writes
 * the list of its name anew; after a lost connection Nacos's client does that by itself. Only the
 * worker's thread comes here.
 */
final class NacosPlaces {
    static final int MOST_METADATA = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(NacosPlaces.class);
    private static final String ID = "feiqian-id";
    private static final String ENTRY = "feiqian";

    private final Map<String, Map<String, Instance>> wanted = new LinkedHashMap<>();
    private final Map<String, List<Instance>> written = new LinkedHashMap<>();

    /** The form of an instance in Nacos; refuses one that Nacos would not take. */
    static Instance form(RegistryEntry entry) {
        ServiceInstance instance = entry.instance();
        String text = entry.toJson();
        int length = text.length() + instance.id().length() + ID.length() + ENTRY.length();
        if (length > MOST_METADATA) {
            throw new IllegalArgumentException(
                    "labels of %s: %d characters with the rest (expected: at most %d, what Nacos takes)"
                            .formatted(instance.id(), length, MOST_METADATA));
        }
        Instance form = new Instance();
        form.setIp(instance.host());
        form.setPort(instance.port());
        form.setEphemeral(true);
        form.setMetadata(Map.of(ID, instance.id(), ENTRY, text));
        return form;
    }

    /** What stands in Nacos; empty where it is nothing that this version understands. */
    static Optional<RegistryEntry> parse(String role, Instance form) {
        Map<String, String> said = form.getMetadata();
        return Optional.ofNullable(said.get(ENTRY))
                .flatMap(text -> RegistryEntry.parse(role, said.getOrDefault(ID, ""), text));
    }

    void put(NacosLink link, String name, String id, Instance place) throws NacosException {
        wanted.computeIfAbsent(name, _ -> new LinkedHashMap<>()).put(id, place);
        write(link, name);
    }

    /** Takes it out, if it still is this one. */
    void remove(NacosLink link, String name, String id, Instance place) throws NacosException {
        wanted.getOrDefault(name, new LinkedHashMap<>()).remove(id, place);
        write(link, name);
    }

    private void write(NacosLink link, String name) throws NacosException {
        List<Instance> now = new ArrayList<>(wanted.getOrDefault(name, Map.of()).values());
        List<Instance> before = written.getOrDefault(name, List.of());
        if (now.equals(before)) {
            return;
        }
        if (now.isEmpty()) {
            link.leave(name, before);
        } else {
            link.register(name, now);
        }
        written.put(name, now);
        LOG.debug("registry: {} of this process: {}", name, now.size());
    }
}
