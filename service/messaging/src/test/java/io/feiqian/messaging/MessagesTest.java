package io.feiqian.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.messaging.MessageCells.Cell;
import io.feiqian.messaging.OutboxCommand.Sent;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.RequestContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Work;
import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SubNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages between two cells over real databases. */
class MessagesTest {
    private static MessageCells cells;

    @BeforeAll
    static void start() {
        cells = new MessageCells();
    }

    @AfterAll
    static void stop() {
        cells.close();
    }

    @BeforeEach
    void reset() {
        cells.reset();
    }

    @Test
    void aMessageIsDeliveredWithoutAnybodyAskingForIt() {
        Answer sent = cells.send(cells.message("a", "hello"));

        assertThat(sent.value(Sent.class)).contains(new Sent(MessageCells.key("a"), 1));
        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("hello");
    }

    @Test
    @Requirement({"P6.4.2.1-c", "P6.4.2.1-d", "D6.7-b", "B9-c"})
    void whatArrivesManyTimesHasItsEffectOnce() {
        Random random = new Random(7);
        cells.network =
                delivery -> {
                    CompletableFuture<DeliveryReply> reply = cells.deliver(delivery);
                    CompletableFuture<DeliveryReply> again = cells.deliver(delivery);
                    return random.nextInt(3) == 0
                            ? again.thenCombine(reply, (_, _) -> true)
                                    .thenCompose(_ -> MessageCells.lose())
                            : reply;
                };

        List<String> texts = sendMany("a", 100);

        cells.settle();
        assertThat(cells.consumed("a")).isEqualTo(texts);
        assertThat(cells.there.number("select mark from inbox_mark")).isEqualTo(100);
    }

    @Test
    @Requirement({"P6.4.2.1-b", "P6.4.2.1-c"})
    void aCellThatIsAwayGetsEverythingWhenItIsBackAndAnOperatorIsTold() {
        AtomicInteger tries = new AtomicInteger();
        AtomicBoolean away = new AtomicBoolean(true);
        cells.network =
                delivery -> {
                    tries.incrementAndGet();
                    return away.get() ? MessageCells.nobody() : cells.deliver(delivery);
                };
        List<String> texts = sendMany("a", 10);
        cells.until(() -> tries.get() > 100);
        assertThat(cells.consumed("a")).isEmpty();

        away.set(false);

        cells.settle();
        assertThat(cells.consumed("a")).isEqualTo(texts);
        assertThat(cells.alarms)
                .extracting(Alarm::name)
                .contains(AlarmKind.MESSAGE_UNDELIVERED.alarmName());
    }

    @Test
    @Requirement("D6.7-d")
    void concurrentProducersOfOneKeyAreConsumedInTheOrderOfTheirCommits() {
        CellMessages other = cells.here.instance();
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            CellMessages by = i % 2 == 0 ? cells.here.serving : other;
            sent.add(cells.send(by, cells.message(i % 5 == 0 ? "b" : "a", "text " + i)));
        }
        sent.forEach(each -> assertThat(each.join().isAccepted()).isTrue());
        cells.settle();

        for (String name : List.of("a", "b")) {
            assertThat(cells.consumed(name))
                    .isEqualTo(
                            cells.here.texts(
                                    "select convert_from(payload, 'UTF8') from outbox where name ="
                                            + " '%s' order by position".formatted(name)));
        }
        assertThat(cells.consumed("a")).hasSize(160);
        assertThat(cells.here.number("select max(position) from outbox where name = 'a'"))
                .isEqualTo(160);
    }

    @Test
    void aMessageThatIsCommittedLaterThanOthersIsStillDelivered() throws Exception {
        cells.send(cells.message("a", "first"));
        cells.settle();
        CellMessages serving = cells.here.serving;
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        Work early = cells.work(serving, cells.message("a", "early"));
        CompletableFuture<Answer> slow = new CompletableFuture<>();
        Thread session =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                slow.complete(
                                        serving.commits()
                                                .solo(
                                                        early,
                                                        connection -> {
                                                            // The key is locked by now.
                                                            written.countDown();
                                                            awaitOpen(open);
                                                        }));
                            } catch (Exception failed) {
                                slow.completeExceptionally(failed);
                            }
                        });
        written.await();
        // Begun later: of another key it is there first, of the same key it waits for its number.
        cells.send(cells.message("b", "other"));
        cells.until(() -> cells.consumed("b").size() == 1);
        CompletableFuture<Answer> late = cells.send(serving, cells.message("a", "late"));
        assertThat(cells.consumed("a")).containsExactly("first");

        open.countDown();

        session.join();
        assertThat(slow.join().value(Sent.class)).contains(new Sent(MessageCells.key("a"), 2));
        assertThat(late.join().value(Sent.class)).contains(new Sent(MessageCells.key("a"), 3));
        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("first", "early", "late");
    }

    @Test
    @Requirement({"P6.4.2.1-c", "P6.4.2.1-d", "D6.7-b"})
    void anInstanceThatDiesBetweenDeliveryAndAcknowledgementLosesAndRepeatsNothing() {
        CompletableFuture<DeliveryReply> never = new CompletableFuture<>();
        cells.network = delivery -> cells.deliver(delivery).thenCompose(_ -> never);
        cells.send(cells.message("a", "one"));
        cells.send(cells.message("a", "two"));
        cells.until(() -> !cells.consumed("a").isEmpty());
        cells.network = cells::deliver;
        assertThat(cells.here.unfinished()).isEqualTo(2);

        CellMessages other = cells.here.crash();
        assertThat(other.scanNow().join()).isEqualTo(1);

        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("one", "two");
    }

    @Test
    void whatAScanTookUpIsLeftAloneByOtherInstances() {
        cells.network = delivery -> new CompletableFuture<>();
        cells.send(cells.message("a", "one"));
        CellMessages second = cells.here.crash();
        CellMessages third = cells.here.instance();

        assertThat(second.scanNow().join()).isEqualTo(1);
        assertThat(third.scanNow().join()).isZero();
    }

    @Test
    void aDelayedMessageIsDeliveredWhenItIsDueAndNotBefore() {
        Message later =
                Message.of(
                                MessageCells.key("a"),
                                cells.trace(),
                                SubNumber.OWN,
                                Payload.ofText("later"))
                        .after(Duration.ofHours(2));
        cells.send(later);
        cells.send(cells.message("a", "behind it"));
        cells.send(cells.message("b", "at once"));
        cells.until(() -> cells.here.unfinished() == 2);
        assertThat(cells.here.serving.scanNow().join()).isZero();
        assertThat(cells.consumed("a")).isEmpty();

        cells.here.run("update outbox set due_at = due_at - 7200000 where name = 'a'");
        cells.here.run("update outbox_key set due_at = due_at - 7200000 where name = 'a'");
        cells.here.serving.scanNow().join();

        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("later", "behind it");
    }

    @Test
    void aMessageThatIsRefusedAgainAndAgainIsDeadAndOnlyItsKeyWaits() {
        dieOn("bad");
        cells.send(cells.message("b", "other key"));

        cells.until(() -> cells.here.unfinished() == 2);
        assertThat(cells.consumed("b")).containsExactly("other key");
        assertThat(cells.consumed("a")).containsExactly("good");
        assertThat(cells.here.number("select attempts from outbox_key where name = 'a'"))
                .isEqualTo(MessageCells.SETTINGS.deadAfter());
        assertThat(cells.alarms)
                .extracting(Alarm::name)
                .contains(AlarmKind.MESSAGE_DEAD.alarmName());
        // No scan takes it up.
        assertThat(cells.here.crash().scanNow().join()).isZero();
    }

    @Test
    void aDeadMessageIsDeliveredAgainWhenAnOperatorSaysSo() {
        dieOn("bad");
        cells.notes.refused.clear();

        assertThat(cells.here.serving.retry(MessageCells.key("a"), 2).join().isAccepted()).isTrue();

        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("good", "bad", "behind");
    }

    @Test
    void aSkippedMessageIsPassedByTheConsumersMarkAndNeverConsumedLater() {
        dieOn("bad");
        CompletableFuture<Delivery> onTheWay = new CompletableFuture<>();
        cells.network =
                delivery -> {
                    if (delivery.skipped()) {
                        onTheWay.complete(delivery);
                    }
                    return cells.deliver(delivery);
                };

        assertThat(cells.here.serving.skip(MessageCells.key("a"), 2).join().isAccepted()).isTrue();

        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("good", "behind");
        assertThat(cells.here.texts("select position from outbox where state = 3"))
                .containsExactly("2");
        assertThat(cells.there.number("select skipped from inbox_mark")).isEqualTo(1);
        // The message itself, late on some wire, finds the mark beyond it.
        cells.notes.refused.clear();
        Delivery late =
                new Delivery(
                        onTheWay.join().message(), false, Optional.empty(), Duration.ofSeconds(5));
        assertThat(cells.deliver(late).join())
                .isEqualTo(new DeliveryReply.Answered(OutcomeCode.ACCEPTED, "", 3, true));
        assertThat(cells.consumed("a")).containsExactly("good", "behind");
    }

    @Test
    void aRewindSendsFinishedMessagesAgainUnderNumbersOfItsOwn() throws Exception {
        sendMany("a", 5);
        cells.settle();
        List<OutboxRow> rows;
        try (var connection = cells.here.database.pool().getConnection()) {
            rows = MessageQueries.messages(connection, MessageCells.key("a"), 3, 4);
        }

        Answer answer = cells.here.serving.replay(MessageCells.key("a"), rows).join();

        assertThat(answer.value(OutboxKey.class).orElseThrow().key())
                .isEqualTo(MessageCells.key("a").ofReplay(1));
        cells.send(cells.message("a", "live"));
        cells.settle();
        assertThat(cells.there.texts("select text from note where replay = 1 order by serial"))
                .containsExactly("a 3", "a 4");
        assertThat(cells.there.texts("select mark from inbox_mark order by replay"))
                .containsExactly("6", "2");
    }

    @Test
    void cleaningKeepsTheMarksAndWhatIsNotFinished() {
        sendMany("a", 5);
        cells.settle();
        dieOn("bad", "b");

        assertThat(cells.here.serving.cleanNow().join()).isEqualTo(6);

        assertThat(cells.here.number("select count(*) from outbox")).isEqualTo(2);
        cells.send(cells.message("a", "next"));
        cells.until(() -> cells.consumed("a").size() == 6);
        assertThat(cells.there.number("select mark from inbox_mark where name = 'a'")).isEqualTo(6);
    }

    @Test
    void aTopicThatNobodyKnowsWaitsForWhoeverWillKnowIt() {
        MessageKey key = MessageKey.of(MessageCells.HERE, MessageCells.THERE, "not-yet", "a");
        List<DeliveryReply> replies = Collections.synchronizedList(new ArrayList<>());
        cells.network =
                delivery ->
                        cells.deliver(delivery)
                                .thenApply(it -> {
                                    replies.add(it);
                                    return it;
                                });
        cells.send(Message.of(key, cells.trace(), SubNumber.OWN, Payload.EMPTY));

        cells.until(() -> replies.size() > 2 * MessageCells.SETTINGS.deadAfter());

        assertThat(replies)
                .allSatisfy(each ->
                        assertThat(((DeliveryReply.Answered) each).code())
                                .isEqualTo(OutcomeCode.UNKNOWN_TOPIC));
        assertThat(cells.here.number("select state from outbox_key"))
                .isEqualTo(KeyState.FLOWING.number());
    }

    @Test
    @Requirement("P6.2.2.2-a")
    void aMessageTakesTheLabelOfItsSenderToItsConsumerAndWhatThatCalls() {
        cells.notes.labels.clear();
        CurrentCall.run(
                RequestContext.until(Deadline.after(Duration.ofSeconds(30), Clock.system()))
                        .labelled("release=b"),
                () -> cells.send(cells.message("a", "gray")));
        cells.send(cells.message("a", "plain"));
        cells.send(cells.message("a", "by hand").labelled("release=c"));

        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("gray", "plain", "by hand");
        // One may be delivered more than once.
        assertThat(cells.notes.labels.stream().distinct())
                .containsExactly("release=b/release=b", "/none", "release=c/release=c");
        assertThat(cells.here.texts("select gray_label from outbox where gray_label is not null"))
                .containsExactlyInAnyOrder("release=b", "release=c");
    }

    @Test
    @Requirement("D6.4-c")
    void consumingAMessageSendsTheNextOneInTheSameCommitAndSoPeersGoOnByThemselves() {
        MessageKey back = MessageKey.of(MessageCells.THERE, MessageCells.HERE, Notes.TOPIC, "b");
        cells.notes.onward =
                message ->
                        message.key().name().equals("a")
                                ? Optional.of(
                                        Message.of(
                                                back,
                                                message.trace(),
                                                new SubNumber(1),
                                                Payload.ofText(
                                                        "answer to " + message.payload().text())))
                                : Optional.empty();
        cells.notes.refused.add("bad");
        Random random = new Random(11);
        cells.network =
                delivery ->
                        random.nextInt(3) == 0
                                ? cells.deliver(delivery).thenCompose(_ -> MessageCells.lose())
                                : cells.deliver(delivery);

        List<String> texts = sendMany("a", 20);

        cells.settle();
        cells.until(() -> cells.there.unfinished() == 0);
        assertThat(cells.consumed("a")).isEqualTo(texts);
        assertThat(cells.here.texts("select text from note order by serial"))
                .isEqualTo(texts.stream().map(each -> "answer to " + each).toList());
        // What is refused sends nothing on.
        cells.send(cells.message("a", "bad"));
        cells.until(() -> cells.here.number("select max(attempts) from outbox_key") > 0);
        assertThat(cells.there.number("select count(*) from outbox")).isEqualTo(20);
    }

    @Test
    void theSameStepHandedOverTwiceIsOneMessage() {
        Message message = cells.message("a", "once");

        Answer first = cells.send(message);
        Answer second = cells.send(message);

        assertThat(second.recorded()).isTrue();
        assertThat(second.value(Sent.class)).isEqualTo(first.value(Sent.class));
        Message other =
                Message.of(message.key(), message.trace(), message.sub(), Payload.ofText("two"));
        assertThat(cells.send(other).code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        cells.settle();
        assertThat(cells.consumed("a")).containsExactly("once");
    }

    /** A dead message in the middle of its key. */
    private static void dieOn(String text) {
        dieOn(text, "a");
    }

    private static void dieOn(String text, String name) {
        Cell here = cells.here;
        cells.notes.refused.add(text);
        cells.send(cells.message(name, "good"));
        cells.send(cells.message(name, text));
        cells.send(cells.message(name, "behind"));
        cells.until(() ->
                here.number(
                                "select count(*) from outbox_key where state = %d and name = '%s'"
                                        .formatted(KeyState.DEAD.number(), name))
                        == 1);
        cells.until(() -> here.serving.busyKeys() == 0);
    }

    private static List<String> sendMany(String name, int count) {
        List<String> texts = IntStream.rangeClosed(1, count).mapToObj(i -> name + " " + i).toList();
        texts.forEach(each -> cells.send(cells.message(name, each)));
        return texts;
    }

    private static void awaitOpen(CountDownLatch open) {
        try {
            open.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
