package io.feiqian.layer7;

import io.feiqian.proxy.ProxyHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY header off the beginning of a connection, and closes one that has none or is slow
 * to send it. Confined to its event loop.
 */
final class ProxyOpening extends ChannelInboundHandlerAdapter {
    private final long patience;
    private final Consumer<SocketAddress> known;
    private @Nullable ByteBuf come;
    private @Nullable ScheduledFuture<?> late;

    /**
     * For one connection.
     *
     * @param patience how long the header may take, nanoseconds
     * @param known told once who is at the other end; adds what is spoken to the pipeline
     */
    ProxyOpening(long patience, Consumer<SocketAddress> known) {
        this.patience = patience;
        this.known = known;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        late =
                ctx.executor()
                        .schedule(
                                () -> {
                                    var _ = ctx.close();
                                },
                                patience,
                                TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            var _ = ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf all = come;
        if (all == null) {
            all = bytes;
        } else {
            var _ = all.writeBytes(bytes);
            var _ = bytes.release();
        }
        come = all;
        switch (ProxyHead.read(all)) {
            case ProxyHead.Read.More() -> {
                var _ = ctx.read();
            }
            case ProxyHead.Read.Wrong(var _) -> {
                var _ = ctx.close();
            }
            case ProxyHead.Read.Whole(var head, var length) -> {
                var _ = all.skipBytes(length);
                come = null;
                known.accept(
                        head.source()
                                .<SocketAddress>map(each -> each)
                                .orElseGet(() -> ctx.channel().remoteAddress()));
                var _ = ctx.pipeline().remove(this);
                if (all.isReadable() && ctx.channel().isOpen()) {
                    var _ = ctx.pipeline().fireChannelRead(all).fireChannelReadComplete();
                } else {
                    var _ = all.release();
                }
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (late != null) {
            var _ = late.cancel(false);
        }
        if (come != null) {
            var _ = come.release();
            come = null;
        }
    }
}
