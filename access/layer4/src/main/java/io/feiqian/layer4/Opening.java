package io.feiqian.layer4;

import io.feiqian.proxy.ProxyHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what comes before a connection can be passed on: the PROXY header, the server name in the
 * TLS hello. Takes only the header away; the hello goes on as it came.
 */
final class Opening extends ChannelInboundHandlerAdapter {
    /** A header, and a hello in records that are not uselessly small. */
    private static final int MOST = 2 * ClientHello.MOST;

    private final TcpConnection connection;
    private final boolean hello;
    private boolean header;
    private boolean done;
    private @Nullable ByteBuf come;

    Opening(TcpConnection connection, boolean header, boolean hello) {
        this.connection = connection;
        this.header = header;
        this.hello = hello;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes) || done) {
            var _ = ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf all = come;
        if (all == null) {
            all = bytes;
        } else {
            all.writeBytes(bytes);
            var _ = bytes.release();
        }
        come = all;
        if (all.readableBytes() > MOST) {
            connection.abort();
        } else if (look(all)) {
            done = true;
            come = null;
            if (!ctx.isRemoved()) {
                var _ = ctx.pipeline().remove(this);
            }
            // From the beginning, since TLS may stand there now.
            if (ctx.channel().isOpen() && all.isReadable()) {
                var _ = ctx.pipeline().fireChannelRead(all);
            } else {
                var _ = all.release();
            }
        } else {
            var _ = ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !done) {
            connection.abort();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (done) {
            ctx.fireChannelInactive();
        } else {
            connection.abort();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.abort();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (come != null) {
            var _ = come.release();
            come = null;
        }
    }

    /** Whether all is there that is waited for, or nothing of it will come. */
    private boolean look(ByteBuf all) {
        if (header) {
            switch (ProxyHead.read(all)) {
                case ProxyHead.Read.More() -> {
                    return false;
                }
                case ProxyHead.Read.Wrong(var _) -> {
                    connection.abort();
                    return true;
                }
                case ProxyHead.Read.Whole(var head, var length) -> {
                    header = false;
                    var _ = all.skipBytes(length);
                    if (!connection.headed(head)) {
                        return true;
                    }
                }
            }
        }
        if (!hello) {
            connection.opened(Optional.empty());
            return true;
        }
        return switch (ClientHello.read(all)) {
            case ClientHello.Read.More() -> false;
            // Who speaks no TLS names nobody, and goes where the rest goes.
            case ClientHello.Read.Wrong(var _) -> {
                connection.opened(Optional.empty());
                yield true;
            }
            case ClientHello.Read.Whole(var name) -> {
                connection.opened(name);
                yield true;
            }
        };
    }
}
