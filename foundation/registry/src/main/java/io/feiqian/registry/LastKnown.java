package io.feiqian.registry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of instances and documents, with those who listen. Reading takes no lock; changes
 * and what listeners are told come in one order.
 */
final class LastKnown {
    private static final Logger LOG = LoggerFactory.getLogger(LastKnown.class);

    private final Map<String, List<ServiceInstance>> instances = new ConcurrentHashMap<>();
    private final Map<String, Document> documents = new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<List<ServiceInstance>>>> onInstances =
            new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<Document>>> onDocument = new ConcurrentHashMap<>();
    private final Consumer<SnapshotFile.Content> keep;

    /** Starts from this; every change is handed to {@code keep}. */
    LastKnown(SnapshotFile.Content start, Consumer<SnapshotFile.Content> keep) {
        this.keep = keep;
        instances.putAll(start.instances());
        documents.putAll(start.documents());
    }

    List<ServiceInstance> instances(String role) {
        return instances.getOrDefault(role, List.of());
    }

    Optional<Document> document(String name) {
        return Optional.ofNullable(documents.get(name));
    }

    synchronized void learn(String role, Iterable<ServiceInstance> found) {
        List<ServiceInstance> sorted = new ArrayList<>();
        found.forEach(sorted::add);
        sorted.sort(Comparator.comparing(ServiceInstance::id));
        List<ServiceInstance> now = List.copyOf(sorted);
        if (now.equals(instances.put(role, now))) {
            return;
        }
        keep();
        for (Consumer<List<ServiceInstance>> each : onInstances.getOrDefault(role, List.of())) {
            tell(each, now);
        }
    }

    synchronized void learn(Document now) {
        if (now.equals(documents.put(now.name(), now))) {
            return;
        }
        keep();
        for (Consumer<Document> each : onDocument.getOrDefault(now.name(), List.of())) {
            tell(each, now);
        }
    }

    synchronized Runnable watchInstances(String role, Consumer<List<ServiceInstance>> listener) {
        List<Consumer<List<ServiceInstance>>> all =
                onInstances.computeIfAbsent(role, each -> new CopyOnWriteArrayList<>());
        all.add(listener);
        tell(listener, instances(role));
        return () -> all.remove(listener);
    }

    synchronized Runnable watchDocument(String name, Consumer<Document> listener) {
        List<Consumer<Document>> all =
                onDocument.computeIfAbsent(name, each -> new CopyOnWriteArrayList<>());
        all.add(listener);
        document(name).ifPresent(known -> tell(listener, known));
        return () -> all.remove(listener);
    }

    private void keep() {
        try {
            keep.accept(new SnapshotFile.Content(Map.copyOf(instances), Map.copyOf(documents)));
        } catch (RuntimeException failure) {
            LOG.warn("what the registry said last is not kept in a file", failure);
        }
    }

    private static <T> void tell(Consumer<T> listener, T news) {
        try {
            listener.accept(news);
        } catch (RuntimeException fault) {
            LOG.error("a listener of the registry failed", fault);
        }
    }
}
