package io.feiqian.layer4;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Says that TLS has begun, and goes; or that it will not. */
final class TlsBegun extends ChannelInboundHandlerAdapter {
    private final Runnable then;
    private final Runnable otherwise;

    TlsBegun(Runnable then, Runnable otherwise) {
        this.then = then;
        this.otherwise = otherwise;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                var _ = ctx.pipeline().remove(this);
                then.run();
            } else {
                otherwise.run();
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }
}
