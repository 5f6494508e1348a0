package io.feiqian.registry;

import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A registry inside one process: for a bank in a single process, and for tests. Several handles,
 * made by {@link #another}, share what they know as if each were a process of its own.
 */
public final class InMemoryRegistry implements Registry {
    private static final Duration READY_LOOK = Duration.ofMillis(50);

    private final Shared shared;
    private final Timer timer;
    private final List<AutoCloseable> mine = new CopyOnWriteArrayList<>();

    /** An empty registry; instances that are not ready at once are asked again by this timer. */
    public InMemoryRegistry(Timer timer) {
        this(new Shared(), timer);
    }

    private InMemoryRegistry(Shared shared, Timer timer) {
        this.shared = shared;
        this.timer = timer;
    }

    /** Another handle on the same registry. */
    public InMemoryRegistry another() {
        return new InMemoryRegistry(shared, timer);
    }

    @Override
    public Registration register(ServiceInstance instance, BooleanSupplier ready) {
        Entry entry = new Entry(instance);
        mine.add(entry);
        registerWhen(ready, entry);
        return entry;
    }

    @Override
    public List<ServiceInstance> instances(String role) {
        return shared.known.instances(role);
    }

    @Override
    public Runnable watchInstances(String role, Consumer<List<ServiceInstance>> listener) {
        Runnable end = shared.known.watchInstances(role, listener);
        mine.add(end::run);
        return end;
    }

    @Override
    public CompletableFuture<List<String>> roles() {
        synchronized (shared) {
            return CompletableFuture.completedFuture(
                    shared.byRole.entrySet().stream()
                            .filter(each -> !each.getValue().isEmpty())
                            .map(Map.Entry::getKey)
                            .sorted()
                            .limit(MOST_ROLES)
                            .toList());
        }
    }

    @Override
    public CompletableFuture<List<ServiceInstance>> listed(String role, int most) {
        return CompletableFuture.completedFuture(instances(role).stream().limit(most).toList());
    }

    @Override
    public Optional<Document> document(String name) {
        return shared.known.document(name);
    }

    @Override
    public Runnable watchDocument(String name, Consumer<Document> listener) {
        Runnable end = shared.known.watchDocument(name, listener);
        mine.add(end::run);
        return end;
    }

    @Override
    public CompletableFuture<Optional<Document>> fetch(String name) {
        return CompletableFuture.completedFuture(document(name));
    }

    @Override
    public CompletableFuture<Publication> publish(
            String name, long expectedVersion, String content) {
        synchronized (shared) {
            Optional<Document> current = document(name);
            if (current.map(Document::version).orElse(0L) != expectedVersion) {
                return CompletableFuture.completedFuture(new Publication.Outdated(current));
            }
            Document next = new Document(name, expectedVersion + 1, content);
            shared.known.learn(next);
            return CompletableFuture.completedFuture(new Publication.Published(next));
        }
    }

    @Override
    public Candidacy stand(String election, String candidate) {
        Names.require("election", election);
        Names.require("candidate", candidate);
        Standing standing = new Standing(election);
        mine.add(standing);
        standing.begin();
        return standing;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public void close() {
        for (AutoCloseable each : mine) {
            try {
                each.close();
            } catch (Exception unexpected) {
                throw new IllegalStateException("nothing here throws", unexpected);
            }
        }
        mine.clear();
    }

    private void registerWhen(BooleanSupplier ready, Entry entry) {
        if (entry.left) {
            return;
        }
        if (ready.getAsBoolean()) {
            entry.begin();
        } else {
            timer.after(READY_LOOK, () -> registerWhen(ready, entry));
        }
    }

    /** What all handles see. */
    private static final class Shared {
        final LastKnown known = new LastKnown(SnapshotFile.Content.EMPTY, content -> {});
        final Map<String, Map<String, Entry>> byRole = new HashMap<>();
        final Map<String, List<Standing>> elections = new HashMap<>();

        void publish(String role) {
            known.learn(
                    role,
                    byRole.getOrDefault(role, Map.of()).values().stream()
                            .map(entry -> entry.instance)
                            .toList());
        }
    }

    private final class Entry implements Registration {
        private ServiceInstance instance;
        private final CompletableFuture<Void> registered = new CompletableFuture<>();
        private volatile boolean left;

        Entry(ServiceInstance instance) {
            this.instance = instance;
        }

        void begin() {
            synchronized (shared) {
                if (left) {
                    return;
                }
                shared.byRole
                        .computeIfAbsent(instance.role(), role -> new HashMap<>())
                        .put(instance.id(), this);
                shared.publish(instance.role());
            }
            registered.complete(null);
        }

        @Override
        public CompletableFuture<Void> registered() {
            return registered.copy();
        }

        @Override
        public void change(ServiceInstance now) {
            synchronized (shared) {
                instance.requireSame(now);
                instance = now;
                if (!left) {
                    shared.publish(instance.role());
                }
            }
        }

        @Override
        public void close() {
            synchronized (shared) {
                left = true;
                shared.byRole
                        .getOrDefault(instance.role(), new HashMap<>())
                        .remove(instance.id(), this);
                shared.publish(instance.role());
            }
        }
    }

    private final class Standing implements Candidacy {
        private final String election;
        private final List<Consumer<Boolean>> listeners = new ArrayList<>();
        private boolean leads;

        Standing(String election) {
            this.election = election;
        }

        void begin() {
            synchronized (shared) {
                List<Standing> all =
                        shared.elections.computeIfAbsent(election, name -> new ArrayList<>());
                all.add(this);
                all.get(0).lead(true);
            }
        }

        @Override
        public boolean isLeader() {
            synchronized (shared) {
                return leads;
            }
        }

        @Override
        public void onChange(Consumer<Boolean> listener) {
            synchronized (shared) {
                listeners.add(listener);
                listener.accept(leads);
            }
        }

        @Override
        public void close() {
            synchronized (shared) {
                List<Standing> all = shared.elections.getOrDefault(election, new ArrayList<>());
                all.remove(this);
                lead(false);
                if (!all.isEmpty()) {
                    all.get(0).lead(true);
                }
            }
        }

        private void lead(boolean now) {
            if (leads != now) {
                leads = now;
                listeners.forEach(each -> each.accept(now));
            }
        }
    }
}
