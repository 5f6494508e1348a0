package io.feiqian.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.spi.Picker;
import io.feiqian.balancing.spi.PoolEvents;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens in whatever order: what must hold of every choice. */
class PoolPropertyTest {
    private static final int STEPS = 5_000;
    private static final List<Place> PLACES =
            List.of(
                    new Place("s1", "c1"),
                    new Place("s2", "c1"),
                    new Place("s1", "c2"),
                    Place.UNKNOWN);

    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final Set<String> out = new HashSet<>();
    private final Set<String> judged = new HashSet<>();
    private List<Instance<String>> listed = List.of();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noCallLacksAnInstanceAndNoneGoesToAnEjectedOneNeedlessly(long seed) {
        Randomness random = Randomness.seeded(seed);
        Pool<String> pool = new Pool<>(PoolPolicy.USUAL, PLACES.get(0), clock, new Watch());
        List<Picker> pickers = new ArrayList<>();
        for (Way each : Way.values()) {
            pickers.add(each.picker(Randomness.shared(seed)));
        }
        List<Member<String>> open = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            int what = random.nextInt(100);
            if (what < 2) {
                listed = anyList(random);
                pool.instances(listed);
            } else if (what < 30) {
                clock.advance(Duration.ofMillis(random.nextInt(400)));
            } else if (what < 60 && !open.isEmpty()) {
                open.remove(random.nextInt(open.size()))
                        .ended(anyEnding(random), 1_000L * random.nextInt(1_000_000));
            } else {
                Picker picker = pickers.get(random.nextInt(pickers.size()));
                Optional<Member<String>> chosen = pool.pick(picker, random.nextLong());
                assertChoice(chosen, "seed " + seed + ", step " + step);
                chosen.ifPresent(member -> {
                    member.began();
                    open.add(member);
                });
            }
            assertThat(judged.size()).isLessThanOrEqualTo(listed.size() / 2);
        }
        assertThat(pool.members().stream().mapToInt(Member::outstanding))
                .allMatch(each -> each >= 0);
    }

    private void assertChoice(Optional<Member<String>> chosen, String when) {
        assertThat(chosen.isPresent()).as(when).isEqualTo(!listed.isEmpty());
        boolean somebodyServes =
                listed.stream().anyMatch(each -> each.weight() > 0 && !out.contains(each.name()));
        if (somebodyServes) {
            assertThat(out).as(when).doesNotContain(chosen.orElseThrow().instance().name());
            assertThat(chosen.orElseThrow().instance().weight()).as(when).isPositive();
        }
    }

    private static List<Instance<String>> anyList(Randomness random) {
        List<Instance<String>> all = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            all.add(
                    new Instance<>(
                            "i" + i,
                            "i" + i,
                            PLACES.get(random.nextInt(PLACES.size())),
                            random.nextInt(4) * 100,
                            Map.of()));
        }
        return all;
    }

    private static Ending anyEnding(Randomness random) {
        return List.of(Ending.values()).get(random.nextInt(4));
    }

    private final class Watch implements PoolEvents<String> {
        @Override
        public void ejected(Instance<String> instance, EjectionReason reason, Duration length) {
            out.add(instance.name());
            if (reason != EjectionReason.UNREACHED) {
                judged.add(instance.name());
            }
        }

        @Override
        public void returned(Instance<String> instance) {
            left(instance);
        }

        @Override
        public void left(Instance<String> instance) {
            out.remove(instance.name());
            judged.remove(instance.name());
        }
    }
}
