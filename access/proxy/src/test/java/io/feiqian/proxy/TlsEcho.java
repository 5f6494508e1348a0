package io.feiqian.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Answers each line by TLS with what was agreed, who asks, and the line; closes after "bye". */
final class TlsEcho implements AutoCloseable {
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel channel;

    TlsEcho(TlsServer tls) {
        channel =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel client) {
                                        client.pipeline().addLast(new Answers());
                                        tls.begin(client.pipeline(), Duration.ofSeconds(10));
                                    }
                                })
                        .bind("127.0.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** The certificate's common name. */
    static String nameOf(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName().replace("CN=", "");
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
            boolean last = line.toString(StandardCharsets.US_ASCII).contains("bye");
            String answer =
                    TlsServer.spoken(context.channel()).orElse("-")
                            + ' '
                            + TlsServer.shown(context.channel()).map(TlsEcho::nameOf).orElse("-")
                            + ' '
                            + line.toString(StandardCharsets.US_ASCII);
            ChannelFuture written =
                    context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII));
            if (last) {
                var _ = written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        @SuppressWarnings("deprecation")
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            var _ = context.close();
        }
    }
}
