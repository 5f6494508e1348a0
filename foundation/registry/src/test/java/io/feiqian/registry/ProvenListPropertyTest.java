package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A registry that lists whatever it likes, instances that start, stop and die, and a network that
 * fails at this end: whoever lives and can be reached is served at every moment, and whoever is
 * dead goes in the end. A failing seed is named and replays.
 */
class ProvenListPropertyTest {
    private static final int STEPS = 4_000;
    private static final int MOST = 12;

    @Requirement("P6.2.2.1-f")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 7, 11, 42, 1_777})
    void whoeverLivesIsServed(long seed) {
        World world = new World(Randomness.seeded(seed));
        for (int step = 0; step < STEPS; step++) {
            String what = world.step();
            assertThat(world.servedIds())
                    .as("seed %d, step %d: %s", seed, step, what)
                    .containsAll(world.reachableAndKnown());
            if (world.wasCutOffThroughout()) {
                assertThat(world.servedIds()).as("seed %d, step %d", seed, step).isNotEmpty();
            }
        }
        world.healAndAskEverybody();
        assertThat(world.servedIds()).as("seed %d, healed", seed).containsAll(world.alive());
        assertThat(world.servedDead())
                .as("seed %d, healed: dead ones, unless most are silent", seed)
                .matches(dead -> dead.isEmpty() || dead.size() > world.alive().size());
    }

    /** The truth, and the list under test. */
    private static final class World {
        private final Randomness random;
        private final Map<String, RegistryEntry> alive = new HashMap<>();
        private final Map<String, String> left = new HashMap<>();
        private final Set<String> known = new HashSet<>();
        private ProvenList list = ProvenList.EMPTY;
        private boolean cutOff;
        private boolean hadSomebody;
        private int count;

        World(Randomness random) {
            this.random = random;
        }

        String step() {
            return switch (random.nextInt(10)) {
                case 0 -> start();
                case 1 -> leave();
                case 2 -> die();
                case 3 -> cut();
                case 4, 5 -> list(random.nextInt(3));
                default -> ask();
            };
        }

        private String start() {
            if (alive.size() < MOST) {
                String id = "i" + count % (2 * MOST);
                if (!alive.containsKey(id)) {
                    alive.put(
                            id,
                            new RegistryEntry(
                                    ServiceInstance.of(
                                            new CellId(1), id, "127.0.0.1", 7_000 + count % 1_000),
                                    "life-" + count));
                }
                count++;
            }
            return "start";
        }

        private String leave() {
            for (String id : some(alive.keySet())) {
                RegistryEntry gone = alive.remove(id);
                if (gone != null) {
                    left.put(id, gone.life());
                    known.remove(id);
                }
            }
            return "leave";
        }

        private String die() {
            for (String id : some(alive.keySet())) {
                alive.remove(id);
                known.remove(id);
            }
            return "die";
        }

        private String cut() {
            cutOff = !cutOff;
            hadSomebody = !list.served().isEmpty();
            return cutOff ? "cut off" : "healed";
        }

        /** The registry knows all, some or none of those who live. */
        private String list(int quality) {
            List<RegistryEntry> found = new ArrayList<>();
            for (RegistryEntry each : alive.values()) {
                if (quality == 0 || (quality == 1 && random.nextInt(2) == 0)) {
                    found.add(each);
                    known.add(each.instance().id());
                }
            }
            list = list.listing(found, left);
            // What is listed while this end is cut off is a registry near by; it counts as well.
            hadSomebody &= !list.served().isEmpty();
            return "list " + found.size() + " of " + alive.size();
        }

        private String ask() {
            for (String id : some(list.missing().keySet())) {
                list = list.asked(id, answer(id));
                if (cutOff && !servedIds().contains(id)) {
                    // Silent among others that are well: given up until it is listed again.
                    known.remove(id);
                }
            }
            return "ask";
        }

        private Answer answer(String id) {
            if (cutOff) {
                return Answer.SILENT;
            }
            ProvenList.Missing asked = list.missing().get(id);
            boolean there = asked != null && asked.entry().equals(alive.get(id));
            // A dead machine says nothing, a machine whose process died refuses.
            return there ? Answer.ALIVE : id.hashCode() % 2 == 0 ? Answer.REFUSED : Answer.SILENT;
        }

        void healAndAskEverybody() {
            cutOff = false;
            list(0);
            for (int i = 0; i < 2 * ProvenList.SILENCES; i++) {
                for (String id : List.copyOf(list.missing().keySet())) {
                    list = list.asked(id, answer(id));
                }
            }
        }

        Set<String> servedIds() {
            Set<String> ids = new HashSet<>();
            list.served().forEach(each -> ids.add(each.id()));
            return ids;
        }

        Set<String> servedDead() {
            Set<String> dead = servedIds();
            dead.removeAll(alive.keySet());
            return dead;
        }

        Set<String> alive() {
            return alive.keySet();
        }

        /** Those whom the registry once listed in this life, and who still live. */
        Set<String> reachableAndKnown() {
            return cutOff ? Set.of() : known;
        }

        boolean wasCutOffThroughout() {
            return cutOff && hadSomebody;
        }

        private List<String> some(Set<String> ids) {
            List<String> all = ids.stream().sorted().toList();
            return all.isEmpty() ? List.of() : List.of(all.get(random.nextInt(all.size())));
        }
    }
}
