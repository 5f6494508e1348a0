package io.feiqian.rpc;

import io.feiqian.rpc.contract.Frame;
import io.feiqian.rpc.contract.FrameBatch;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of a peer: reads batches, hands each message to the handler, and writes the replies
 * that are there. Replies are written by one task at a time; it is started by the first reply and
 * takes along what has come by the time it runs.
 */
final class IncomingStream implements StreamObserver<FrameBatch> {
    private static final Logger LOG = LoggerFactory.getLogger(IncomingStream.class);

    private static final Reply FAULT =
            refused(OutcomeCode.INTERNAL_ERROR, "a fault in the handler of the message");

    private final ServerCallStreamObserver<FrameBatch> out;
    private final Function<Request, CompletableFuture<Reply>> handler;
    private final PeerLimits limits;
    private final Intake intake;
    private final Executor writers;
    private final Queue<Frame> replies = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger newInFlight = new AtomicInteger();
    private final AtomicInteger finishingInFlight = new AtomicInteger();
    private final AtomicBoolean writing = new AtomicBoolean();
    private final AtomicBoolean readingPaused = new AtomicBoolean();
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile boolean draining;

    IncomingStream(
            ServerCallStreamObserver<FrameBatch> out,
            Function<Request, CompletableFuture<Reply>> handler,
            PeerLimits limits,
            Intake intake,
            Executor writers) {
        this.out = out;
        this.handler = handler;
        this.limits = limits;
        this.intake = intake;
        this.writers = writers;
        out.disableAutoRequest();
        out.setOnReadyHandler(this::writeLater);
        out.request(1);
    }

    @Override
    public void onNext(FrameBatch batch) {
        for (Frame each : batch.getFramesList()) {
            if (each.hasRequest()) {
                take(each.getId(), each.getRequest());
            }
        }
        if (waiting.get() > limits.finishingInFlight()) {
            readingPaused.set(true);
            writeLater();
        } else {
            out.request(1);
        }
    }

    @Override
    public void onError(Throwable cancelled) {
        completed.set(true);
        replies.clear();
    }

    @Override
    public void onCompleted() {
        drain();
    }

    void drain() {
        draining = true;
        writeLater();
    }

    private void take(long id, Request request) {
        AtomicInteger inFlight = inFlight(request);
        boolean tooMany = inFlight.incrementAndGet() > limit(request);
        // Looked at after counting, so that the end of the stream waits for what is counted.
        if (tooMany || draining) {
            queue(
                    id,
                    draining
                            ? refused(OutcomeCode.SHUTTING_DOWN, "this instance is stopping")
                            : refused(OutcomeCode.OVERLOADED, "too many unanswered messages"));
            inFlight.decrementAndGet();
            return;
        }
        boolean counts = PeerMessage.laneOf(request) == Lane.NEW;
        if (counts && !intake.begin()) {
            queue(id, refused(OutcomeCode.SHUTTING_DOWN, Intake.REFUSAL));
            inFlight.decrementAndGet();
            return;
        }
        CompletableFuture<Reply> answer;
        try {
            answer = handler.apply(request);
        } catch (RuntimeException | Error fault) {
            answer = CompletableFuture.failedFuture(fault);
        }
        answer.whenComplete(
                        (reply, fault) -> {
                            queue(id, fault == null ? reply : fault(request, fault));
                            inFlight.decrementAndGet();
                            if (counts) {
                                intake.end();
                            }
                            if (draining) {
                                writeLater();
                            }
                        })
                .exceptionally(fault -> FAULT);
    }

    private void queue(long id, Reply reply) {
        waiting.incrementAndGet();
        replies.add(PeerStreamService.reply(id, reply));
        writeLater();
    }

    private void writeLater() {
        if (!writing.getAndSet(true)) {
            writers.execute(this::write);
        }
    }

    private void write() {
        do {
            writeBatches();
            writing.set(false);
            // What came after the last look and before the flag fell has nobody else to write it.
        } while (canGoOn() && !writing.getAndSet(true));
    }

    private void writeBatches() {
        while (!replies.isEmpty() && !completed.get() && out.isReady()) {
            out.onNext(nextBatch());
        }
        if (replies.isEmpty() && readingPaused.compareAndSet(true, false)) {
            out.request(1);
        }
        if (isFinished() && completed.compareAndSet(false, true)) {
            out.onCompleted();
        }
    }

    private boolean canGoOn() {
        if (completed.get()) {
            return false;
        }
        return replies.isEmpty() ? readingPaused.get() || isFinished() : out.isReady();
    }

    private boolean isFinished() {
        return draining
                && newInFlight.get() == 0
                && finishingInFlight.get() == 0
                && replies.isEmpty();
    }

    private FrameBatch nextBatch() {
        FrameBatch.Builder batch = FrameBatch.newBuilder();
        long bytes = 0;
        while (batch.getFramesCount() < limits.batchFrames() && bytes < limits.batchBytes()) {
            Frame next = replies.poll();
            if (next == null) {
                break;
            }
            waiting.decrementAndGet();
            bytes += next.getSerializedSize();
            batch.addFrames(next);
        }
        return batch.build();
    }

    private AtomicInteger inFlight(Request request) {
        return PeerMessage.laneOf(request) == Lane.NEW ? newInFlight : finishingInFlight;
    }

    private int limit(Request request) {
        return PeerMessage.laneOf(request) == Lane.NEW
                ? limits.newInFlight()
                : limits.finishingInFlight();
    }

    private static Reply fault(Request request, Throwable fault) {
        LOG.error("a message of kind {} failed in its handler", request.getKind(), fault);
        return FAULT;
    }

    private static Reply refused(OutcomeCode code, String message) {
        return Reply.newBuilder().setCode(code.number()).setMessage(message).build();
    }
}
