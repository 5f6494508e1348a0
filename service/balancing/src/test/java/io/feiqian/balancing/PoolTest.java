package io.feiqian.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.spi.Picker;
import io.feiqian.balancing.spi.PoolEvents;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who takes calls, who does not, and for how long. */
class PoolTest {
    private static final Place HERE = new Place("east", "hangzhou");
    private static final Place SAME_CITY = new Place("west", "hangzhou");
    private static final Place FAR = new Place("north", "beijing");
    private static final long MILLI = 1_000_000;

    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final List<String> told = new ArrayList<>();
    private final Pool<String> pool =
            new Pool<>(
                    PoolPolicy.USUAL,
                    HERE,
                    clock,
                    new PoolEvents<>() {
                        @Override
                        public void ejected(
                                Instance<String> instance, EjectionReason reason, Duration length) {
                            told.add(instance.name() + " " + reason + " " + length.toSeconds());
                        }

                        @Override
                        public void returned(Instance<String> instance) {
                            told.add(instance.name() + " returned");
                        }

                        @Override
                        public void left(Instance<String> instance) {
                            told.add(instance.name() + " left");
                        }
                    });
    private final Picker picker = Way.RANDOM.picker(Randomness.shared(11));

    @Test
    void callsStayAtTheirSite() {
        list(at("a", HERE), at("b", HERE), at("c", SAME_CITY), at("d", FAR));

        assertThat(chosen()).containsOnly("a", "b");
    }

    @Requirement("P6.2.2.5-e")
    @Test
    void aSiteThatIsHardlyThereIsLeftForItsCityAndReturnedToLater() {
        list(
                at("a", HERE),
                at("b", HERE),
                at("c", HERE),
                at("d", HERE),
                at("e", SAME_CITY),
                at("f", SAME_CITY),
                at("g", FAR));

        down("a", "b");
        assertThat(chosen()).as("half of the site is enough").containsOnly("c", "d");
        down("c");
        assertThat(chosen()).as("a quarter is not").containsOnly("d", "e", "f");
        pass(Duration.ofMillis(1_001));
        assertThat(chosen()).as("all are back").containsOnly("a", "b", "c", "d");
    }

    @Test
    void onceLeftASiteIsNotReturnedToAtTheFirstGoodSign() {
        Instance<String> a = at("a", HERE);
        Instance<String> b = at("b", HERE);
        list(a.withWeight(0), b.withWeight(0), at("c", HERE), at("d", HERE), at("e", SAME_CITY));
        assertThat(chosen()).containsOnly("c", "d");
        down("c");
        assertThat(chosen()).containsOnly("d", "e");

        pass(Duration.ofMillis(1_001));
        assertThat(chosen()).as("half again, and left before").containsOnly("c", "d", "e");
        list(a, b, at("c", HERE), at("d", HERE), at("e", SAME_CITY));
        assertThat(chosen()).containsOnly("a", "b", "c", "d");
    }

    @Test
    void whereTheCityIsGoneCallsGoFurther() {
        list(at("a", HERE), at("b", SAME_CITY), at("c", FAR));

        down("a", "b");

        assertThat(chosen()).containsOnly("c");
    }

    @Test
    void withoutPlacesEverybodyIsNear() {
        list(Instance.of("a", "a"), Instance.of("b", "b"));

        assertThat(chosen()).containsOnly("a", "b");
    }

    @Requirement("B6.3-c")
    @Test
    void whoWasNotReachedIsPassedOverAtOnceAndComesBackByItself() {
        list(at("a", HERE), at("b", HERE));

        down("a");

        assertThat(chosen()).containsOnly("b");
        pass(Duration.ofMillis(1_001));
        assertThat(chosen()).containsOnly("a", "b");
        assertThat(told).containsExactly("a UNREACHED 1", "a returned");
    }

    @Test
    void whoWasNotReachedAgainStaysAway() {
        list(at("a", HERE), at("b", HERE));
        down("a");
        pass(Duration.ofMillis(600));
        down("a");
        pass(Duration.ofMillis(600));

        assertThat(chosen()).containsOnly("b");
    }

    @Requirement("B6.3-c")
    @Test
    void failuresInARowEjectAndOneAnswerInBetweenDoesNot() {
        list(at("a", HERE), at("b", HERE), at("c", HERE));

        end("a", Ending.FAILED, 4);
        end("a", Ending.ANSWERED, 1);
        end("a", Ending.FAILED, 4);
        assertThat(chosen()).contains("a");
        end("a", Ending.FAILED, 1);

        assertThat(chosen()).containsOnly("b", "c");
        assertThat(told).containsExactly("a CONSECUTIVE_FAILURES 2");
    }

    @Test
    void halfOfItsCallsFailingEjectsWithinTheInterval() {
        list(at("a", HERE), at("b", HERE), at("c", HERE));

        for (int i = 0; i < 6; i++) {
            end("a", Ending.FAILED, 1);
            end("a", Ending.ANSWERED, 1);
            end("b", Ending.ANSWERED, 2);
        }
        pass(Duration.ofSeconds(1));

        assertThat(chosen()).containsOnly("b", "c");
        assertThat(told).containsExactly("a FAILURE_SHARE 2");
    }

    @Test
    void whoIsMuchSlowerThanTheOthersIsEjected() {
        list(at("a", HERE), at("b", HERE), at("c", HERE));

        answerIn("a", 20, 500 * MILLI);
        answerIn("b", 20, 5 * MILLI);
        answerIn("c", 20, 6 * MILLI);
        pass(Duration.ofSeconds(1));

        assertThat(chosen()).containsOnly("b", "c");
        assertThat(told).containsExactly("a LATENCY 2");
    }

    @Test
    void whereAllAreSlowNobodyIs() {
        list(at("a", HERE), at("b", HERE), at("c", HERE));

        answerIn("a", 20, 600 * MILLI);
        answerIn("b", 20, 500 * MILLI);
        answerIn("c", 20, 400 * MILLI);
        pass(Duration.ofSeconds(1));

        assertThat(told).isEmpty();
    }

    @Test
    void whoAnswersQuicklyEnoughIsNotEjectedForOthersBeingQuicker() {
        list(at("a", HERE), at("b", HERE));

        answerIn("a", 20, 50 * MILLI);
        answerIn("b", 20, MILLI);
        pass(Duration.ofSeconds(1));

        assertThat(told).isEmpty();
    }

    @Test
    void aFaultThatAllShowEjectsNoMoreThanTheShare() {
        list(at("a", HERE), at("b", HERE), at("c", HERE), at("d", HERE), at("e", HERE));

        for (String each : List.of("a", "b", "c", "d", "e")) {
            end(each, Ending.FAILED, 50);
        }

        assertThat(chosen()).containsOnly("c", "d", "e");
    }

    @Test
    void theLastOneIsNeverEjected() {
        list(at("a", HERE), at("b", HERE), at("c", FAR));

        down("a", "b", "c");

        assertThat(chosen()).containsOnly("c");
        list(at("a", HERE));
        down("a");
        assertThat(chosen()).containsOnly("a");
    }

    @Test
    void whoComesBackTakesLittleAtFirst() {
        list(at("a", HERE), at("b", HERE), at("c", HERE));
        end("a", Ending.FAILED, 5);
        pass(Duration.ofSeconds(2));

        double first = partOf("a");
        pass(Duration.ofMillis(2_500));
        double half = partOf("a");
        pass(Duration.ofMillis(2_500));
        double full = partOf("a");

        assertThat(first).isBetween(0.02, 0.08);
        assertThat(half).isBetween(0.17, 0.26);
        assertThat(full).isBetween(0.30, 0.37);
    }

    @Test
    void whoFailsAgainStaysAwayLongerAndAGoodWhileIsRewarded() {
        list(at("a", HERE), at("b", HERE));

        end("a", Ending.FAILED, 5);
        pass(Duration.ofSeconds(2));
        end("a", Ending.FAILED, 5);
        pass(Duration.ofSeconds(4));
        for (int i = 0; i < 3; i++) {
            end("a", Ending.ANSWERED, 1);
            pass(Duration.ofSeconds(1));
        }
        end("a", Ending.FAILED, 5);

        assertThat(told)
                .containsExactly(
                        "a CONSECUTIVE_FAILURES 2",
                        "a returned",
                        "a CONSECUTIVE_FAILURES 4",
                        "a returned",
                        "a CONSECUTIVE_FAILURES 2");
    }

    @Test
    void aNewInstanceStartsSlowlyAndAWholeNewListDoesNot() {
        list(at("a", HERE), at("b", HERE));
        assertThat(partOf("a")).isBetween(0.45, 0.55);

        list(at("a", HERE), at("b", HERE), at("c", HERE));
        double first = partOf("c");
        pass(Duration.ofSeconds(10));

        assertThat(first).isBetween(0.02, 0.08);
        assertThat(partOf("c")).isBetween(0.30, 0.37);
    }

    @Test
    void turnsHeedASlowStartToo() {
        list(at("a", HERE), at("b", HERE));
        list(at("a", HERE), at("b", HERE), at("c", HERE));

        assertThat(partOf("c", Way.ROUND_ROBIN.picker(Randomness.shared(3)))).isBetween(0.02, 0.08);
    }

    @Test
    void weightsAreChangedWhileCallsRun() {
        list(at("a", HERE), at("b", HERE));
        Member<String> busy = member("a");
        busy.began();

        list(at("a", HERE).withWeight(300), at("b", HERE));

        assertThat(partOf("a")).isBetween(0.72, 0.78);
        assertThat(member("a")).isSameAs(busy);
        assertThat(busy.outstanding()).isEqualTo(1);
    }

    @Test
    void whoHasNoWeightServesOnlyWhereNobodyElseDoes() {
        list(at("a", HERE).withWeight(0), at("b", HERE));
        assertThat(chosen()).containsOnly("b");

        list(at("a", HERE).withWeight(0));
        assertThat(chosen()).containsOnly("a");
    }

    @Test
    void whoWasTriedIsPassedOverAndTheEjectedAreAskedLast() {
        list(at("a", HERE), at("b", HERE), at("c", FAR));
        down("a");
        Set<String> tried = new TreeSet<>();
        List<String> order = new ArrayList<>();

        for (int i = 0; i < 3; i++) {
            String next =
                    pool.pick(picker, 0, each -> !tried.contains(each.target()))
                            .orElseThrow()
                            .target();
            tried.add(next);
            order.add(next);
        }

        assertThat(order).containsExactly("b", "c", "a");
        assertThat(pool.pick(picker, 0, each -> !tried.contains(each.target()))).isEmpty();
    }

    @Test
    void anAddressThatChangedIsAnotherInstance() {
        list(at("a", HERE), at("b", HERE));
        down("a");

        list(new Instance<>("a", "elsewhere", HERE, 100, Map.of()), at("b", HERE));

        assertThat(told).contains("a left");
        assertThat(chosen()).contains("elsewhere");
    }

    @Test
    void aPolicyIsChangedWhileCallsRun() {
        list(at("a", HERE), at("b", HERE), at("c", HERE));
        pool.policy(PoolPolicy.USUAL.with(Ejection.USUAL.atMost(0)));

        end("a", Ending.FAILED, 50);

        assertThat(told).isEmpty();
    }

    @Test
    void nobodyIsChosenWhereNobodyIsListed() {
        assertThat(pool.pick(picker, 0)).isEmpty();
    }

    private void list(Instance<?>... instances) {
        List<Instance<String>> all = new ArrayList<>();
        for (Instance<?> each : instances) {
            all.add(
                    new Instance<>(
                            each.name(),
                            (String) each.target(),
                            each.place(),
                            each.weight(),
                            each.labels()));
        }
        pool.instances(all);
    }

    private static Instance<String> at(String name, Place place) {
        return Instance.of(name, name).at(place);
    }

    private void pass(Duration time) {
        clock.advance(time);
        assertThat(pool.pick(picker, 0)).isPresent();
    }

    private Member<String> member(String name) {
        return pool.members().stream()
                .filter(each -> each.instance().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void down(String... names) {
        for (String each : names) {
            end(each, Ending.UNREACHED, 1);
        }
    }

    private void end(String name, Ending ending, int times) {
        for (int i = 0; i < times; i++) {
            Member<String> member = member(name);
            member.began();
            member.ended(ending, MILLI);
        }
    }

    private void answerIn(String name, int times, long nanos) {
        for (int i = 0; i < times; i++) {
            Member<String> member = member(name);
            member.began();
            member.ended(Ending.ANSWERED, nanos);
        }
    }

    private Set<String> chosen() {
        Set<String> chosen = new TreeSet<>();
        for (int i = 0; i < 300; i++) {
            pool.pick(picker, i).ifPresent(each -> chosen.add(each.target()));
        }
        return chosen;
    }

    private double partOf(String name) {
        return partOf(name, picker);
    }

    private double partOf(String name, Picker way) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            counts.merge(pool.pick(way, i).orElseThrow().target(), 1, Integer::sum);
        }
        return counts.getOrDefault(name, 0) / 10_000.0;
    }
}
