package io.feiqian.transaction;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.Standing;
import io.feiqian.rpc.PeerAnswer;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Optional;

/** Protocol messages as frames of the streams between cells, and back. */
public final class PeerWire {
    private PeerWire() {}

    /**
     * The frame of a message.
     *
     * @param traceparent the sender's span in the form of W3C Trace Context; empty for none
     */
    public static Request request(PeerMessage message, String traceparent) {
        BranchKey key = message.key();
        return Request.newBuilder()
                .setKind(kind(message.kind()))
                .setSlot(message.slot().number())
                .setEpoch(message.epoch().map(Epoch::number).orElse(0L))
                .setRemainingMillis(message.remaining().toMillis())
                .setDecideByRemainingMillis(message.decideByRemaining().toMillis())
                .setTraceHead(key.trace().head())
                .setTraceSerial(key.trace().serial())
                .setAttempt(key.attempt())
                .setBranch(key.branch())
                .setInitiatorCell(message.initiator().number())
                .setDigest(message.digest())
                .setTransactionDigest(message.transactionDigest())
                .setService(message.service())
                .setContent(UnsafeByteOperations.unsafeWrap(message.content().buffer()))
                .setBusinessDate(message.businessDate().number())
                .setTraceparent(traceparent)
                .setGrayLabel(message.label())
                .build();
    }

    /**
     * The message of a frame.
     *
     * @throws RefusedException for what is no message
     */
    public static PeerMessage message(Request request) {
        try {
            return new PeerMessage(
                    kind(request.getKind()),
                    new Slot(request.getSlot()),
                    request.getEpoch() == 0
                            ? Optional.empty()
                            : Optional.of(new Epoch(request.getEpoch())),
                    new BranchKey(
                            new TraceNumber(request.getTraceHead(), request.getTraceSerial()),
                            request.getAttempt(),
                            request.getBranch()),
                    new CellId(request.getInitiatorCell()),
                    request.getTransactionDigest(),
                    request.getDigest(),
                    request.getService(),
                    content(request.getContent()),
                    BusinessDate.ofNumber(request.getBusinessDate()),
                    Duration.ofMillis(request.getRemainingMillis()),
                    Duration.ofMillis(request.getDecideByRemainingMillis()),
                    request.getGrayLabel());
        } catch (IllegalArgumentException wrong) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "message: " + wrong.getMessage(), wrong);
        }
    }

    /** The frame of an answer. */
    public static Reply reply(PeerReply reply) {
        return switch (reply) {
            case PeerReply.Answered answered ->
                    Reply.newBuilder()
                            .setCode(answered.code().number())
                            .setMessage(answered.message())
                            .setState(answered.standing().number())
                            .setRecorded(answered.recorded())
                            .build();
            case PeerReply.Unheard(String message) ->
                    Reply.newBuilder()
                            .setCode(OutcomeCode.UNKNOWN.number())
                            .setMessage(message)
                            .build();
        };
    }

    /** The answer of a frame, or what its absence means. */
    public static PeerReply reply(PeerAnswer answer) {
        return switch (answer) {
            case PeerAnswer.Replied(Reply reply) ->
                    new PeerReply.Answered(
                            OutcomeCode.ofNumber(reply.getCode()),
                            reply.getMessage(),
                            Standing.ofNumber(reply.getState()),
                            reply.getRecorded());
            case PeerAnswer.Failed failed ->
                    failed.perhapsSent()
                            ? new PeerReply.Unheard(failed.message())
                            : PeerReply.refused(failed.code(), failed.message());
        };
    }

    private static Content content(ByteString bytes) {
        return Content.of(bytes.toByteArray());
    }

    private static Request.Kind kind(PeerMessage.Kind kind) {
        return switch (kind) {
            case TRY -> Request.Kind.TRY;
            case CONFIRM -> Request.Kind.CONFIRM;
            case CANCEL -> Request.Kind.CANCEL;
            case INQUIRY -> Request.Kind.INQUIRY;
        };
    }

    private static PeerMessage.Kind kind(Request.Kind kind) {
        return switch (kind) {
            case TRY -> PeerMessage.Kind.TRY;
            case CONFIRM -> PeerMessage.Kind.CONFIRM;
            case CANCEL -> PeerMessage.Kind.CANCEL;
            case INQUIRY -> PeerMessage.Kind.INQUIRY;
            case DELIVER, SKIP, KIND_UNSPECIFIED, UNRECOGNIZED ->
                    throw new RefusedException(
                            OutcomeCode.MALFORMED_REQUEST,
                            "kind: %s (expected: a message of a transaction)".formatted(kind));
        };
    }
}
