package io.feiqian.layer7;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Writes bytes before anything else on a new connection, such as a PROXY header; then it goes. */
final class LeadingBytes extends ChannelInboundHandlerAdapter {
    private final byte[] bytes;

    LeadingBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(bytes), ctx.channel().newPromise());
        var _ = ctx.pipeline().remove(this);
        ctx.fireChannelActive();
    }
}
