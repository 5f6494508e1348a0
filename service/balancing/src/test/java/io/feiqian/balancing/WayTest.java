package io.feiqian.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.spi.Picker;
import io.feiqian.balancing.spi.PoolEvents;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How each way spreads calls; the seed is fixed, so is every number. */
class WayTest {
    private static final int CALLS = 100_000;

    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final Randomness randomness = Randomness.shared(7);

    @Requirement({"B6.3-b", "P6.2.3-b"})
    @ParameterizedTest
    @EnumSource(Way.class)
    void callsAreSpreadEvenlyOverEqualInstances(Way way) {
        Map<String, Integer> taken = spread(way, pool(instances(10, 100)));

        assertThat(taken).hasSize(10);
        assertThat(taken.values()).allSatisfy(each -> assertThat(each).isBetween(9_000, 11_000));
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"ROUND_ROBIN"},
            mode = EnumSource.Mode.EXCLUDE)
    void callsAreSpreadAsTheWeightsSay(Way way) {
        Map<String, Integer> taken =
                spread(
                        way,
                        pool(List.of(weighing("a", 100), weighing("b", 200), weighing("c", 700))));

        assertThat(taken.get("a")).isCloseTo(10_000, Offset.offset(1_000));
        assertThat(taken.get("b")).isCloseTo(20_000, Offset.offset(1_500));
        assertThat(taken.get("c")).isCloseTo(70_000, Offset.offset(2_000));
    }

    @Test
    void turnsGoRoundExactly() {
        Map<String, Integer> taken = spread(Way.ROUND_ROBIN, pool(instances(8, 100)));

        assertThat(taken.values()).containsOnly(CALLS / 8);
    }

    @Test
    void weightedTurnsAreNeverFarFromTheirWeights() {
        Pool<String> pool = pool(List.of(weighing("a", 100), weighing("b", 300)));
        Picker picker = Way.WEIGHTED.picker(randomness);
        int taken = 0;

        for (int i = 1; i <= 10_000; i++) {
            taken += pool.pick(picker, 0).orElseThrow().target().equals("a") ? 1 : 0;
            assertThat(Math.abs(taken - i / 4.0)).isLessThan(5);
        }
    }

    @Test
    void twoChoicesKeepOffTheBusyOne() {
        Pool<String> pool = pool(instances(10, 100));
        Picker picker = Way.LEAST_OUTSTANDING.picker(randomness);
        Member<String> stuck = pool.pick(picker, 0).orElseThrow();
        IntStream.range(0, 50).forEach(_ -> stuck.began());

        // Nobody is chosen twice over another that has nothing to do.
        for (int i = 0; i < 1_000; i++) {
            assertThat(pool.pick(picker, 0)).get().isNotEqualTo(stuck);
        }
    }

    @Test
    void twoChoicesLevelCallsThatDoNotEnd() {
        assertThat(longestQueue(Way.LEAST_OUTSTANDING)).isLessThanOrEqualTo(104);
        assertThat(longestQueue(Way.RANDOM)).isGreaterThan(110);
    }

    /** The most that one of ten has of a thousand calls that do not end. */
    private int longestQueue(Way way) {
        Pool<String> pool = pool(instances(10, 100));
        Picker picker = way.picker(randomness);
        for (int i = 0; i < 1_000; i++) {
            pool.pick(picker, 0).orElseThrow().began();
        }
        return pool.members().stream().mapToInt(Member::outstanding).max().orElseThrow();
    }

    @Test
    void aKeyStaysWithItsInstance() {
        Picker picker = Way.CONSISTENT_HASH.picker(randomness);
        List<String> before = homes(pool(instances(10, 100)), picker);

        assertThat(homes(pool(instances(10, 100)), Way.CONSISTENT_HASH.picker(randomness)))
                .isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Weighing.class)
    void onlyTheKeysOfWhoLeavesMove(Weighing weighing) {
        List<Instance<String>> ten = weighing.instances();
        Picker picker = Way.CONSISTENT_HASH.picker(randomness);
        List<String> before = homes(pool(ten), picker);
        List<String> after = homes(pool(ten.subList(0, 9)), picker);

        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).equals("i9")) {
                assertThat(after.get(i)).isEqualTo(before.get(i));
            }
        }
        assertThat(after).doesNotContain("i9");
        assertThat(before).contains("i9");
    }

    /** Instances that weigh the same, and such that do not. */
    enum Weighing {
        EVEN,
        UNEVEN;

        List<Instance<String>> instances() {
            return IntStream.range(0, 10)
                    .mapToObj(i -> weighing("i" + i, this == EVEN ? 100 : 100 + i))
                    .toList();
        }
    }

    @Test
    void aPopularKeyOverflowsToOthersWithinTheBound() {
        Pool<String> pool = pool(instances(10, 100));
        Picker picker = Way.CONSISTENT_HASH.picker(randomness);

        for (int i = 1; i <= 1_000; i++) {
            pool.pick(picker, 42).orElseThrow().began();
            int bound = (int) Math.ceil(1.25 * i / 10);
            assertThat(pool.members())
                    .allSatisfy(each -> assertThat(each.outstanding()).isLessThanOrEqualTo(bound));
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aChoiceAllocatesNothing(Way way) {
        Pool<String> pool = pool(List.of(weighing("a", 100), weighing("b", 200)));
        Picker picker = way.picker(randomness);
        spread(pool, picker, CALLS);
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();

        spread(pool, picker, CALLS);

        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(CALLS);
    }

    private static void spread(Pool<String> pool, Picker picker, int calls) {
        for (int i = 0; i < calls; i++) {
            Member<String> member = pool.pick(picker, i * 31L).orElseThrow();
            member.began();
            member.ended(Ending.ANSWERED, 1_000);
        }
    }

    private Map<String, Integer> spread(Way way, Pool<String> pool) {
        Picker picker = way.picker(randomness);
        Map<String, Integer> taken = new HashMap<>();
        for (int i = 0; i < CALLS; i++) {
            taken.merge(pool.pick(picker, i).orElseThrow().target(), 1, Integer::sum);
        }
        return taken;
    }

    private static List<String> homes(Pool<String> pool, Picker picker) {
        List<String> homes = new ArrayList<>();
        for (long key = 0; key < 2_000; key++) {
            homes.add(pool.pick(picker, key).orElseThrow().target());
        }
        return homes;
    }

    private static List<Instance<String>> instances(int count, int weight) {
        return IntStream.range(0, count).mapToObj(i -> weighing("i" + i, weight)).toList();
    }

    private static Instance<String> weighing(String name, int weight) {
        return Instance.of(name, name).withWeight(weight);
    }

    private Pool<String> pool(List<Instance<String>> instances) {
        Pool<String> pool = new Pool<>(PoolPolicy.USUAL, Place.UNKNOWN, clock, PoolEvents.none());
        pool.instances(instances);
        return pool;
    }
}
