package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When those who are missing are asked, and how often. */
class ProvenListsTest {
    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final ManualTimer timer = new ManualTimer(clock);
    private final LastKnown known = new LastKnown(SnapshotFile.Content.EMPTY, _ -> {});
    private final List<Long> askedAtMillis = new ArrayList<>();
    private Answer answer = Answer.REFUSED;
    private final ProvenLists lists =
            new ProvenLists(
                    known,
                    (_, _) -> {
                        askedAtMillis.add(Duration.ofNanos(clock.nanos()).toMillis());
                        return CompletableFuture.completedFuture(answer);
                    },
                    timer,
                    clock,
                    Randomness.seeded(7));

    @Requirement("P6.2.2.1-g")
    @Test
    void aThousandThatAreMissingAreAskedOneAfterTheOther() {
        list(1_000);
        list(0);
        assertThat(known.instances("cell")).hasSize(1_000);
        assertThat(askedAtMillis).isEmpty();
        for (int second = 1; second <= 120; second++) {
            int before = askedAtMillis.size();
            advance(Duration.ofSeconds(1));
            assertThat(askedAtMillis.size() - before)
                    .as("questions in second %d", second)
                    .isLessThanOrEqualTo(ProvenLists.MOST_A_SECOND + 1);
        }
        assertThat(askedAtMillis).hasSize(2_000);
        assertThat(known.instances("cell")).isEmpty();
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void theyAreNotAskedBeforeTheyHadTimeToRegisterAgain() {
        list(3);
        lists.listed("cell", List.of(), Map.of(), Duration.ofSeconds(15));
        advance(Duration.ofSeconds(14));
        list(3);
        advance(Duration.ofSeconds(10));

        assertThat(askedAtMillis).isEmpty();
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void whoAnswersIsServedAndDoubtedAndAskedLessAndLess() {
        answer = Answer.ALIVE;
        list(1);
        list(0);
        advance(Duration.ofHours(1));

        assertThat(known.instances("cell")).hasSize(1);
        assertThat(lists.doubted()).singleElement().matches(Doubted::answers);
        assertThat(askedAtMillis.size()).isBetween(30, 80);

        list(1);
        assertThat(lists.doubted()).isEmpty();
        advance(Duration.ofMinutes(10));
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void manyProcessesThatMissTheSameInstanceDoNotKnockAtOnce() {
        List<Long> all = new ArrayList<>();
        for (int process = 0; process < 200; process++) {
            ProvenLists own =
                    new ProvenLists(
                            new LastKnown(SnapshotFile.Content.EMPTY, _ -> {}),
                            (_, _) -> {
                                all.add(Duration.ofNanos(clock.nanos()).toMillis());
                                return CompletableFuture.completedFuture(Answer.ALIVE);
                            },
                            timer,
                            clock,
                            Randomness.seeded(process));
            own.listed("cell", entries(1), Map.of(), Duration.ZERO);
            own.listed("cell", List.of(), Map.of(), Duration.ZERO);
        }
        for (int tenth = 1; tenth <= 10; tenth++) {
            int before = all.size();
            advance(Duration.ofMillis(100));
            assertThat(all.size() - before).as("in tenth %d", tenth).isBetween(1, 60);
        }
    }

    /** In small steps, so that what is done later sees the time at which it is done. */
    private void advance(Duration by) {
        for (long left = by.toMillis(); left > 0; left -= 10) {
            timer.advance(Duration.ofMillis(Math.min(10, left)));
        }
    }

    private void list(int count) {
        lists.listed("cell", entries(count), Map.of(), Duration.ZERO);
    }

    private static List<RegistryEntry> entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ProvenListTest.entry("i" + i, 10_000 + i))
                .toList();
    }
}
