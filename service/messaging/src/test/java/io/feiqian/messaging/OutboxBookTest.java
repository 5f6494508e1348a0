package io.feiqian.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.messaging.OutboxCommand.Sent;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxBookTest {
    private static final long NOW = 1_000_000;
    private static final MessageKey KEY = MessageKey.of(new Slot(17), new Slot(9_000), "news", "a");
    private static final Outcome.Refused NO =
            new Outcome.Refused(OutcomeCode.ACCOUNT_CLOSED, "closed");

    private final OutboxBook book = new OutboxBook(new FixedContext(NOW));

    @Test
    void messagesOfAKeyAreNumberedWithoutGapsInTheOrderOfTheirCommits() {
        book.load(key(7, 5, KeyState.FLOWING, 0));

        assertThat(run(send(1)).value(Sent.class)).contains(new Sent(KEY, 8));
        assertThat(run(send(2)).value(Sent.class)).contains(new Sent(KEY, 9));

        assertThat(book.changes().sent()).extracting(OutboxRow::position).containsExactly(8L, 9L);
        assertThat(book.changes().updated()).extracting(OutboxKey::last).containsExactly(9L);
        assertThat(book.changes().inserted()).isEmpty();
    }

    @Test
    void aWorkThatIsRefusedSendsNothing() {
        Answer refused = Answer.refused(OutcomeCode.INSUFFICIENT_FUNDS, "0");

        assertThat(book.apply(send(1), refused)).isEqualTo(refused);

        assertThat(book.changes().sent()).isEmpty();
        assertThat(book.changes().inserted()).isEmpty();
    }

    @Test
    void theAnswerOfTheBusinessPassesByTheMessage() {
        assertThat(book.apply(send(1), Answer.accepted("balance")).value()).isEqualTo("balance");
        assertThat(book.changes().sent()).hasSize(1);
    }

    @Test
    void aStepHasOneMessageHoweverOftenItIsHandedOver() {
        run(send(1));

        assertThat(ended(send(1))).isEqualTo(Answer.accepted(new Sent(KEY, 1)).asRecorded());
        assertThat(ended(new OutboxCommand.Send(message(1, "other"))).code())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
    }

    @Test
    void whereTheBusinessWasOnlyPresumedNewAKnownMessageDoesNotAnswerForIt() {
        OutboxBook presuming = new OutboxBook(new FixedContext(NOW, true));
        Message known = message(1, "text 1");
        presuming.load(
                new OutboxBook.Known(
                        new OutboxBook.Identity(known.trace(), known.sub()),
                        known.digest(),
                        new Sent(KEY, 1)));

        assertThat(presuming.check(send(1))).isEqualTo(Check.UNSURE);
        assertThat(presuming.check(send(2))).isEqualTo(Check.FRESH);
    }

    @Test
    void theFirstDelayedMessageSaysWhenItsKeyIsLookedAt() {
        Message later =
                Message.of(KEY, trace(1), SubNumber.OWN, Payload.EMPTY).after(Duration.ofHours(1));
        run(new OutboxCommand.Send(later));
        run(send(2));

        assertThat(book.changes().inserted())
                .extracting(OutboxKey::dueAt)
                .containsExactly(NOW + Duration.ofHours(1).toMillis());
    }

    @Test
    void whatIsAcknowledgedIsFinishedOnceAndNeverMoreThanWasSent() {
        book.load(key(7, 5, KeyState.FLOWING, 0));

        run(new OutboxCommand.Acknowledge(KEY, 6));

        assertThat(book.changes().finished())
                .containsExactly(new OutboxBook.Finished(KEY, 6, 6, MessageState.DONE));
        assertThat(ended(new OutboxCommand.Acknowledge(KEY, 6)).recorded()).isTrue();
        assertThat(ended(new OutboxCommand.Acknowledge(KEY, 8)).code())
                .isEqualTo(OutcomeCode.CONTRADICTION);
        assertThat(book.find(KEY).orElseThrow().dueAt()).isPositive();
        run(new OutboxCommand.Acknowledge(KEY, 7));
        assertThat(book.find(KEY).orElseThrow().dueAt()).isZero();
    }

    @Test
    void aMessageThatIsRefusedTooOftenIsDeadAndWaitsForAnOperator() {
        book.load(key(7, 3, KeyState.FLOWING, 0));

        // What the consumer took before it is acknowledged with the refusal.
        run(new OutboxCommand.Refused(KEY, 6, NO, 2));
        assertThat(book.find(KEY).orElseThrow().done()).isEqualTo(5);
        run(new OutboxCommand.Refused(KEY, 6, NO, 2));

        OutboxKey dead = book.find(KEY).orElseThrow();
        assertThat(dead.state()).isEqualTo(KeyState.DEAD);
        assertThat(dead.attempts()).isEqualTo(2);
        assertThat(dead.said()).isEqualTo(NO);
        assertThat(dead.dueAt()).isZero();
        run(send(1));
        assertThat(book.find(KEY).orElseThrow().dueAt()).isZero();
        run(new OutboxCommand.Retry(KEY, 6));
        assertThat(book.find(KEY).orElseThrow())
                .isEqualTo(
                        new OutboxKey(KEY, 8, 5, 0, KeyState.FLOWING, 0, Outcome.accepted(), NOW));
    }

    @Test
    void onlyTheNextMessageOfAKeyCanBeTakenUpOrGivenUp() {
        book.load(key(7, 5, KeyState.DEAD, 3));

        assertThat(ended(new OutboxCommand.Retry(KEY, 7)).code())
                .isEqualTo(OutcomeCode.MESSAGE_NOT_NEXT);
        assertThat(ended(new OutboxCommand.Skip(KEY, 5)).code())
                .isEqualTo(OutcomeCode.MESSAGE_NOT_NEXT);
        assertThat(ended(new OutboxCommand.Skip(KEY.ofReplay(1), 6)).code())
                .isEqualTo(OutcomeCode.UNKNOWN_MESSAGE);
        run(new OutboxCommand.Skip(KEY, 6));
        assertThat(book.find(KEY).orElseThrow().state()).isEqualTo(KeyState.SKIPPING);
        run(new OutboxCommand.Acknowledge(KEY, 7));
        assertThat(book.changes().finished())
                .containsExactly(
                        new OutboxBook.Finished(KEY, 6, 6, MessageState.SKIPPED),
                        new OutboxBook.Finished(KEY, 7, 7, MessageState.DONE));
    }

    @Test
    void aRewindHasANumberAndNumbersOfItsOwn() {
        book.load(key(7, 7, KeyState.FLOWING, 0));
        List<OutboxRow> old = List.of(row(3), row(4));

        Answer answer = run(new OutboxCommand.Replay(KEY, old));

        MessageKey again = KEY.ofReplay(1);
        assertThat(answer.value(OutboxKey.class).orElseThrow().key()).isEqualTo(again);
        assertThat(book.changes().sent())
                .extracting(OutboxRow::key, OutboxRow::position, OutboxRow::original)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(again, 1L, 3L),
                        org.assertj.core.groups.Tuple.tuple(again, 2L, 4L));
        assertThat(book.find(KEY).orElseThrow().last()).isEqualTo(7);
    }

    private Answer run(OutboxCommand command) {
        assertThat(book.check(command)).isEqualTo(Check.FRESH);
        return book.apply(command, Answer.accepted());
    }

    private Answer ended(OutboxCommand command) {
        assertThat(book.check(command)).isInstanceOf(Check.Ended.class);
        return ((Check.Ended) book.check(command)).answer();
    }

    private static OutboxKey key(long last, long done, KeyState state, int attempts) {
        return new OutboxKey(KEY, last, done, 0, state, attempts, Outcome.accepted(), 0);
    }

    private static OutboxCommand.Send send(long serial) {
        return new OutboxCommand.Send(message(serial, "text " + serial));
    }

    private static Message message(long serial, String text) {
        return Message.of(KEY, trace(serial), SubNumber.OWN, Payload.ofText(text));
    }

    private static OutboxRow row(long position) {
        return new OutboxRow(
                KEY,
                position,
                MessageState.DONE,
                trace(position),
                SubNumber.OWN,
                0,
                Payload.EMPTY,
                0,
                0,
                1,
                0,
                "");
    }

    private static TraceNumber trace(long serial) {
        return TraceNumber.of(FixedContext.DAY, KEY.producer(), 1, serial);
    }
}
