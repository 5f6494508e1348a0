package io.feiqian.layer4;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * The two sockets of a connection through which much passes, wired to each other: the kernel moves
 * the bytes, through a pipe, and they are never copied into this process. Only for plain sockets of
 * epoll, and only once it is worth the change: what netty has read is written first, then both
 * channels are taken from the event loop and their sockets watched by this. Where no pipe is to be
 * had it copies, and what the connection sees is the same. Belongs to the event loop of both.
 */
final class Wire {
    /** So much passes one way before others have their turn. */
    private static final long TURN = 4L * LoopPipes.BYTES;

    private static final int COPIED = 64 * 1_024;
    private static final int HUNG_UP = 0x10;
    private static final int READABLE =
            EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLRDHUP.value() | HUNG_UP;
    private static final int WRITABLE = EpollIoOps.EPOLLOUT.value() | HUNG_UP;

    /** Told once for each change, so that nobody has to say again what is waited for. */
    private static final EpollIoOps ALL =
            EpollIoOps.EPOLLIN
                    .with(EpollIoOps.EPOLLOUT)
                    .with(EpollIoOps.EPOLLRDHUP)
                    .with(EpollIoOps.EPOLLET);

    private final TcpConnection connection;
    private final LoopPipes pipes;
    private final IoEventLoop loop;
    private final End client;
    private final End backend;
    private final Way in;
    private final Way out;
    private int quiet;
    private boolean closed;
    private boolean again;

    Wire(
            TcpConnection connection,
            EpollSocketChannel client,
            EpollSocketChannel backend,
            LoopPipes pipes) {
        this.connection = connection;
        this.pipes = pipes;
        this.loop = (IoEventLoop) client.eventLoop();
        this.client = new End(client, Relay.Side.CLIENT);
        this.backend = new End(backend, Relay.Side.BACKEND);
        this.in = new Way(this.client, this.backend);
        this.out = new Way(this.backend, this.client);
    }

    /**
     * Takes over from netty, as soon as that has written what it read.
     *
     * @param clientEnded whether the client's half has ended, and the backend was told
     * @param backendEnded the other way round; never both
     */
    void begin(boolean clientEnded, boolean backendEnded) {
        pipes.serve();
        client.ended = in.over = clientEnded;
        backend.ended = out.over = backendEnded;
        for (End each : new End[] {client, backend}) {
            var _ = each.channel.config().setAutoRead(false);
            // Done when all before it is; refused where its half has been ended after all that.
            var _ = each.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> quiet());
        }
    }

    /** Bytes that netty had still read; given away with this. */
    void late(Relay.Side from, ByteBuf bytes) {
        way(from).late(bytes);
    }

    /** An end that netty had still seen. */
    void lateEnd(Relay.Side side) {
        (side == Relay.Side.CLIENT ? client : backend).ended = true;
    }

    /** Moves nothing any more; the channels are the connection's to close, after this. */
    void close() {
        if (!closed) {
            closed = true;
            client.leave();
            backend.leave();
            in.drop();
            out.drop();
        }
    }

    private Way way(Relay.Side from) {
        return from == Relay.Side.CLIENT ? in : out;
    }

    /** One of two channels has written all. */
    private void quiet() {
        if (++quiet == 2 && !closed) {
            leaveNetty();
        }
    }

    private void leaveNetty() {
        var _ =
                client.channel
                        .deregister()
                        .addListener(first -> {
                            if (!closed) {
                                var _ =
                                        backend.channel
                                                .deregister()
                                                .addListener(second ->
                                                        takeOver(
                                                                first.isSuccess()
                                                                        && second.isSuccess()));
                            }
                        });
    }

    private void takeOver(boolean left) {
        if (closed) {
            return;
        }
        if (!left || !client.channel.isOpen() || !backend.channel.isOpen()) {
            connection.abort();
            return;
        }
        client.join();
        backend.join();
    }

    private void anotherTurn() {
        again = false;
        turn();
    }

    private void turn() {
        if (closed) {
            return;
        }
        boolean moreIn = move(in);
        boolean moreOut = move(out);
        if (closed) {
            return;
        }
        if (in.over && out.over) {
            connection.through();
        } else if ((moreIn || moreOut) && !again) {
            again = true;
            loop.execute(this::anotherTurn);
        }
    }

    /** Moves what goes; whether there may be more at once. */
    private boolean move(Way way) {
        long moved = 0;
        try {
            while (moved < TURN && !way.over && !closed) {
                long now = way.step();
                if (now == Splice.LATER) {
                    break;
                }
                moved += now;
            }
        } catch (IOException | NotYetConnectedException broken) {
            connection.broken(way.failing.side);
            return false;
        }
        if (moved > 0) {
            connection.moved(way.from.side, moved);
        }
        return moved >= TURN;
    }

    /** One of the two sockets, as the event loop knows it. */
    private final class End implements EpollIoHandle {
        private final EpollSocketChannel channel;
        private final Relay.Side side;
        private @Nullable IoRegistration registration;
        private boolean readable = true;
        private boolean writable = true;
        private boolean ended;

        private End(EpollSocketChannel channel, Relay.Side side) {
            this.channel = channel;
            this.side = side;
        }

        @Override
        public FileDescriptor fd() {
            return channel.fd();
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            int what = ((EpollIoEvent) event).ops().value();
            if (closed) {
                return;
            }
            if ((what & EpollIoOps.EPOLLERR.value()) != 0) {
                connection.broken(side);
                return;
            }
            readable |= (what & READABLE) != 0;
            writable |= (what & WRITABLE) != 0;
            turn();
        }

        /** The event loop ends. */
        @Override
        public void close() {
            if (!closed) {
                connection.abort();
            }
        }

        private Socket socket() {
            return (Socket) channel.fd();
        }

        private void join() {
            if (closed) {
                return;
            }
            var _ =
                    loop.register(this)
                            .addListener(done -> {
                                if (done.getNow() instanceof IoRegistration joined && !closed) {
                                    registration = joined;
                                    // Says at once what is to be read or written already.
                                    var _ = joined.submit(ALL);
                                } else if (!closed) {
                                    connection.abort();
                                }
                            });
        }

        private void leave() {
            if (registration != null) {
                var _ = registration.cancel();
                registration = null;
            }
        }
    }

    /** One of the two ways that bytes go. */
    private final class Way {
        private final End from;
        private final End to;
        private End failing;
        private LoopPipes.@Nullable Pipe pipe;
        private @Nullable ByteBuf copied;
        private boolean over;

        private Way(End from, End to) {
            this.from = from;
            this.to = to;
            this.failing = from;
        }

        private void late(ByteBuf bytes) {
            if (closed) {
                var _ = bytes.release();
            } else if (copied == null) {
                copied = bytes;
            } else {
                var _ = copied.writeBytes(bytes);
                var _ = bytes.release();
            }
        }

        /** Reads, or writes, once: how many bytes were written, and whether it can go on. */
        private long step() throws IOException {
            if (copied != null || (pipe != null && !pipe.isEmpty())) {
                failing = to;
                return write();
            }
            failing = from;
            if (from.ended || !read()) {
                rest();
                if (!from.ended) {
                    return Splice.LATER;
                }
                failing = to;
                over = true;
                to.socket().shutdown(false, true);
            }
            return 0;
        }

        private long write() throws IOException {
            if (!to.writable) {
                return Splice.LATER;
            }
            long written;
            if (copied != null) {
                ByteBuffer left = copied.nioBuffer();
                written = to.socket().send(left, left.position(), left.limit());
                var _ = copied.skipBytes((int) Math.max(0, written));
                if (!copied.isReadable()) {
                    var _ = copied.release();
                    copied = null;
                }
            } else {
                written = pipe == null ? 0 : pipe.drain(to.fd());
            }
            if (written <= 0) {
                to.writable = false;
                return Splice.LATER;
            }
            return written;
        }

        /** Whether anything was read; the end is noted. */
        private boolean read() throws IOException {
            if (!from.readable) {
                return false;
            }
            if (pipe == null) {
                pipe = pipes.take();
            }
            if (pipe == null) {
                return copy();
            }
            long come = pipe.fill(from.fd());
            from.ended = come == 0;
            from.readable = come > 0;
            return come > 0;
        }

        private boolean copy() throws IOException {
            ByteBuf bytes = from.channel.alloc().directBuffer(COPIED);
            ByteBuffer room = bytes.internalNioBuffer(0, COPIED);
            int come;
            try {
                come = from.socket().recv(room, room.position(), room.limit());
            } catch (IOException | NotYetConnectedException broken) {
                var _ = bytes.release();
                throw broken;
            }
            // Of netty's words: less than nothing is the end, nothing is not yet.
            from.ended = come < 0;
            from.readable = come > 0;
            if (come > 0) {
                copied = bytes.writerIndex(come);
                return true;
            }
            var _ = bytes.release();
            return false;
        }

        /** Nothing is under way; another may have the pipe. */
        private void rest() {
            if (pipe != null) {
                pipes.giveBack(pipe);
                pipe = null;
            }
        }

        private void drop() {
            rest();
            if (copied != null) {
                var _ = copied.release();
                copied = null;
            }
        }
    }
}
