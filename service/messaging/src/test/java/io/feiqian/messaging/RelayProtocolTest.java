package io.feiqian.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.messaging.RelayState.Phase;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RelayProtocolTest {
    private static final long NOW = 1_000_000;
    private static final MessageKey KEY = MessageKey.of(new Slot(17), new Slot(9_000), "news", "a");
    private static final DeliveryReply OK = DeliveryReply.accepted(0, false);
    private static final DeliveryReply SILENCE = new DeliveryReply.Unheard("silence");
    private static final DeliveryReply NO =
            DeliveryReply.refused(OutcomeCode.ACCOUNT_CLOSED, "closed");

    private final RelayProtocol protocol = new RelayProtocol(3, 2, 60_000);
    private RelayState state = protocol.begin(KEY).state();
    private List<RelayEffect> effects = List.of();

    @Test
    void aWindowOfMessagesLeavesInOrderAndWhatWasTakenIsAcknowledged() {
        found(key(5, 1), 2, 3, 4);
        assertThat(delivered()).containsExactly(2L, 3L, 4L);

        answered(4, OK);
        answered(2, OK);
        assertThat(effects).isEmpty();
        answered(3, OK);

        assertThat(effects)
                .containsExactly(new RelayEffect.Acknowledge(4), new RelayEffect.Look(4));
        found(key(5, 1), 5);
        answered(5, OK);
        assertThat(effects).containsExactly(new RelayEffect.Acknowledge(5));
        assertThat(state.phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void whatIsNotAnsweredIsDeliveredAgainForEverAndAnOperatorIsToldOnce() {
        int alarms = 0;
        for (int i = 1; i <= 50; i++) {
            found(key(1, 0), 1);
            answered(1, SILENCE);
            assertThat(effects).contains(new RelayEffect.BackOff(i));
            alarms += (int) effects.stream().filter(it -> it instanceof RelayEffect.Raise).count();
            step(new RelayEvent.Rested());
            assertThat(effects).containsExactly(new RelayEffect.Look(0));
        }
        assertThat(alarms).isEqualTo(1);
    }

    @Test
    void aTopicNobodyKnowsIsTriedAgainAndNeverCountedAsRefused() {
        found(key(1, 0), 1);

        answered(1, DeliveryReply.refused(OutcomeCode.UNKNOWN_TOPIC, "?"));

        assertThat(effects).containsExactly(new RelayEffect.BackOff(1));
    }

    @Test
    void whatCameTooEarlyIsSentAgainAtOnceWhenTheOnesBeforeItAreThere() {
        found(key(3, 0), 1, 2, 3);

        answered(1, OK);
        answered(2, DeliveryReply.refused(OutcomeCode.WAIT, "1 first"));
        answered(3, DeliveryReply.refused(OutcomeCode.WAIT, "1 first"));

        assertThat(effects)
                .containsExactly(new RelayEffect.Acknowledge(1), new RelayEffect.Look(1));
    }

    @Test
    void aRefusalIsRecordedBeforeItIsTriedAgainAndTheDeadOneEndsTheDelivery() {
        found(key(3, 0), 1, 2);
        answered(1, OK);
        answered(2, NO);
        assertThat(effects)
                .containsExactly(
                        new RelayEffect.Acknowledge(1),
                        new RelayEffect.Refuse(
                                2, new Outcome.Refused(OutcomeCode.ACCOUNT_CLOSED, "closed")));

        step(new RelayEvent.RefusalRecorded(Optional.of(key(3, 1))));
        assertThat(effects).containsExactly(new RelayEffect.BackOff(1));
        step(new RelayEvent.Rested());
        found(key(3, 1), 2);
        answered(2, NO);
        step(new RelayEvent.RefusalRecorded(Optional.of(key(3, 1, KeyState.DEAD))));

        assertThat(effects)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEffect.Raise.class,
                        it -> assertThat(it.kind()).isEqualTo(AlarmKind.MESSAGE_DEAD));
        assertThat(state.phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void aDeadKeyIsLeftAlone() {
        found(key(3, 1, KeyState.DEAD), 2, 3);

        assertThat(effects).isEmpty();
        assertThat(state.phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void onlyTheMessageThatIsToBeSkippedIsSkipped() {
        found(key(3, 1, KeyState.SKIPPING), 2, 3);

        assertThat(effects).containsExactly(new RelayEffect.Deliver(row(2, NOW), true));
        answered(2, OK);
        assertThat(effects)
                .containsExactly(new RelayEffect.Acknowledge(2), new RelayEffect.Look(2));
    }

    @Test
    void aDelayedMessageHoldsUpTheLaterOnesOfItsKey() {
        step(
                new RelayEvent.Found(
                        Optional.of(key(2, 0)), List.of(row(1, NOW + 5_000), row(2, NOW)), NOW));
        assertThat(effects)
                .containsExactly(
                        new RelayEffect.Postpone(1, NOW + 5_000), new RelayEffect.Rest(5_000));

        step(new RelayEvent.Woken());
        step(
                new RelayEvent.Found(
                        Optional.of(key(2, 0)), List.of(row(1, NOW + 600_000), row(2, NOW)), NOW));
        assertThat(effects).containsExactly(new RelayEffect.Postpone(1, NOW + 600_000));
        assertThat(state.phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void whatIsCommittedWhileItIsAtWorkIsLookedForBeforeItEnds() {
        found(key(1, 0), 1);
        step(new RelayEvent.Woken());
        answered(1, OK);

        assertThat(effects)
                .containsExactly(new RelayEffect.Acknowledge(1), new RelayEffect.Look(1));
    }

    @Test
    void aMissingMessageCallsAnOperatorAndNothingOvertakesIt() {
        found(key(3, 0), 2, 3);

        assertThat(effects)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEffect.Raise.class,
                        it -> assertThat(it.kind()).isEqualTo(AlarmKind.MESSAGE_CONTRADICTION));
    }

    private void found(OutboxKey key, long... positions) {
        step(
                new RelayEvent.Found(
                        Optional.of(key),
                        LongStream.of(positions).mapToObj(each -> row(each, NOW)).toList(),
                        NOW));
    }

    private void answered(long position, DeliveryReply reply) {
        step(new RelayEvent.Answered(position, reply));
    }

    private void step(RelayEvent event) {
        RelayStep step = protocol.step(state, event);
        state = step.state();
        effects = step.effects();
    }

    private List<Long> delivered() {
        return effects.stream()
                .filter(RelayEffect.Deliver.class::isInstance)
                .map(each -> ((RelayEffect.Deliver) each).row().position())
                .toList();
    }

    private static OutboxKey key(long last, long done) {
        return key(last, done, KeyState.FLOWING);
    }

    private static OutboxKey key(long last, long done, KeyState state) {
        return new OutboxKey(KEY, last, done, 0, state, 0, Outcome.accepted(), NOW);
    }

    private static OutboxRow row(long position, long dueAt) {
        return new OutboxRow(
                KEY,
                position,
                MessageState.READY,
                TraceNumber.of(FixedContext.DAY, KEY.producer(), 1, position),
                SubNumber.OWN,
                0,
                Payload.EMPTY,
                dueAt,
                NOW,
                0,
                0,
                "");
    }
}
