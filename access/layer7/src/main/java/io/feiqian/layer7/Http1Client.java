package io.feiqian.layer7;

import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that speaks HTTP/1.1: one request after the other, each answered before the
 * next is looked at, so that pipelined requests are answered in their order and nobody can make it
 * hold more than one. Confined to its event loop.
 *
 * <p>What is read is here, what is written in {@link Http1Answers}. After anything whose end on the
 * wire is in doubt it answers and closes. A client that closes its own direction gets the answers
 * to what it has sent, as far as the socket takes them at once (Netty 4.2.17 forgets a half-closed
 * epoll socket that it cannot write to; it is closed then).
 */
final class Http1Client extends ChannelInboundHandlerAdapter
        implements ClientSide, BodyReader.Sink {
    /** An event by which an idle connection leaves and a busy one leaves after its answer. */
    static final Object LEAVE = new Object();

    private enum Phase {
        HEAD,
        BODY,
        ANSWER,
        /** Answered before the request was over: what is left of it is passed over. */
        REST,
        TUNNEL,
        CLOSING
    }

    private static final long LINGER = 2_000_000_000L;

    private final Worker worker;
    private final HttpListener listener;
    private final HttpListener.Run run;
    private final Peer peer;
    private final Head head = new Head();
    private final HeadParser parser;
    private final BodyReader body;
    private final Exchange exchange;
    private final Watch watch = new Watch();
    private final HeldBytes held = new HeldBytes();
    private @Nullable Http1Answers out;
    private Phase phase = Phase.HEAD;
    private boolean leaving;
    private boolean working;
    private boolean inputOver;
    private boolean unread;
    private long requestBegan;

    Http1Client(Worker worker, HttpListener listener, HttpListener.Run run, Peer peer) {
        this.worker = worker;
        this.listener = listener;
        this.run = run;
        this.peer = peer;
        this.parser = new HeadParser(HeadParser.Kind.REQUEST, head, run.config().heads());
        this.body = new BodyReader(run.config().heads());
        this.exchange = new Exchange(worker, this, peer);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newCtx) {
        out = new Http1Answers(worker, newCtx, head);
        watch.due(worker.wheel, worker.now() + run.idleNanos());
    }

    @Override
    public void channelRead(ChannelHandlerContext newCtx, Object message) {
        worker.reads();
        try {
            work(held.followedBy((ByteBuf) message));
        } finally {
            worker.hasRead();
        }
    }

    /** Takes what can be taken now; the rest is held, and the socket waits. Owns the buffer. */
    private void work(ByteBuf in) {
        working = true;
        try {
            boolean more = in.isReadable();
            while (more) {
                more = step(in) && in.isReadable();
            }
        } finally {
            working = false;
            if (in.isReadable() && phase != Phase.CLOSING && out().isActive()) {
                held.hold(in);
                if (phase == Phase.BODY) {
                    // The client is not asked for more, so it is not late either.
                    watch.notDue();
                }
            } else {
                unread |= in.isReadable();
                in.release();
            }
        }
        exchange.requestFlush();
        reading(held.isEmpty());
        if (phase == Phase.HEAD && inputOver && held.isEmpty()) {
            out().close();
        }
    }

    /** Whether something was taken. */
    private boolean step(ByteBuf in) {
        return switch (phase) {
            case HEAD -> head(in);
            case BODY -> {
                if (!exchange.takesData()) {
                    yield false;
                }
                int result = body.read(in, this);
                if (phase != Phase.BODY) {
                    yield true;
                }
                if (result == BodyReader.FAILED) {
                    exchange.clientMalformed(Malformed.of(body.wrong()));
                } else if (result == BodyReader.END) {
                    phase = Phase.ANSWER;
                    watch.notDue();
                    exchange.requestEnd(body.trailers());
                } else {
                    bodyDue();
                }
                yield true;
            }
            case ANSWER -> false;
            case REST -> {
                int result = body.read(in, this);
                if (result == BodyReader.FAILED) {
                    close();
                } else if (result == BodyReader.END) {
                    next();
                } else {
                    bodyDue();
                }
                yield true;
            }
            case TUNNEL -> {
                if (!exchange.takesData()) {
                    yield false;
                }
                exchange.requestData(in, in.readableBytes());
                yield true;
            }
            case CLOSING -> {
                in.skipBytes(in.readableBytes());
                yield false;
            }
        };
    }

    private boolean head(ByteBuf in) {
        if (!parser.isBegun()) {
            requestBegan = worker.now();
        }
        int result = parser.parse(in);
        if (result == HeadParser.MORE) {
            watch.due(worker.wheel, requestBegan + run.headNanos());
            return false;
        }
        if (result == HeadParser.FAILED) {
            listener.malformed();
            refuse(parser.malformed().answer());
            return false;
        }
        out().begin(!head.close && !leaving);
        body.begin(head.chunked, head.bodyLength);
        if (head.bodyLength == 0) {
            phase = Phase.ANSWER;
            watch.notDue();
        } else {
            phase = Phase.BODY;
            bodyDue();
        }
        exchange.begin(head);
        return true;
    }

    private void bodyDue() {
        watch.due(
                worker.wheel,
                Math.min(worker.now() + run.bodyNanos(), requestBegan + run.requestNanos()));
    }

    @Override
    public void data(ByteBuf from, int many) {
        if (phase == Phase.REST || exchange.isOver()) {
            from.skipBytes(many);
        } else {
            exchange.requestData(from, many);
        }
    }

    /** Refuses what is no request. */
    private void refuse(HttpAnswer answer) {
        unread = true;
        out().own(answer);
        answerEnd(null);
    }

    @Override
    public Client client() {
        return peer.client();
    }

    @Override
    public void informational(Head answer) {
        out().informational(answer);
    }

    @Override
    public void answerHead(Head answer, boolean bodyless) {
        // Nobody is told that the connection stays, and then finds that it does not.
        stopRequest();
        out().head(answer, bodyless);
    }

    @Override
    public void upgraded(Head answer) {
        phase = Phase.TUNNEL;
        watch.notDue();
        out().upgraded(answer);
        resumeRequest();
    }

    @Override
    public long tunnelNanos() {
        return run.idleNanos();
    }

    @Override
    public void answerData(ByteBuf from, int many) {
        out().data(from, many);
    }

    @Override
    public void answerEnd(@Nullable Head trailers) {
        out().end(trailers);
        boolean last = inputOver && held.isEmpty() && !working;
        if (!out().isKept() || leaving || last) {
            close();
            return;
        }
        out().flush();
        if (phase == Phase.BODY) {
            phase = Phase.REST;
            bodyDue();
        } else {
            next();
        }
        resumeRequest();
    }

    /** The next request may come. */
    private void next() {
        phase = Phase.HEAD;
        parser.reset();
        watch.due(worker.wheel, worker.now() + run.idleNanos());
        if (leaving) {
            close();
        }
    }

    /** Whether the client sends its body without being told to. */
    private boolean isSent() {
        return !head.expectsContinue && head.find(Known.EXPECT) < 0;
    }

    /** Sends what is written and closes, so that the client can read it all before. */
    private void close() {
        boolean lingers = unread || phase == Phase.BODY || !held.isEmpty();
        phase = Phase.CLOSING;
        held.release();
        watch.due(worker.wheel, worker.now() + run.answerNanos());
        if (!lingers || inputOver || out().isSecure()) {
            out().flushAndClose();
        } else {
            reading(true);
            out().flushAndShut(() -> watch.due(worker.wheel, worker.now() + LINGER));
        }
    }

    @Override
    public void answerBroken() {
        phase = Phase.CLOSING;
        out().release();
        out().close();
    }

    @Override
    public void flush() {
        out().flush();
        if (!out().isWritable()) {
            watch.due(worker.wheel, worker.now() + run.answerNanos());
        }
    }

    @Override
    public boolean isWritable() {
        return out().isWritable();
    }

    @Override
    public void resumeRequest() {
        if (!working && !held.isEmpty()) {
            work(held.take());
        }
    }

    @Override
    public void stopRequest() {
        if (phase == Phase.BODY && !(body.isNearlyOver() && isSent())) {
            out().closes();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext newCtx) {
        if (newCtx.channel().isWritable() && !exchange.isOver()) {
            if (phase == Phase.ANSWER || phase == Phase.TUNNEL) {
                watch.notDue();
            }
            exchange.clientWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext newCtx, Object event) {
        if (Http2Client.DRAIN.equals(event)) {
            exchange.leaveTunnel();
        } else if (LEAVE.equals(event)) {
            leaving = true;
            if (phase == Phase.HEAD && !parser.isBegun()) {
                var _ = newCtx.close();
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputOver = true;
            if (phase != Phase.ANSWER) {
                var _ = newCtx.close();
            }
        } else {
            newCtx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext newCtx) {
        phase = Phase.CLOSING;
        held.release();
        out().release();
        worker.wheel.remove(watch);
        exchange.clientGone();
        newCtx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext newCtx, Throwable fault) {
        var _ = newCtx.close();
    }

    private void reading(boolean wanted) {
        if (!inputOver) {
            out().reading(wanted);
        }
    }

    private Http1Answers out() {
        if (out == null) {
            throw new IllegalStateException("connection: not made yet (expected: made)");
        }
        return out;
    }

    /** What the client has not done in time. */
    private final class Watch extends Timed {
        @Override
        void expired(long now) {
            switch (phase) {
                case HEAD -> {
                    if (parser.isBegun()) {
                        refuse(
                                Problem.answer(
                                                408,
                                                OutcomeCode.DEADLINE_EXPIRED,
                                                "the request did not arrive in time")
                                        .closing());
                    } else {
                        out().close();
                    }
                }
                case BODY -> exchange.clientLate("the request did not arrive in time");
                case ANSWER, REST, TUNNEL, CLOSING -> {
                    out().close();
                }
            }
        }
    }
}
