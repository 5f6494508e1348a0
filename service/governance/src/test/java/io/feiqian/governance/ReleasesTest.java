package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.governance.Release.Counted;
import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.Release.Served;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Releases as they stand in their document: who gets the label, who serves, what is counted. */
final class ReleasesTest {
    private static final String PLAN =
            """
            {"id": "scoring-b", "service": "scoring", "to": {"version": "b"},
             "of": ["payer", "account"], "steps": [10, 50, 100], "observe": "60s",
             "minimumCalls": 100, "moreFailures": 0.01, "slower": 1.5}
            """;

    private static final List<String> INSTANCES = List.of("s-1", "s-2", "s-b");
    private static final CallFacts CALL = CallFacts.of("feiqian.bank.Bank", "Transfer");

    private final Releases releases = new Releases();
    private String document = ReleaseText.begun("", PLAN);

    private void publish() {
        assertThat(releases.publish(document).isAccepted()).isTrue();
    }

    private void move(Phase phase) {
        document = ReleaseText.moved(document, "scoring-b", phase, "by a test");
        publish();
    }

    private void step(int step) {
        Release state = release().from(0, new Counted(Served.NOTHING, Served.NOTHING));
        Release next =
                new Release(
                        state.plan(),
                        Phase.RUNNING,
                        step,
                        0,
                        state.before(),
                        Optional.of(new Served(7, 1, 9)),
                        "no worse");
        document = ReleaseText.moved(document, "scoring-b", next);
        publish();
    }

    private GrayRelease release() {
        return ReleaseDocument.parse(document).find("scoring-b").orElseThrow();
    }

    private Set<Integer> labelled() {
        Set<Integer> who = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            if (labelOf(Map.of("account", "acc" + i)).equals("b")) {
                who.add(i);
            }
        }
        return who;
    }

    private String labelOf(Map<String, String> parameters) {
        Map<String, String> labels = new TreeMap<>();
        releases.label(CALL.with(parameters), labels);
        return labels.getOrDefault("version", "");
    }

    private List<String> serving(String label) {
        return releases.destination("scoring", CALL.labelled(Map.of("version", label)))
                .among(INSTANCES, ReleasesTest::label);
    }

    private static String label(String instance, String name) {
        return name.equals("version") && instance.endsWith("b") ? "b" : "";
    }

    @Requirement({"B6.4-a", "P6.2.2.2-a"})
    @Test
    void theSameCustomersGetTheLabelAtEveryStepAndEachStepOnlyAddsSome() {
        publish();
        Set<Integer> ten = labelled();
        assertThat(ten).hasSizeBetween(70, 130);
        for (int each : ten) {
            assertThat(labelOf(Map.of("payer", "acc" + each, "account", "other"))).isEqualTo("b");
        }
        step(1);
        assertThat(labelled()).hasSizeBetween(430, 570).containsAll(ten);
        step(2);
        assertThat(labelled()).hasSize(1_000);
        assertThat(labelOf(Map.of())).as("100 % are all").isEqualTo("b");
        move(Phase.ROLLED_BACK);
        assertThat(labelled()).isEmpty();
    }

    @Requirement({"B6.4-a", "P6.2.2.2-a"})
    @Test
    void theLabelChoosesTheInstancesAndABaseIsThereWhereNoneHasIt() {
        publish();
        assertThat(serving("b")).containsExactly("s-b");
        assertThat(serving("")).containsExactly("s-1", "s-2");
        assertThat(
                        releases.destination("scoring", CALL.labelled(Map.of("version", "b")))
                                .among(List.of("s-1", "s-2"), ReleasesTest::label))
                .as("no gray one is there")
                .containsExactly("s-1", "s-2");
        assertThat(releases.destination("scoring", CALL).among(List.of("s-b"), ReleasesTest::label))
                .as("an answer of another version is better than none")
                .containsExactly("s-b");
        assertThat(releases.destination("other", CALL)).isSameAs(Destination.ANYWHERE);

        move(Phase.ROLLED_BACK);
        assertThat(serving("b")).as("whatever its label says").containsExactly("s-1", "s-2");
        document = ReleaseText.begun(ReleaseText.without(document, "scoring-b"), PLAN);
        step(2);
        move(Phase.COMPLETE);
        assertThat(serving("")).containsExactly("s-b");
    }

    @Test
    void attemptsAreCountedByTheVersionThatServedAndKeptOverSteps() {
        publish();
        releases.served("scoring", name -> "b", OutcomeCode.ACCEPTED, 5);
        releases.served("scoring", name -> "b", OutcomeCode.INTERNAL_ERROR, 6);
        releases.served("scoring", name -> "", OutcomeCode.INSUFFICIENT_FUNDS, 7);
        releases.served("scoring", name -> "b", OutcomeCode.SHUTTING_DOWN, 7);
        releases.served("other", name -> "b", OutcomeCode.ACCEPTED, 5);
        step(1);
        assertThat(releases.counted())
                .isEqualTo(
                        Map.of(
                                "scoring-b",
                                new Counted(new Served(1, 0, 7), new Served(2, 1, 11))));
        move(Phase.ROLLED_BACK);
        assertThat(releases.counted()).isEmpty();
    }

    @Test
    void aDocumentThatMakesNoSenseIsRefusedAndTheOldOneStays() {
        publish();
        assertThat(releases.publish("{\"releases\": [{\"id\": 7}]}").message())
                .contains("releases[0]");
        assertThat(releases.refusedDocument()).isNotEmpty();
        assertThat(releases.document().releases()).hasSize(1);
        assertThatThrownBy(() -> ReleaseText.begun(document, PLAN)).hasMessageContaining("two");
        assertThatThrownBy(
                        () -> ReleaseText.begun(document, PLAN.replace("scoring-b", "scoring-c")))
                .hasMessageContaining("have the label version");
        assertThatThrownBy(() -> ReleaseText.without(document, "scoring-b"))
                .hasMessageContaining("running");
        assertThatThrownBy(() -> ReleaseText.moved(document, "none", Phase.PAUSED, "x"))
                .hasMessageContaining("none");
        assertThatThrownBy(() -> ReleaseText.begun("", PLAN.replace("[10, 50, 100]", "[50, 10]")))
                .hasMessageContaining("growing");
    }

    @Test
    void whoTakesOverGoesOnFromTheStepOfTheDocumentAndKnowsWhatADid() {
        step(2);
        ReleaseDrive drive = new ReleaseDrive();
        long second = 1_000_000_000L;
        assertThat(drive.next(release(), 0, true)).isEmpty();
        // All that came before it took over is no part of what it observes, also if heard late.
        drive.heard("gateway", counts(new Served(9_000, 10, 90_000), new Served(900, 800, 900)));
        assertThat(drive.next(release(), second, true)).isEmpty();
        drive.heard(
                "gateway", counts(new Served(9_000, 10, 90_000), new Served(1_100, 800, 1_100)));
        assertThat(drive.next(release(), 30 * second, true)).isEmpty();
        Release end = drive.next(release(), 60 * second, true).orElseThrow();
        assertThat(end.phase()).isEqualTo(Phase.COMPLETE);
        assertThat(end.lastOfA()).contains(new Served(7, 1, 9));
    }

    @Test
    void aProcessThatBeganAnewIsCountedOnAndTimeWithoutBCountsForNothing() {
        publish();
        ReleaseDrive drive = new ReleaseDrive();
        drive.heard("one", counts(Served.NOTHING, Served.NOTHING));
        drive.heard("two", counts(Served.NOTHING, Served.NOTHING));
        said(drive.next(release(), 0, false), "waits for an instance of B in every");
        assertThat(drive.next(release(), 1, false)).as("is published once").isEmpty();
        drive.heard("one", counts(served(500), Served.NOTHING));
        assertThat(drive.next(release(), Duration.ofSeconds(90).toNanos(), false))
                .as("nobody is there to be observed")
                .isEmpty();
        drive.heard("one", counts(served(700), served(60)));
        drive.heard("two", counts(served(10), served(30)));
        said(drive.next(release(), Duration.ofSeconds(91).toNanos(), true), "B is there");
        long later = Duration.ofSeconds(151).toNanos();
        said(drive.next(release(), later, true), "waits for calls: A 210, B 90");
        assertThat(drive.next(release(), later, true)).isEmpty();
        drive.heard("one", counts(served(5), served(10)));
        assertThat(drive.next(release(), later, true).orElseThrow().step()).isEqualTo(1);
    }

    /** What it says is published, and no step is taken. */
    private void said(Optional<Release> next, String why) {
        assertThat(next.orElseThrow().why()).startsWith(why);
        assertThat(next.orElseThrow().step()).isZero();
        document = ReleaseText.moved(document, "scoring-b", next.orElseThrow());
    }

    @Test
    void whatFailsGoesBackAlsoWhereItIsGone() {
        publish();
        ReleaseDrive drive = new ReleaseDrive();
        drive.heard("one", counts(Served.NOTHING, Served.NOTHING));
        assertThat(drive.next(release(), 0, true)).isEmpty();
        drive.heard("one", counts(served(500), new Served(50, 40, 500)));
        Release back = drive.next(release(), 1, false).orElseThrow();
        assertThat(back.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(back.why()).contains("B failed 40 of 50 calls");
        document = ReleaseText.moved(document, "scoring-b", back);
        assertThat(release().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(release().ofA()).contains(served(500));
    }

    private static Served served(long calls) {
        return new Served(calls, 0, 10 * calls);
    }

    private static Map<String, Counted> counts(Served a, Served b) {
        return Map.of("scoring-b", new Counted(a, b));
    }
}
