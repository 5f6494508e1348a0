package io.feiqian.messaging;

import com.google.protobuf.UnsafeByteOperations;
import io.feiqian.rpc.PeerAnswer;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Optional;

/** Deliveries as frames of the streams between cells, and back. */
public final class DeliveryWire {
    private DeliveryWire() {}

    /** Whether a frame is a delivery. */
    public static boolean isDelivery(Request request) {
        return request.getKind() == Request.Kind.DELIVER || request.getKind() == Request.Kind.SKIP;
    }

    /**
     * The frame of a delivery.
     *
     * @param traceparent the sender's span in the form of W3C Trace Context; empty for none
     */
    public static Request request(Delivery delivery, String traceparent) {
        Incoming message = delivery.message();
        MessageKey key = message.key();
        return Request.newBuilder()
                .setKind(delivery.skipped() ? Request.Kind.SKIP : Request.Kind.DELIVER)
                .setSlot(key.consumer().number())
                .setEpoch(delivery.epoch().map(Epoch::number).orElse(0L))
                .setRemainingMillis(delivery.remaining().toMillis())
                .setProducerSlot(key.producer().number())
                .setService(key.topic())
                .setMessageKey(key.name())
                .setReplay(key.replay())
                .setPosition(message.position())
                .setOriginal(message.original())
                .setTraceHead(message.trace().head())
                .setTraceSerial(message.trace().serial())
                .setBranch(message.sub().number())
                .setContent(UnsafeByteOperations.unsafeWrap(message.payload().buffer()))
                .setTraceparent(traceparent)
                .setGrayLabel(message.label())
                .build();
    }

    /**
     * The delivery of a frame.
     *
     * @throws RefusedException for what is no delivery
     */
    public static Delivery delivery(Request request) {
        if (!isDelivery(request) || request.getPosition() < 1 || request.getOriginal() < 1) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "message: kind %s, position %d (expected: a delivery with a number)"
                            .formatted(request.getKind(), request.getPosition()));
        }
        try {
            MessageKey key =
                    new MessageKey(
                            new Slot(request.getProducerSlot()),
                            new Slot(request.getSlot()),
                            request.getService(),
                            request.getMessageKey(),
                            request.getReplay());
            return new Delivery(
                    new Incoming(
                            key,
                            request.getPosition(),
                            request.getOriginal(),
                            new TraceNumber(request.getTraceHead(), request.getTraceSerial()),
                            new SubNumber(request.getBranch()),
                            Payload.of(request.getContent().toByteArray()),
                            request.getGrayLabel()),
                    request.getKind() == Request.Kind.SKIP,
                    request.getEpoch() == 0
                            ? Optional.empty()
                            : Optional.of(new Epoch(request.getEpoch())),
                    Duration.ofMillis(request.getRemainingMillis()));
        } catch (IllegalArgumentException wrong) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "message: " + wrong.getMessage(), wrong);
        }
    }

    /** The frame of an answer. */
    public static Reply reply(DeliveryReply reply) {
        return switch (reply) {
            case DeliveryReply.Answered answered ->
                    Reply.newBuilder()
                            .setCode(answered.code().number())
                            .setMessage(answered.message())
                            .setMark(answered.mark())
                            .setRecorded(answered.recorded())
                            .build();
            case DeliveryReply.Unheard(String message) ->
                    Reply.newBuilder()
                            .setCode(OutcomeCode.UNKNOWN.number())
                            .setMessage(message)
                            .build();
        };
    }

    /** The answer of a frame, or what its absence means. */
    public static DeliveryReply reply(PeerAnswer answer) {
        return switch (answer) {
            case PeerAnswer.Replied(Reply reply) ->
                    new DeliveryReply.Answered(
                            OutcomeCode.ofNumber(reply.getCode()),
                            reply.getMessage(),
                            reply.getMark(),
                            reply.getRecorded());
            case PeerAnswer.Failed failed ->
                    failed.perhapsSent()
                            ? new DeliveryReply.Unheard(failed.message())
                            : DeliveryReply.refused(failed.code(), failed.message());
        };
    }
}
