package io.feiqian.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.registry.Document;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.ChangeOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationCentreTest {
    record Limits(int callers) {
        Limits {
            if (callers < 1 || callers > 1_000) {
                throw new IllegalArgumentException(
                        "callers: " + callers + " (expected: 1 to 1000)");
            }
        }
    }

    /** The same document as an older process reads it. */
    record Stricter(int callers) {
        Stricter {
            if (callers > 50) {
                throw new IllegalArgumentException("callers: " + callers + " (expected: <= 50)");
            }
        }
    }

    private static final DocumentType<Limits> TYPE = DocumentType.of("limits", new Limits(10));
    private static final DocumentType<Stricter> STRICT =
            DocumentType.of("limits", new Stricter(10));
    private static final ChangeOrder ANNA = ChangeOrder.of("anna", "more callers");
    private static final ChangeOrder BEN = ChangeOrder.of("ben", "fewer callers");
    private static final Map<String, String> GATEWAY = Map.of("role", "gateway");

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T00:00:00Z"));
    private final InMemoryRegistry registry = new InMemoryRegistry(new ManualTimer(clock));
    private final MemoryTrail trail = new MemoryTrail();
    private final SilentHistory history = new SilentHistory(new InMemoryHistory(trail));
    private final ConfigurationCentre centre = centre(history);
    private final List<Follower<?>> processes = new ArrayList<>();
    private final Path folder;

    ConfigurationCentreTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterEach
    void stop() {
        processes.forEach(Follower::close);
    }

    @Test
    void aPublishedVersionReachesRunningProcessesAndOneThatIsOnlyWrittenDoesNot() throws Exception {
        Follower<Limits> process = process("gateway-1");
        assertThat(process.value()).isEqualTo(new Limits(10));
        assertThat(set(0, 20).version()).isEqualTo(1);
        assertThat(process.value()).isEqualTo(new Limits(10));
        assertThat(publish(1, Target.all(), 0).distributed()).isTrue();
        process.await(it -> it.version() == 1);
        assertThat(process.value()).isEqualTo(new Limits(20));

        assertThat(centre.version("limits", 0).order()).isEqualTo(ANNA);
        assertThat(centre.version("limits", 1).at()).isEqualTo(clock.now());
        assertThat(trail.read(1, 10))
                .extracting(AuditRecord::entry)
                .extracting(each -> each.action() + " " + each.subject() + " " + each.details())
                .containsExactly(
                        "configuration.set limits {version=1}",
                        "configuration.publish limits {to=all, version=1}");
        assertThat(trail.read(1, 10).getFirst().entry().order()).isEqualTo(ANNA);
    }

    @Test
    void whatProcessesCouldNotUseIsNeverWritten() {
        refused(
                OutcomeCode.INVALID_CONFIGURATION,
                "limits: callers: 0 (expected: 1 to 1000)",
                () -> set(0, 0));
        refused(
                OutcomeCode.INVALID_CONFIGURATION,
                "not JSON",
                () -> centre.set("limits", 0, "{", ANNA));
        refused(
                OutcomeCode.UNKNOWN_CONFIGURATION,
                "document: other (expected: one of limits)",
                () -> centre.set("other", 0, "{}", ANNA));
        refused(
                OutcomeCode.UNKNOWN_CONFIGURATION,
                "limits: version 1 is not there",
                () -> publish(1, Target.all(), 0));
        assertThat(centre.versions("limits")).isEmpty();
        assertThat(trail.read(1, 10)).isEmpty();
    }

    @Test
    void ofTwoOperatorsWhoSawTheSameStateOneWinsAndTheOtherIsToldWhoDid() {
        set(0, 20);
        refused(
                OutcomeCode.CONFIGURATION_CHANGED,
                "limits: base version: 0 (expected: what is newest: version 1 by anna, no rollout)",
                () -> centre.set("limits", 0, content(30), BEN));
        publish(1, Target.all(), 0);
        centre.set("limits", 1, content(30), BEN);
        refused(
                OutcomeCode.CONFIGURATION_CHANGED,
                "revision 1 by anna",
                () -> centre.publish("limits", 2, Target.all(), 0, BEN));
        assertThat(centre.rollouts("limits")).hasSize(1);
    }

    @Test
    void ofManyWritersAtTheSameMomentExactlyOneWrites() throws Exception {
        int writers = 8;
        history.holdReaders(writers);
        List<Thread> threads = new ArrayList<>();
        List<String> ended = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 1; i <= writers; i++) {
            int callers = i;
            threads.add(
                    Thread.ofVirtual()
                            .unstarted(() -> {
                                try {
                                    set(0, callers);
                                    ended.add("written");
                                } catch (RefusedException late) {
                                    ended.add(late.outcome().code().name());
                                }
                            }));
        }
        threads.forEach(Thread::start);
        for (Thread each : threads) {
            each.join();
        }
        assertThat(ended).hasSize(writers).containsOnlyOnce("written");
        assertThat(ended).filteredOn("CONFIGURATION_CHANGED"::equals).hasSize(writers - 1);
        assertThat(centre.versions("limits")).hasSize(1);
    }

    @Test
    void aChangeThatCannotBeAuditedIsNotMade() {
        trail.breakDown();
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> set(0, 20));
        assertThat(centre.versions("limits")).isEmpty();
    }

    @Test
    void aGrayVersionReachesTheChosenOnesOnlyThenAllOrNobody() throws Exception {
        Follower<Limits> first = process("gateway-1");
        Follower<Limits> second = process("gateway-2");
        set(0, 20);
        publish(1, Target.all(), 0);
        set(1, 30);
        publish(2, new Target.Instances(Set.of("gateway-2")), 1);
        second.await(it -> it.version() == 2);
        first.await(it -> it.revision() == 2);
        assertThat(second.value()).isEqualTo(new Limits(30));
        assertThat(first.value()).isEqualTo(new Limits(20));
        assertThat(first.configuration.standing().version()).isEqualTo(1);

        centre.withdraw("limits", 2, BEN);
        second.await(it -> it.version() == 1 && it.revision() == 3);
        assertThat(second.value()).isEqualTo(new Limits(20));
        refused(
                OutcomeCode.INVALID_CONFIGURATION,
                "nothing is on trial",
                () -> centre.withdraw("limits", 3, BEN));

        publish(2, new Target.Labelled("role", "gateway"), 3);
        first.await(it -> it.version() == 2);
        second.await(it -> it.version() == 2);
        publish(2, Target.all(), 4);
        Follower<Limits> later = process("cell-1-1", TYPE, Map.of("role", "cell"));
        assertThat(later.value()).isEqualTo(new Limits(30));
        refused(
                OutcomeCode.INVALID_CONFIGURATION,
                "version 2 is in force for all",
                () -> publish(2, new Target.Share(10), 5));
    }

    @Test
    void aTrialBeforeAnythingWasGivenToAllEndsAtTheDefaultsAlsoAfterARestart() throws Exception {
        DocumentType<Limits> second =
                TYPE.nextFormat(old -> old.put("callers", old.path("calls").asInt()));
        set(0, 20);
        try (Follower<Limits> process = process("gateway-1", TYPE, GATEWAY)) {
            publish(1, new Target.Instances(Set.of("gateway-1")), 0);
            process.await(it -> it.version() == 1);
            centre.withdraw("limits", 1, BEN);
            process.await(it -> it.version() == 0 && it.revision() == 2);
            assertThat(process.value()).isEqualTo(new Limits(10));
        }
        InMemoryRegistry empty = new InMemoryRegistry(new ManualTimer(clock));
        try (Follower<Limits> after =
                Follower.start(empty, "gateway-1", GATEWAY, second, Seal.NONE, kept("gateway-1"))) {
            assertThat(after.value()).isEqualTo(new Limits(10));
            assertThat(after.configuration.standing().refused()).isEmpty();
        }
    }

    @Test
    void aRollbackIsANewVersionWithTheOldContentAndEndsATrial() throws Exception {
        Follower<Limits> process = process("gateway-1");
        set(0, 20);
        publish(1, Target.all(), 0);
        set(1, 30);
        publish(2, new Target.Instances(Set.of("gateway-1")), 1);
        process.await(it -> it.version() == 2);
        var done = centre.rollBack("limits", 1, 2, BEN);
        process.await(it -> it.version() == 3);
        assertThat(process.value()).isEqualTo(new Limits(20));
        assertThat(done.rollout().gray()).isEmpty();
        DocumentVersion copy = centre.version("limits", 0);
        assertThat(copy.version()).isEqualTo(3);
        assertThat(copy.copyOf()).isEqualTo(1);
        assertThat(copy.content()).isEqualTo(content(20));
        assertThat(centre.versions("limits"))
                .extracting(DocumentVersion::version)
                .containsExactly(3L, 2L, 1L);
    }

    @Test
    void whatAProcessRefusesLeavesItsOldValueAndIsShownToTheOperator() throws Exception {
        Follower<Stricter> strict = process("gateway-1", STRICT, GATEWAY);
        Follower<Limits> other = process("gateway-2");
        List<Standing.Refusal> alarmed = new ArrayList<>();
        strict.configuration.onRefusal(alarmed::add);
        set(0, 20);
        publish(1, Target.all(), 0);
        strict.await(it -> it.version() == 1);
        set(1, 60);
        publish(2, Target.all(), 1);
        strict.await(it -> it.refused().isPresent());
        other.await(it -> it.version() == 2);
        assertThat(strict.value()).isEqualTo(new Stricter(20));
        assertThat(other.value()).isEqualTo(new Limits(60));

        DocumentState.InstanceState shown = shown("gateway-1", 2);
        assertThat(shown.meant()).isEqualTo(2);
        assertThat(shown.standing().version()).isEqualTo(1);
        assertThat(shown.standing().refused().orElseThrow())
                .isEqualTo(new Standing.Refusal(2, "limits: callers: 60 (expected: <= 50)"));
        assertThat(strict.configuration.standing().refused()).isPresent();
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(strict.configuration::reload);
        assertThat(alarmed).as("once").containsExactly(shown.standing().refused().orElseThrow());
        assertThat(shown("gateway-2", 2).standing().refused()).isEmpty();
        assertThat(shown("gateway-2", 2).standing().version()).isEqualTo(2);

        set(2, 40);
        publish(3, Target.all(), 2);
        strict.await(it -> it.version() == 3);
        assertThat(shown("gateway-1", 3).standing().refused()).isEmpty();
    }

    @Test
    void whereSomethingCannotApplyAValueTheOldOneHoldsForEverybodyAndThatIsReported()
            throws Exception {
        Follower<Limits> process = process("gateway-1");
        List<Limits> applied = new ArrayList<>();
        process.configuration.apply(applied::add);
        process.configuration.onChange(each -> {
            if (each.callers() > 100) {
                throw new IllegalStateException("no room for so many");
            }
        });
        set(0, 200);
        publish(1, Target.all(), 0);
        Standing standing = process.await(it -> it.refused().isPresent());
        assertThat(standing.version()).isZero();
        assertThat(standing.refused().orElseThrow().why())
                .isEqualTo("limits: cannot be applied: no room for so many");
        assertThat(process.value()).isEqualTo(new Limits(10));
        assertThat(applied).containsExactly(new Limits(10), new Limits(200), new Limits(10));
    }

    @Test
    void garbageInTheRegistryChangesNothingAndIsReportedAndReplaced() throws Exception {
        Follower<Limits> process = process("gateway-1");
        set(0, 20);
        publish(1, Target.all(), 0);
        process.await(it -> it.version() == 1);
        for (String garbage :
                List.of("", "{", "[]", "{}", "{\"format\":1,\"document\":\"limits\"}", "\0x")) {
            Document there = registry.document("doc.limits").orElseThrow();
            registry.publish("doc.limits", there.version(), garbage).join();
            process.await(it -> it.refused().isPresent());
            assertThat(process.value()).isEqualTo(new Limits(20));
            assertThat(process.configuration.standing().version()).isEqualTo(1);
            assertThat(centre.distribute()).isTrue();
            process.await(it -> it.refused().isEmpty());
        }
        assertThat(process.value()).isEqualTo(new Limits(20));
    }

    @Test
    void withEverythingDeadAProcessStartsWithWhatWasInForceEvenAfterARefusal() throws Exception {
        try (Follower<Stricter> before = process("gateway-1", STRICT, GATEWAY)) {
            set(0, 20);
            publish(1, Target.all(), 0);
            before.await(it -> it.version() == 1);
            set(1, 60);
            publish(2, Target.all(), 1);
            before.await(it -> it.refused().isPresent());
        }
        history.isSilent(true);
        InMemoryRegistry empty = new InMemoryRegistry(new ManualTimer(clock));
        try (Follower<Stricter> after =
                Follower.start(empty, "gateway-1", GATEWAY, STRICT, Seal.NONE, kept("gateway-1"))) {
            assertThat(after.value()).isEqualTo(new Stricter(20));
            assertThat(after.configuration.standing().version()).isEqualTo(1);
        }
        Files.writeString(kept("gateway-1").resolve("limits.json"), "half a fi");
        try (Follower<Stricter> damaged =
                Follower.start(empty, "gateway-1", GATEWAY, STRICT, Seal.NONE, kept("gateway-1"))) {
            assertThat(damaged.value()).isEqualTo(STRICT.defaults());
            assertThat(damaged.configuration.standing().version()).isZero();
        }
    }

    @Test
    void withTheDatabaseDeadNothingChangesAndProcessesGoOnAndStart() throws Exception {
        Follower<Limits> process = process("gateway-1");
        set(0, 20);
        publish(1, Target.all(), 0);
        process.await(it -> it.version() == 1);
        history.isSilent(true);
        refused(OutcomeCode.DATABASE_UNAVAILABLE, "silent", () -> set(1, 30));
        assertThat(centre.distribute()).isFalse();
        assertThat(process.value()).isEqualTo(new Limits(20));
        assertThat(process("gateway-2").value()).isEqualTo(new Limits(20));
        history.isSilent(false);
        set(1, 30);
        publish(2, Target.all(), 1);
        process.await(it -> it.version() == 2);
    }

    @Test
    void aRegistryThatForgotIsFilledAgainAndOneThatWentBackIsNotFollowed() throws Exception {
        Follower<Limits> process = process("gateway-1");
        set(0, 20);
        publish(1, Target.all(), 0);
        String older = registry.document("doc.limits").orElseThrow().content();
        set(1, 30);
        publish(2, Target.all(), 1);
        process.await(it -> it.version() == 2);

        // What an older copy of the registry would say.
        long there = registry.document("doc.limits").orElseThrow().version();
        registry.publish("doc.limits", there, older).join();
        assertThat(process.configuration.reload()).isFalse();
        assertThat(process.value()).isEqualTo(new Limits(30));
        assertThat(centre.distribute()).isTrue();

        InMemoryRegistry empty = new InMemoryRegistry(new ManualTimer(clock));
        assertThat(
                        new ConfigurationCentre(List.of(TYPE), history, empty, Seal.NONE, clock)
                                .distribute())
                .isTrue();
        try (Follower<Limits> another =
                Follower.start(empty, "gateway-9", GATEWAY, TYPE, Seal.NONE, kept("gateway-9"))) {
            assertThat(another.value()).isEqualTo(new Limits(30));
        }
    }

    @Test
    void aHistoryRestoredFromAnOlderCopyIsOvertakenByTheNextChange() throws Exception {
        Follower<Limits> process = process("gateway-1");
        set(0, 20);
        publish(1, Target.all(), 0);
        publish(1, Target.all(), 1);
        process.await(it -> it.revision() == 2);
        ConfigurationCentre restored = centre(new InMemoryHistory(trail));
        restored.set("limits", 0, content(40), BEN);
        assertThat(restored.publish("limits", 1, Target.all(), 0, BEN).rollout().revision())
                .isEqualTo(3);
        process.await(it -> it.revision() == 3);
        assertThat(process.value()).isEqualTo(new Limits(40));
    }

    @Test
    void aShareIsChosenByHashTheSameEveryTimeAndGrowsWithoutLosingAnybody() {
        for (int percent : List.of(1, 10, 50, 90)) {
            int chosen = 0;
            for (int i = 0; i < 1_000; i++) {
                Recipient recipient = new Recipient("cell-1-" + i, Map.of());
                boolean now = new Target.Share(percent).includes("limits", recipient);
                chosen += now ? 1 : 0;
                if (now) {
                    assertThat(new Target.Share(percent + 5).includes("limits", recipient))
                            .isTrue();
                }
            }
            assertThat(chosen).isBetween(percent * 10 - 50, percent * 10 + 50);
        }
    }

    @Test
    void targetsAreReadAsTheyAreWritten() {
        for (String text : List.of("all", "instances:a-1,b-2", "label:role=gateway", "percent:5")) {
            assertThat(Target.parse(text)).hasToString(text);
        }
        for (String wrong :
                List.of("", "none", "instances:", "label:x", "percent:0", "percent:100", "a:b")) {
            assertThatThrownBy(() -> Target.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("(expected: ");
        }
    }

    private ConfigurationCentre centre(io.feiqian.configuration.spi.History of) {
        return new ConfigurationCentre(List.of(TYPE), of, registry.another(), Seal.NONE, clock);
    }

    private DocumentVersion set(long base, int callers) {
        return centre.set("limits", base, content(callers), ANNA);
    }

    private ConfigurationCentre.Done publish(long version, Target target, long revision) {
        return centre.publish("limits", version, target, revision, ANNA);
    }

    private static String content(int callers) {
        return "{\"callers\": " + callers + "}";
    }

    /** Waits until the instance's report is of this rollout. */
    private DocumentState.InstanceState shown(String instance, long revision) {
        while (true) {
            var found =
                    centre.show("limits").instances().stream()
                            .filter(it -> it.instance().equals(instance))
                            .filter(it -> it.standing().revision() == revision)
                            .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.onSpinWait();
        }
    }

    private Follower<Limits> process(String id) throws IOException {
        return process(id, TYPE, GATEWAY);
    }

    private <T extends Record> Follower<T> process(
            String id, DocumentType<T> type, Map<String, String> labels) {
        Follower<T> process = Follower.start(registry, id, labels, type, Seal.NONE, kept(id));
        processes.add(process);
        return process;
    }

    private Path kept(String id) {
        return folder.resolve(id);
    }

    private static void refused(OutcomeCode code, String message, ThrowingCallable change) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(change)
                .withMessageContaining(message)
                .matches(it -> it.outcome().code() == code, code.name());
    }
}
