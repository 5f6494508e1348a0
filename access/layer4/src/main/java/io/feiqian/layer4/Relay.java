package io.feiqian.layer4;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;

/** What happens at one side of a connection, told to the connection. */
final class Relay extends ChannelInboundHandlerAdapter {
    /** A side of a connection. */
    enum Side {
        CLIENT,
        BACKEND
    }

    private final TcpConnection connection;
    private final Side side;

    Relay(TcpConnection connection, Side side) {
        this.connection = connection;
        this.side = side;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            connection.passed(side, bytes);
        } else {
            var _ = ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.flush(side);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.writable(side);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess())) {
            connection.ended(side);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.gone(side);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.broken(side);
    }
}
