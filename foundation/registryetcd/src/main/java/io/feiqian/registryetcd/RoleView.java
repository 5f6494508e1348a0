package io.feiqian.registryetcd;

import io.etcd.jetcd.api.KeyValue;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.RegistryMemory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The instances of a role, and the notes of those who left, as they stand in etcd. */
final class RoleView implements WatchedRange.View {
    private static final Logger LOG = LoggerFactory.getLogger(RoleView.class);

    private final String role;
    private final RegistryMemory memory;
    private final Supplier<Duration> askAfter;
    private final Map<String, RegistryEntry> found = new HashMap<>();
    private final Map<String, String> left = new HashMap<>();

    RoleView(String role, RegistryMemory memory, Supplier<Duration> askAfter) {
        this.role = role;
        this.memory = memory;
        this.askAfter = askAfter;
    }

    @Override
    public void begin() {
        found.clear();
        left.clear();
    }

    @Override
    public void put(String name, KeyValue value) {
        String text = value.getValue().toStringUtf8();
        if (name.startsWith(EtcdKeys.LEFT)) {
            left.put(name.substring(EtcdKeys.LEFT.length()), text);
            return;
        }
        RegistryEntry.parse(role, name, text)
                .ifPresentOrElse(
                        each -> found.put(name, each),
                        () -> {
                            found.remove(name);
                            LOG.warn("registry: {} of role {} is not understood", name, role);
                        });
    }

    @Override
    public void removed(String name) {
        if (name.startsWith(EtcdKeys.LEFT)) {
            left.remove(name.substring(EtcdKeys.LEFT.length()));
        } else {
            found.remove(name);
        }
    }

    @Override
    public void done() {
        memory.listed(role, found.values(), left, askAfter.get());
    }
}
