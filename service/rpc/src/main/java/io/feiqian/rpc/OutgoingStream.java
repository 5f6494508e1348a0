package io.feiqian.rpc;

import io.feiqian.rpc.contract.Frame;
import io.feiqian.rpc.contract.FrameBatch;
import io.feiqian.rpc.contract.PeerStreamGrpc;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call to a peer's stream service, from its opening to its end. Written by one thread;
 * replies and the end arrive on a thread of the network.
 */
final class OutgoingStream {
    /** What happens on the stream; called on a thread of the network. */
    interface Listener {
        /** It can take more now. */
        void onRoom();

        /** A reply to this message came. */
        void onReply(PeerMessage message, Reply reply);

        /** The peer has spoken on it: it works. */
        void onAlive();

        /**
         * It has ended, and these were sent on it without a reply. Called again for what was
         * written while it ended.
         */
        void onClosed(OutgoingStream which, Status status, List<PeerMessage> unanswered);
    }

    private final ClientCall<FrameBatch, FrameBatch> call;
    private final Listener listener;
    private final Map<Long, PeerMessage> unanswered = new ConcurrentHashMap<>();
    private volatile @Nullable Status ended;
    private long lastId;

    OutgoingStream(Channel channel, Listener listener) {
        this.call = open(channel);
        this.listener = listener;
    }

    /**
     * The stream serves every caller: opened in the context of the call that happens to be first,
     * it would be cancelled when that call ends.
     */
    private static ClientCall<FrameBatch, FrameBatch> open(Channel channel) {
        Context first = Context.ROOT.attach();
        try {
            return channel.newCall(PeerStreamGrpc.getExchangeMethod(), CallOptions.DEFAULT);
        } finally {
            Context.ROOT.detach(first);
        }
    }

    void start() {
        call.start(new Incoming(), new Metadata());
        call.request(1);
    }

    boolean hasRoom() {
        return ended == null && call.isReady();
    }

    boolean isIdle() {
        return unanswered.isEmpty();
    }

    /** The frame to send for this message; null where the message has ended meanwhile. */
    @Nullable Frame claim(PeerMessage message, Request request) {
        long id = ++lastId;
        unanswered.put(id, message);
        if (!message.claim(() -> unanswered.remove(id, message))) {
            unanswered.remove(id, message);
            return null;
        }
        return Frame.newBuilder().setId(id).setRequest(request).build();
    }

    void write(FrameBatch batch) {
        try {
            call.sendMessage(batch);
        } catch (IllegalStateException over) {
            cancel("it could not be written to: " + over.getMessage());
        }
        Status status = ended;
        if (status != null) {
            loseUnanswered(status);
        }
    }

    void cancel(String why) {
        call.cancel(why, null);
    }

    private void loseUnanswered(Status status) {
        List<PeerMessage> lost = new ArrayList<>();
        for (Long id : List.copyOf(unanswered.keySet())) {
            PeerMessage message = unanswered.remove(id);
            if (message != null) {
                lost.add(message);
            }
        }
        listener.onClosed(this, status, lost);
    }

    private final class Incoming extends ClientCall.Listener<FrameBatch> {
        @Override
        public void onMessage(FrameBatch batch) {
            listener.onAlive();
            for (Frame each : batch.getFramesList()) {
                PeerMessage message = unanswered.remove(each.getId());
                if (message != null && each.hasReply()) {
                    listener.onReply(message, each.getReply());
                }
            }
            call.request(1);
        }

        @Override
        public void onReady() {
            listener.onRoom();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended = status;
            loseUnanswered(status);
        }
    }
}
