package io.feiqian.alarms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.alarms.channels.Channels;
import io.feiqian.alarms.channels.Webhook;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.Migrations;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is told of what, how often, and what operators do about it. */
@Timeout(60)
@Requirement("B6.4-f")
final class AlarmsTest {
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final TemporaryDatabase fresh = TemporaryDatabase.create();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-02T09:00:00Z"));
    private final Receiver receiver = new Receiver();
    private final Map<String, Double> queues = new TreeMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private @TempDir Path folder;
    private Alarms alarms;
    private AlarmWatch watch;
    private Notifier notifier;
    private long channel;
    private long rule;

    @BeforeEach
    void start() {
        Migrations.run(AlarmDatabase.source(fresh.config()), List.of("alarms"));
        Randomness random = Randomness.secure();
        PersonalData seal = new AesPersonalData(KeyRing.obtain(Secrets.in(folder, random)), random);
        alarms = kept(new Alarms(fresh::config, seal, clock));
        AlarmDatabase database = kept(new AlarmDatabase(fresh::config));
        watch = watch(database);
        notifier =
                kept(
                        new Notifier(
                                database,
                                new ChannelBook(seal),
                                kept(new Channels(clock)),
                                clock,
                                "http://console/alarms",
                                new SimpleMeterRegistry()));
        alarms.rules().forEach(each -> alarms.save(off(each), "ada"));
        channel =
                alarms.addChannel(
                        "duty",
                        new Webhook(receiver.url(), Webhook.Format.PLAIN, "s3cret-of-ours"),
                        "ada");
        rule = alarms.save(rule(Duration.ZERO), "ada");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        receiver.close();
        fresh.close();
    }

    @Test
    void whatIsRaisedIsToldOnceAndItsEndOnce() {
        queues.put("cell-1-1", 9.0);
        rounds(4);

        assertThat(alarms.raised()).extracting(AlarmLine::object).containsExactly("cell-1-1");
        assertThat(receiver.bodies()).hasSize(1);
        assertThat(receiver.bodies().getFirst())
                .contains("long queue")
                .contains("cell-1-1")
                .contains("9")
                .contains("RAISED");

        queues.put("cell-1-1", 1.0);
        clock.advance(Duration.ofMinutes(2));
        rounds(4);

        assertThat(alarms.raised()).isEmpty();
        assertThat(receiver.bodies()).hasSize(2);
        assertThat(receiver.bodies().get(1)).contains("ENDED");
        assertThat(history()).extracting(AlarmLine::object).containsExactly("cell-1-1");
        assertThat(history().getFirst().endedAt()).isGreaterThan(history().getFirst().raisedAt());
    }

    @Test
    void whatCameAgainIsToldAgain() {
        for (int i = 0; i < 3; i++) {
            queues.put("cell-1-1", 9.0);
            clock.advance(Duration.ofMinutes(2));
            rounds(2);
            queues.put("cell-1-1", 0.0);
            clock.advance(Duration.ofMinutes(2));
            rounds(2);
        }

        assertThat(receiver.bodies()).hasSize(6);
        assertThat(history()).hasSize(3);
    }

    @Test
    void aNoticeThatWasNotTakenIsSentAgainUntilItIs() {
        receiver.answer(503);
        queues.put("cell-1-1", 9.0);
        rounds(1);
        assertThat(receiver.bodies()).hasSize(1);
        assertThat(alarms.notices().getFirst().failure()).contains("503");
        receiver.answer(200);
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofMinutes(1));
            rounds(1);
        }

        assertThat(receiver.bodies()).hasSize(2);
        assertThat(alarms.notices().getFirst().doneAt()).isPositive();
        assertThat(receiver.keys().getFirst()).isEqualTo(receiver.keys().get(1));
    }

    @Test
    void aNoticeIsSentAgainByAnotherWhereItsSenderDied() {
        queues.put("cell-1-1", 9.0);
        watch.look();
        // Somebody took it and was never heard of again.
        try (AlarmDatabase other = new AlarmDatabase(fresh::config)) {
            List<NoticeBook.Due> taken = other.transaction(sql -> NoticeBook.take(sql, now()));
            assertThat(taken).hasSize(1);
        }
        rounds(1);
        assertThat(receiver.bodies()).isEmpty();
        clock.advance(Duration.ofMillis(NoticeBook.LEASE_MILLIS));
        rounds(2);

        assertThat(receiver.bodies()).hasSize(1);
    }

    @Test
    void whatNoRepetitionMendsIsGivenUpAndSaid() {
        receiver.answer(404);
        queues.put("cell-1-1", 9.0);
        rounds(3);

        assertThat(receiver.bodies()).hasSize(1);
        assertThat(alarms.notices().getFirst().givenUp()).isTrue();
        assertThat(alarms.notices().getFirst().failure()).contains("404");
    }

    @Test
    void tenThousandAlarmsAreOneNotice() {
        IntStream.range(0, 10_000).forEach(i -> queues.put("queue-" + i, 9.0));
        rounds(3);

        assertThat(receiver.bodies()).hasSize(1);
        assertThat(receiver.bodies().getFirst()).contains("and 9999 more").contains("queue-0");
        assertThat(alarms.raised()).hasSize(500);
    }

    @Test
    void whatComesOneByOneIsToldTogetherAMinuteLater() {
        for (int i = 0; i < 6; i++) {
            queues.put("queue-" + i, 9.0);
            rounds(1);
        }
        assertThat(receiver.bodies()).hasSize(1);
        clock.advance(Duration.ofMinutes(1));
        rounds(1);

        assertThat(receiver.bodies()).hasSize(2);
        assertThat(receiver.bodies().get(1)).contains("queue-5").doesNotContain("queue-0");
    }

    @Test
    void aSilenceKeepsNoticesBackUntilItEnds() {
        alarms.silence(rule, "CELL-1", Duration.ofMinutes(10), "ada", "planned work");
        queues.put("cell-1-1", 9.0);
        rounds(2);
        assertThat(receiver.bodies()).isEmpty();
        assertThat(alarms.raised().getFirst().silenced()).isTrue();

        queues.put("cell-2-1", 9.0);
        rounds(2);
        assertThat(receiver.bodies()).hasSize(1);
        assertThat(receiver.bodies().getFirst()).contains("cell-2-1").doesNotContain("cell-1-1");

        clock.advance(Duration.ofMinutes(10));
        rounds(1);
        assertThat(receiver.bodies()).hasSize(2);
        assertThat(receiver.bodies().get(1)).contains("cell-1-1");
    }

    @Test
    void whatPassedUnderASilenceIsNeverTold() {
        alarms.silence(0, "", Duration.ofMinutes(10), "ada", "planned work");
        queues.put("cell-1-1", 9.0);
        rounds(2);
        queues.put("cell-1-1", 0.0);
        rounds(2);
        clock.advance(Duration.ofMinutes(20));
        rounds(2);

        assertThat(receiver.bodies()).isEmpty();
        assertThat(history()).hasSize(1);
    }

    @Test
    void twoWhoLookTellOnce() {
        AlarmWatch second = watch(kept(new AlarmDatabase(fresh::config)));
        queues.put("cell-1-1", 9.0);
        for (int i = 0; i < 4; i++) {
            second.look();
            rounds(1);
        }

        assertThat(receiver.bodies()).hasSize(1);
        assertThat(alarms.raised()).hasSize(1);
    }

    @Test
    void oneOperatorTakesAnAlarmOn() {
        queues.put("cell-1-1", 9.0);
        rounds(1);
        long id = alarms.raised().getFirst().id();
        alarms.acknowledge(id, "ada", "I look at it");

        assertThatThrownBy(() -> alarms.acknowledge(id, "bob", "me too"))
                .isInstanceOf(RefusedException.class);
        assertThat(alarms.raised().getFirst().acknowledgedBy()).isEqualTo("ada");
    }

    @Test
    void whatAnOperatorEndsIsRaisedAgainWhereItIsStillSo() {
        queues.put("cell-1-1", 9.0);
        rounds(1);
        alarms.end(alarms.raised().getFirst().id(), "ada", "mended");
        assertThat(alarms.raised()).isEmpty();
        rounds(1);

        assertThat(alarms.raised()).hasSize(1);
    }

    @Test
    void aRuleThatIsSwitchedOffEndsItsAlarmsWithoutAWord() {
        queues.put("cell-1-1", 9.0);
        rounds(1);
        Rule now = alarms.rules().stream().filter(it -> it.id() == rule).findFirst().orElseThrow();
        var _ = alarms.save(off(now), "ada");
        clock.advance(Duration.ofMinutes(2));
        rounds(2);

        assertThat(alarms.raised()).isEmpty();
        assertThat(receiver.bodies()).hasSize(1);
    }

    @Test
    void whatLastsNotLongEnoughLeavesNothing() {
        var _ = alarms.save(named("patient", rule(Duration.ofMinutes(1))), "ada");
        Rule old = alarms.rules().stream().filter(it -> it.id() == rule).findFirst().orElseThrow();
        var _ = alarms.save(off(old), "ada");
        queues.put("cell-1-1", 9.0);
        rounds(3);
        queues.put("cell-1-1", 0.0);
        rounds(1);

        assertThat(history()).isEmpty();
        assertThat(receiver.bodies()).isEmpty();
    }

    @Test
    void howToReachAChannelIsNotToBeReadInTheDatabase() {
        List<String> rows =
                kept(new AlarmDatabase(fresh::config))
                        .query(
                                "select c::text || encode(sealed, 'escape') from alarm_channel c",
                                it -> {},
                                row -> row.getString(1));

        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst()).doesNotContain("s3cret");
        assertThat(alarms.channels().getFirst().shown()).doesNotContain("s3cret");
    }

    @Test
    void aChannelCanBeTriedAndSwitchedOff() {
        assertThat(alarms.test(channel, "ada")).isEmpty();
        assertThat(receiver.bodies().getFirst()).contains("TEST");
        receiver.answer(500);
        assertThat(alarms.test(channel, "ada").orElse("")).contains("500");

        alarms.enableChannel(channel, false, "ada");
        queues.put("cell-1-1", 9.0);
        rounds(2);
        assertThat(receiver.bodies()).hasSize(2);
        assertThatThrownBy(() -> alarms.test(channel, "ada")).isInstanceOf(RefusedException.class);
    }

    @Test
    void namesAreUnique() {
        assertThatThrownBy(() -> alarms.save(rule(Duration.ZERO), "ada"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("name");
    }

    private AlarmWatch watch(AlarmDatabase database) {
        return new AlarmWatch(
                database,
                (each, now) ->
                        queues.entrySet().stream()
                                .map(queue -> Seen.of(queue.getKey(), queue.getValue()))
                                .toList(),
                clock,
                new SimpleMeterRegistry());
    }

    private Rule rule(Duration lasting) {
        Rule plain = AlarmProtocolTest.rule(Rule.Test.ABOVE, 5, lasting);
        return new Rule(
                0,
                "long queue",
                true,
                plain.severity(),
                plain.signal(),
                plain.test(),
                plain.bound(),
                plain.window(),
                lasting,
                List.of(channel));
    }

    private static Rule named(String name, Rule rule) {
        return new Rule(
                0,
                name,
                true,
                rule.severity(),
                rule.signal(),
                rule.test(),
                rule.bound(),
                rule.window(),
                rule.lasting(),
                rule.channels());
    }

    private static Rule off(Rule rule) {
        return new Rule(
                rule.id(),
                rule.name(),
                false,
                rule.severity(),
                rule.signal(),
                rule.test(),
                rule.bound(),
                rule.window(),
                rule.lasting(),
                rule.channels());
    }

    private void rounds(int times) {
        for (int i = 0; i < times; i++) {
            watch.look();
            notifier.send();
            clock.advance(LOOK);
        }
    }

    private List<AlarmLine> history() {
        return alarms.history(0, Long.MAX_VALUE);
    }

    private long now() {
        return clock.now().toEpochMilli();
    }

    private <C extends AutoCloseable> C kept(C closeable) {
        open.add(closeable);
        return closeable;
    }
}
