package io.feiqian.layer4;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/** What is done to one side of a connection. */
final class Sides {
    private Sides() {}

    /** Passes bytes on; where they are not taken, no more are read. */
    static void pass(ByteBuf bytes, Channel to, @Nullable Channel from) {
        var _ = to.write(bytes);
        if (from != null && !to.isWritable()) {
            var _ = from.config().setAutoRead(false);
        }
    }

    /** Ends its half for the other, after all that was written. */
    static void endOutput(Channel to) {
        var _ =
                to.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(done -> {
                            if (to instanceof SocketChannel socket && socket.isActive()) {
                                SslHandler tls = socket.pipeline().get(SslHandler.class);
                                if (socket.isInputShutdown()) {
                                    var _ = socket.close();
                                } else if (tls != null) {
                                    var _ = tls.closeOutbound();
                                } else {
                                    var _ = socket.shutdownOutput();
                                }
                            }
                        });
    }

    /** Ends it with a reset. */
    static void reset(Channel side) {
        if (side.isOpen()) {
            var _ = side.config().setOption(ChannelOption.SO_LINGER, 0);
            var _ = side.close();
        }
    }

    /** As a plain socket of epoll; nothing where it is another one, or speaks TLS here. */
    static @Nullable EpollSocketChannel plain(Channel side) {
        return side instanceof EpollSocketChannel epoll
                        && epoll.pipeline().get(SslHandler.class) == null
                ? epoll
                : null;
    }
}
