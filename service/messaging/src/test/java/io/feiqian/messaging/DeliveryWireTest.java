package io.feiqian.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.feiqian.rpc.PeerAnswer;
import io.feiqian.rpc.contract.Request;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeliveryWireTest {
    private static final MessageKey KEY =
            new MessageKey(new Slot(17), new Slot(9_000), "news", "account-1", 2);
    private static final Incoming MESSAGE =
            new Incoming(
                    KEY,
                    3,
                    41,
                    TraceNumber.of(FixedContext.DAY, new Slot(17), 1, 5),
                    new SubNumber(7),
                    Payload.ofText("hello"),
                    "release=b");

    @Test
    void aDeliveryComesBackAsItWasSent() {
        for (boolean skipped : new boolean[] {false, true}) {
            Delivery sent =
                    new Delivery(
                            MESSAGE, skipped, Optional.of(new Epoch(4)), Duration.ofMillis(250));

            assertThat(DeliveryWire.delivery(DeliveryWire.request(sent, ""))).isEqualTo(sent);
        }
    }

    @Test
    void anAnswerComesBackAsItWasGiven() {
        DeliveryReply.Answered wait =
                new DeliveryReply.Answered(OutcomeCode.WAIT, "2 first", 1, false);
        DeliveryReply.Answered done = DeliveryReply.accepted(3, true);

        for (DeliveryReply each : new DeliveryReply[] {wait, done}) {
            assertThat(DeliveryWire.reply(new PeerAnswer.Replied(DeliveryWire.reply(each))))
                    .isEqualTo(each);
        }
        assertThat(DeliveryWire.reply(new PeerAnswer.Failed(OutcomeCode.UNKNOWN, "cut off")))
                .isEqualTo(new DeliveryReply.Unheard("cut off"));
        assertThat(DeliveryWire.reply(new PeerAnswer.Failed(OutcomeCode.OVERLOADED, "full")))
                .isEqualTo(DeliveryReply.refused(OutcomeCode.OVERLOADED, "full"));
    }

    @Test
    void whatIsNoDeliveryIsRefused() {
        Request good =
                DeliveryWire.request(
                        new Delivery(MESSAGE, false, Optional.empty(), Duration.ofMillis(1)), "");

        refused(good.toBuilder().setKind(Request.Kind.TRY), OutcomeCode.MALFORMED_REQUEST);
        refused(good.toBuilder().setPosition(0), OutcomeCode.MALFORMED_REQUEST);
        refused(good.toBuilder().setProducerSlot(10_000), OutcomeCode.MALFORMED_REQUEST);
        refused(good.toBuilder().setMessageKey("with blank"), OutcomeCode.INVALID_MESSAGE_KEY);
        refused(good.toBuilder().setService(""), OutcomeCode.INVALID_MESSAGE_KEY);
        refused(good.toBuilder().setService("x".repeat(41)), OutcomeCode.INVALID_MESSAGE_KEY);
    }

    @Test
    void aPayloadBeyondTheLimitIsRefusedBeforeAnythingIsWritten() {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> Payload.of(new byte[Payload.MOST_BYTES + 1]))
                .satisfies(it -> assertThat(it.code()).isEqualTo(OutcomeCode.MESSAGE_TOO_LARGE));
        assertThat(Payload.of(new byte[Payload.MOST_BYTES]).size()).isEqualTo(Payload.MOST_BYTES);
    }

    private static void refused(Request.Builder wrong, OutcomeCode code) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> DeliveryWire.delivery(wrong.build()))
                .satisfies(it -> assertThat(it.code()).isEqualTo(code));
    }
}
