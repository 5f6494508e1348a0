package io.feiqian.registry;

import io.feiqian.registry.spi.InstanceProbe.Answer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The list of a role's instances that is served, in which nobody goes missing without proof
 * (P6.2.2.1-f). Immutable and pure; {@link ProvenLists} drives it.
 *
 * <p>A registry that lost its data, or whose leases ran out while nobody could renew them, lists
 * too few. So whoever was listed and is missing is served on and asked itself, until one of these
 * proves that it is gone: it said that it leaves; somebody else is registered at its address; its
 * address was refused twice; or it was silent three times, while at least as many others of the
 * role are well. Where most are silent the trouble may be at this end, and nobody goes.
 *
 * @param listed whom the registry lists, by id
 * @param missing whom it listed before, and who is not known to be gone, by id
 */
record ProvenList(Map<String, RegistryEntry> listed, Map<String, Missing> missing) {
    /** One refusal could be a restart that is about to register again. */
    static final int REFUSALS = 2;

    static final int SILENCES = 3;

    static final ProvenList EMPTY = new ProvenList(Map.of(), Map.of());

    ProvenList {
        listed = Map.copyOf(listed);
        missing = Map.copyOf(missing);
    }

    /**
     * Somebody who is missing, and what came of asking.
     *
     * @param entry as the registry listed it last
     * @param refused how often it was refused, since something else came
     * @param silent how often it was silent, since something else came
     * @param asked how often it was asked
     */
    record Missing(RegistryEntry entry, int refused, int silent, int asked) {
        static Missing begin(RegistryEntry entry) {
            return new Missing(entry, 0, 0, 0);
        }

        /** Whether it answered when it was asked last. */
        boolean answers() {
            return asked > 0 && refused == 0 && silent == 0;
        }

        Missing after(Answer answer) {
            return switch (answer) {
                case ALIVE -> new Missing(entry, 0, 0, asked + 1);
                case REFUSED -> new Missing(entry, refused + 1, 0, asked + 1);
                case SILENT -> new Missing(entry, 0, silent + 1, asked + 1);
            };
        }
    }

    /** What was kept from an earlier life of this process. */
    static ProvenList kept(Collection<ServiceInstance> instances) {
        Map<String, RegistryEntry> all = new HashMap<>();
        instances.forEach(each -> all.put(each.id(), new RegistryEntry(each, "")));
        return new ProvenList(all, Map.of());
    }

    /**
     * The list after the registry gave a new one.
     *
     * @param found whom it lists
     * @param left who said that they leave: the lives that they ended, by id
     */
    ProvenList listing(Collection<RegistryEntry> found, Map<String, String> left) {
        Map<String, RegistryEntry> now = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (RegistryEntry each : found) {
            now.put(each.instance().id(), each);
            taken.add(each.instance().address());
        }
        Map<String, Missing> gone = new HashMap<>();
        missing.forEach((id, each) -> gone.put(id, each));
        listed.forEach((id, each) -> gone.put(id, Missing.begin(each)));
        gone.keySet().removeAll(now.keySet());
        gone.values()
                .removeIf(each ->
                        isProof(each.entry, left)
                                || taken.contains(each.entry.instance().address()));
        return new ProvenList(now, gone);
    }

    /** The list after somebody who is missing was asked. Only who was asked can go by it. */
    ProvenList asked(String id, Answer answer) {
        Missing before = missing.get(id);
        if (before == null) {
            return this;
        }
        Missing one = before.after(answer);
        Map<String, Missing> next = new HashMap<>(missing);
        next.put(id, one);
        if (one.refused >= REFUSALS || (one.silent >= SILENCES && othersAreWell(next))) {
            next.remove(id);
        }
        return new ProvenList(listed, next);
    }

    /** Whom to serve, in order of ids. */
    Collection<ServiceInstance> served() {
        Map<String, ServiceInstance> all = new TreeMap<>();
        Stream.concat(listed.values().stream(), missing.values().stream().map(Missing::entry))
                .forEach(each -> all.put(each.instance().id(), each.instance()));
        return List.copyOf(all.values());
    }

    private static boolean isProof(RegistryEntry entry, Map<String, String> left) {
        String life = left.get(entry.instance().id());
        return entry.instance().endsWithLease()
                || (life != null && !life.isEmpty() && life.equals(entry.life()));
    }

    /** Who was not asked yet may turn out to be silent too. */
    private boolean othersAreWell(Map<String, Missing> all) {
        long well = listed.size() + all.values().stream().filter(Missing::answers).count();
        long silent =
                all.values().stream().filter(each -> each.silent > 0 || each.asked == 0).count();
        return well >= silent;
    }
}
