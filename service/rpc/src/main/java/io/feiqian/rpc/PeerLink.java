package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.rpc.contract.Frame;
import io.feiqian.rpc.contract.FrameBatch;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of one stream to one instance of a peer cell: collects messages into batches
 * (takes what is there, waits for no more), opens the stream again with capped back-off after it
 * broke, and hands back what it could not send.
 */
final class PeerLink {
    /** What a link needs from the streams it belongs to. */
    interface Owner {
        /** The link could not send this; nothing of it left the process. */
        void notSent(PeerMessage message, String why);

        /** The stream broke while these were unanswered. */
        void lost(List<PeerMessage> messages, String why, boolean suspicious);

        /** A reply came. */
        void replied(PeerMessage message, io.feiqian.rpc.contract.Reply reply);
    }

    private static final Duration LONGEST_WAIT_FOR_ROOM = Duration.ofSeconds(5);

    private final Endpoint endpoint;
    private final boolean alone;
    private final ManagedChannel channel;
    private final PeerEnvironment environment;
    private final Owner owner;
    private final MicroBatcher<PeerMessage> batcher;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private @Nullable OutgoingStream stream;

    @GuardedBy("lock")
    private boolean backingOff;

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private Duration backOff;

    /**
     * A link that is opened by its first message.
     *
     * @param alone whether each message is sent only when nothing else is unanswered (framed)
     */
    PeerLink(
            Endpoint endpoint,
            boolean alone,
            ManagedChannel channel,
            PeerEnvironment environment,
            Owner owner) {
        this.endpoint = endpoint;
        this.alone = alone;
        this.channel = channel;
        this.environment = environment;
        this.owner = owner;
        this.backOff = environment.limits().firstBackOff();
        PeerLimits limits = environment.limits();
        this.batcher =
                new MicroBatcher<>(
                        new MicroBatcher.Limits(
                                alone ? 1 : limits.batchFrames(),
                                limits.newInFlight(),
                                limits.finishingInFlight()),
                        new Sending(),
                        Thread.ofVirtual().name("peer-" + endpoint).factory());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Whether messages can be given to it: it is not waiting after a failure. */
    boolean isUsable() {
        lock.lock();
        try {
            return !backingOff && !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a message; false where it is not usable or full, and then it was not taken. */
    boolean offer(PeerMessage message) {
        lock.lock();
        try {
            if (backingOff || closed) {
                return false;
            }
            open();
        } finally {
            lock.unlock();
        }
        return batcher.offer(message, message.lane());
    }

    /** Ends it for good, without waiting; what is unanswered is lost. */
    void close() {
        OutgoingStream open;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = stream;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.cancel("the instance is gone or this process stops");
        }
        Thread.ofVirtual().start(batcher::close);
    }

    @GuardedBy("lock")
    private void open() {
        if (stream == null) {
            OutgoingStream opening = new OutgoingStream(channel, new Events());
            stream = opening;
            opening.start();
        }
    }

    private void reopen() {
        lock.lock();
        try {
            backingOff = false;
            if (!closed) {
                channel.resetConnectBackoff();
                open();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The open stream once it can take more; null where there is none. */
    private @Nullable OutgoingStream awaitRoom() throws InterruptedException {
        long until = environment.clock().nanos() + LONGEST_WAIT_FOR_ROOM.toNanos();
        lock.lock();
        try {
            while (!closed) {
                OutgoingStream current = stream;
                if (current == null) {
                    return null;
                }
                if (current.hasRoom() && (!alone || current.isIdle())) {
                    return current;
                }
                long left = until - environment.clock().nanos();
                if (left <= 0) {
                    return null;
                }
                var _ = changed.await(left, TimeUnit.NANOSECONDS);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Sending implements MicroBatcher.Handler<PeerMessage> {
        @Override
        public void handle(List<PeerMessage> batch) {
            OutgoingStream open;
            try {
                open = awaitRoom();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                open = null;
            }
            if (open == null) {
                batch.forEach(each -> owner.notSent(each, "no connection to " + endpoint));
                return;
            }
            write(open, batch);
        }

        private void write(OutgoingStream open, List<PeerMessage> batch) {
            FrameBatch.Builder frames = FrameBatch.newBuilder();
            long bytes = 0;
            for (PeerMessage each : batch) {
                Request request = each.toSend(environment.clock().nanos());
                Frame frame = request == null ? null : open.claim(each, request);
                if (frame == null) {
                    continue;
                }
                if (bytes > 0
                        && bytes + frame.getSerializedSize() > environment.limits().batchBytes()) {
                    open.write(frames.build());
                    frames.clear();
                    bytes = 0;
                }
                bytes += frame.getSerializedSize();
                frames.addFrames(frame);
            }
            if (frames.getFramesCount() > 0) {
                open.write(frames.build());
            }
        }

        @Override
        public void onFault(List<PeerMessage> batch, Throwable fault) {
            environment.fault("sending to " + endpoint, fault);
            batch.forEach(each -> each.fail(OutcomeCode.CELL_UNAVAILABLE, fault.toString()));
        }
    }

    private final class Events implements OutgoingStream.Listener {
        @Override
        public void onRoom() {
            signal();
        }

        @Override
        public void onReply(PeerMessage message, io.feiqian.rpc.contract.Reply reply) {
            owner.replied(message, reply);
            if (alone) {
                signal();
            }
        }

        @Override
        public void onAlive() {
            lock.lock();
            try {
                backOff = environment.limits().firstBackOff();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onClosed(OutgoingStream which, Status status, List<PeerMessage> unanswered) {
            lock.lock();
            try {
                if (stream == which) {
                    stream = null;
                    backingOff = true;
                    if (!closed) {
                        environment.later(backOff, PeerLink.this::reopen);
                        Duration longest = environment.limits().longestBackOff();
                        Duration doubled = backOff.multipliedBy(2);
                        backOff = doubled.compareTo(longest) < 0 ? doubled : longest;
                    }
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            owner.lost(
                    unanswered, "the stream to " + endpoint + " ended: " + status, !status.isOk());
        }
    }
}
