package io.feiqian.layer7;

import io.feiqian.proxy.HeadBounds;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a backend that speaks HTTP/1.1: one request at a time; used again only where
 * request and answer have both ended as they should. Confined to its event loop.
 */
final class Http1Backend extends ChannelInboundHandlerAdapter
        implements BackendSide, BodyReader.Sink {
    private static final HeadBounds BOUNDS = new HeadBounds(65_536, 8_192, 200);

    private enum Phase {
        HEAD,
        BODY,
        /** Whatever comes belongs to what is spoken after an upgrade. */
        TUNNEL
    }

    private final Worker worker;
    private final Http1Connections home;
    private final Head head = new Head();
    private final HeadParser parser = new HeadParser(HeadParser.Kind.ANSWER, head, BOUNDS);
    private final BodyReader body = new BodyReader(BOUNDS);
    private final Timed rest = new Rest();
    private Phase phase = Phase.HEAD;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Outlet out;
    private @Nullable Exchange exchange;
    private boolean chunked;
    private boolean requestOver;
    private boolean untilClose;
    private boolean usable = true;
    private boolean paused;
    private Verb asked = Verb.OTHER;

    /** Whether the end of the connection, where it comes, is an end and not a fault. */
    private boolean orderly = true;

    Http1Backend(Worker worker, Http1Connections home) {
        this.worker = worker;
        this.home = home;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newCtx) {
        ctx = newCtx;
        out = new Outlet(newCtx);
    }

    /** Belongs to an exchange from now on. */
    void begin(Exchange newExchange) {
        exchange = newExchange;
        rest.notDue();
    }

    /** Is not used for some time. */
    void rest(long nanos) {
        rest.due(worker.wheel, worker.now() + nanos);
    }

    boolean isUsable() {
        return usable && context().channel().isActive();
    }

    void close() {
        usable = false;
        var _ = context().close();
    }

    @Override
    public void requestHead(Head request) {
        asked = request.verb();
        chunked = request.bodyLength() == Head.UNKNOWN;
        requestOver = false;
        untilClose = false;
        phase = Phase.HEAD;
        parser.reset();
        worker.scratch.clear();
        HeadWriter.request(
                request,
                worker.scratch,
                request.upgrades() ? HeadWriter.Connection.UPGRADED : HeadWriter.Connection.KEPT);
        outlet().bytes(worker.scratch);
    }

    @Override
    public void requestData(ByteBuf from, int many) {
        if (chunked) {
            outlet().chunk(from, many, worker.scratch);
        } else {
            outlet().body(from, many);
        }
    }

    @Override
    public void requestEnd(@Nullable Head trailers) {
        requestOver = true;
        if (chunked && trailers != null) {
            outlet().lastChunk(trailers, worker.scratch);
        } else if (chunked) {
            outlet().lastChunk();
        }
    }

    @Override
    public void flush() {
        outlet().flush();
    }

    @Override
    public boolean isWritable() {
        return outlet().isWritable();
    }

    @Override
    public void pause(boolean wanted) {
        if (wanted != paused) {
            paused = wanted;
            context().channel().config().setAutoRead(!wanted);
        }
    }

    @Override
    public void cancel() {
        exchange = null;
        close();
    }

    @Override
    public void channelRead(ChannelHandlerContext newCtx, Object message) {
        ByteBuf in = (ByteBuf) message;
        worker.reads();
        try {
            boolean more = in.isReadable();
            while (more) {
                more = step(in) && in.isReadable();
            }
        } finally {
            worker.hasRead();
            in.release();
        }
    }

    private boolean step(ByteBuf in) {
        Exchange current = exchange;
        if (current == null) {
            // Nobody asked: whatever it is, it must not become the answer to somebody's request.
            close();
            return false;
        }
        return switch (phase) {
            case HEAD -> head(current, in);
            case BODY -> {
                int result = body.read(in, this);
                if (result == BodyReader.FAILED) {
                    usable = false;
                    current.answerBroken("answer: " + body.wrong());
                } else if (result == BodyReader.END) {
                    end(current, body.trailers(), in.isReadable());
                }
                yield result == BodyReader.END;
            }
            case TUNNEL -> {
                current.answerData(in, in.readableBytes());
                yield false;
            }
        };
    }

    private boolean head(Exchange current, ByteBuf in) {
        int result = parser.parse(in);
        if (result == HeadParser.MORE) {
            return false;
        }
        if (result == HeadParser.FAILED) {
            usable = false;
            current.backendFailed("answer: " + parser.malformed().detail());
            return false;
        }
        if (head.status == 101 && current.upgraded(head)) {
            phase = Phase.TUNNEL;
            usable = false;
            return true;
        }
        if (head.status < 200) {
            if (head.status == 101) {
                usable = false;
                current.backendFailed("answer: 101 (expected: what was asked for)");
                return false;
            }
            current.informational(head);
            parser.reset();
            return true;
        }
        if (head.close) {
            usable = false;
        }
        boolean bodyless = asked == Verb.HEAD || Answers.isBodyless(head.status);
        boolean over = bodyless || (!head.chunked && head.bodyLength == 0);
        untilClose = !over && !head.chunked && head.bodyLength == Head.UNKNOWN;
        if (untilClose) {
            usable = false;
        }
        phase = Phase.BODY;
        body.begin(!over && head.chunked, over ? 0 : head.bodyLength);
        current.answerHead(head, bodyless);
        if (over && exchange == current) {
            end(current, null, in.isReadable());
        }
        return true;
    }

    private void end(Exchange current, @Nullable Head trailers, boolean moreCame) {
        exchange = null;
        phase = Phase.HEAD;
        if (moreCame || !requestOver) {
            usable = false;
        }
        pause(false);
        if (usable) {
            home.release(this);
        } else {
            // What is still on its way out need not arrive: the answer is there.
            close();
        }
        current.answerEnd(trailers);
    }

    @Override
    public void data(ByteBuf from, int many) {
        Exchange current = exchange;
        if (current == null) {
            from.skipBytes(many);
        } else {
            current.answerData(from, many);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext newCtx) {
        Exchange current = exchange;
        if (current != null) {
            current.answerFlush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext newCtx) {
        Exchange current = exchange;
        if (current != null && newCtx.channel().isWritable()) {
            current.backendWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext newCtx) {
        boolean wholeAnswer = untilClose && orderly;
        usable = false;
        outlet().release();
        worker.wheel.remove(rest);
        Exchange current = exchange;
        exchange = null;
        if (current == null) {
            return;
        }
        if (phase == Phase.BODY && wholeAnswer) {
            current.answerEnd(null);
        } else if (phase == Phase.TUNNEL) {
            current.answerEnd(null);
        } else if (phase == Phase.BODY) {
            current.answerBroken("the backend closed in the middle of its answer");
        } else {
            current.backendGone(parser.isBegun());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext newCtx, Throwable fault) {
        orderly = false;
        close();
    }

    ChannelHandlerContext context() {
        if (ctx == null) {
            throw new IllegalStateException("connection: not made yet (expected: made)");
        }
        return ctx;
    }

    private Outlet outlet() {
        if (out == null) {
            throw new IllegalStateException("connection: not made yet (expected: made)");
        }
        return out;
    }

    private final class Rest extends Timed {
        @Override
        void expired(long now) {
            if (exchange == null) {
                close();
            }
        }
    }
}
