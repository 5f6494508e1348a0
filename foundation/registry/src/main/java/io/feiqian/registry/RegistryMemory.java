package io.feiqian.registry;

import io.feiqian.registry.spi.InstanceProbe;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a process learned of its registry, as every adapter keeps it: in memory and in a file, with
 * those who listen, and without losing an instance that the registry merely forgot. Reading takes
 * no lock. Thread-safe.
 */
public final class RegistryMemory {
    private final LastKnown known;
    private final ProvenLists lists;

    private RegistryMemory(LastKnown known, ProvenLists lists) {
        this.known = known;
        this.lists = lists;
    }

    /**
     * Begins with what was kept.
     *
     * @param snapshot the file that keeps what the registry said last; empty for none
     * @param probe asks instances that are missing
     */
    public static RegistryMemory open(
            Optional<Path> snapshot,
            InstanceProbe probe,
            Timer timer,
            Clock clock,
            Randomness randomness) {
        Optional<SnapshotFile> file = snapshot.map(SnapshotFile::new);
        LastKnown known =
                new LastKnown(
                        file.map(SnapshotFile::read).orElse(SnapshotFile.Content.EMPTY),
                        content -> file.ifPresent(each -> each.write(content)));
        return new RegistryMemory(known, new ProvenLists(known, probe, timer, clock, randomness));
    }

    /** The instances that are served, in order of their ids. */
    public List<ServiceInstance> instances(String role) {
        return known.instances(role);
    }

    /** Tells the listener at once and at every change, in order; running the answer ends it. */
    public Runnable watchInstances(String role, Consumer<List<ServiceInstance>> listener) {
        return known.watchInstances(role, listener);
    }

    /** The document as it was known last. */
    public Optional<Document> document(String name) {
        return known.document(name);
    }

    /** Tells the listener what is known, and every change, in order; running the answer ends it. */
    public Runnable watchDocument(String name, Consumer<Document> listener) {
        return known.watchDocument(name, listener);
    }

    /** Takes a document that the registry gave. */
    public void learn(Document document) {
        known.learn(document);
    }

    /**
     * Takes a list that the registry gave; who is missing from it is served on until it is proven
     * that it is gone.
     *
     * @param found whom the registry lists
     * @param left who said that they leave: the lives that they ended, by id
     * @param askAfter how long those who are missing are left to register again before they are
     *     asked
     */
    public void listed(
            String role,
            Collection<RegistryEntry> found,
            Map<String, String> left,
            Duration askAfter) {
        lists.listed(role, found, left, askAfter);
    }

    /** Who is known and not among those found: of them it is worth asking whether they left. */
    public Set<String> missingFrom(String role, Set<String> found) {
        return lists.missingFrom(role, found);
    }

    /** Who is served without being listed. */
    public List<Doubted> doubted() {
        return lists.doubted();
    }
}
