package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.Transport.Kind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ways to work with sockets, and what becomes of one that the machine does not have. */
@Timeout(60)
class TransportTest {
    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatTheMachineHasIsUsedAsConfigured(Kind wanted) throws IOException {
        try (Transport transport = Transport.open(wanted, 2)) {
            if (wanted != Kind.IO_URING || IoUring.isAvailable()) {
                assertThat(transport.kind()).isEqualTo(wanted);
            } else {
                assertThat(transport.kind()).isEqualTo(Kind.EPOLL);
            }
            assertThat(echoed(transport)).isEqualTo("hello");
        }
    }

    @Test
    void whatTheMachineDoesNotHaveIsReplacedByTheNextBest() throws IOException {
        try (Transport transport = Transport.open(Kind.IO_URING, 1, kind -> kind == Kind.EPOLL)) {
            assertThat(transport.kind()).isEqualTo(Kind.EPOLL);
            assertThat(echoed(transport)).isEqualTo("hello");
        }
        try (Transport transport = Transport.open(Kind.IO_URING, 1, kind -> false)) {
            assertThat(transport.kind()).isEqualTo(Kind.NIO);
            assertThat(echoed(transport)).isEqualTo("hello");
        }
    }

    private static String echoed(Transport transport) throws IOException {
        ListeningPort port =
                ListeningPort.open(
                        transport,
                        HostPort.parse("127.0.0.1:0"),
                        channel -> {
                            channel.pipeline().addLast(new Echo());
                            var _ = channel.config().setAutoRead(true);
                        });
        try (port;
                Socket socket = new Socket(port.address().getAddress(), port.address().getPort())) {
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
        }
    }

    /** Says what it hears. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var _ = ctx.writeAndFlush(message);
        }
    }
}
