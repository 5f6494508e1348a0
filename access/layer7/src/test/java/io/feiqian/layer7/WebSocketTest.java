package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.security.SelfSigned;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WebSocket that passes through, with the JDK's client and Netty's server at the ends. */
class WebSocketTest {
    /** The setting by which a server offers CONNECT for more than tunnels (RFC 8441, 3). */
    private static final int ENABLE_CONNECT = 8;

    @TempDir private Path folder = Path.of("");
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final AtomicInteger flooded = new AtomicInteger();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final Heard heard = new Heard();
    private Optional<Http2Door> door = Optional.empty();
    private int port;

    @BeforeEach
    void start() {
        Channel server =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel client) {
                                        accepted.add(client);
                                        client.pipeline()
                                                .addLast(
                                                        new HttpServerCodec(),
                                                        new HttpObjectAggregator(65_536),
                                                        new WebSocketServerProtocolHandler(
                                                                "/talk", null, true),
                                                        new Talk(),
                                                        new Elsewhere());
                                    }
                                })
                        .bind("127.0.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
        port = ((InetSocketAddress) server.localAddress()).getPort();
        open("");
    }

    private void open(String listener) {
        door = Optional.of(Http2Door.of(listener, "", "", port));
    }

    @AfterEach
    void stop() {
        door.ifPresent(Http2Door::close);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void wordsPassBothWaysAndTheEndToo() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = talk(client);
            for (int i = 0; i < 20; i++) {
                var _ = socket.sendText("word " + i, true).get(10, TimeUnit.SECONDS);
                assertThat(heard.words.poll(10, TimeUnit.SECONDS)).isEqualTo("word " + i + " you");
            }
            var _ = socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);
            assertThat(heard.words.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1000");
            assertThat(accepted.take().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void wordsPassOverTlsAtBothEnds() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "gateway");
        String tls =
                "\"tls\": {\"certificates\": [{\"certificate\": \"%s\", \"key\": \"%s\"}]}"
                        .formatted(own.certificate(), own.key());
        String trusting = "\"tls\": {\"authorities\": \"%s\"}".formatted(own.certificate());
        try (Http2Door inner = Http2Door.of(tls, "", "", port);
                Http2Door outer = Http2Door.of(tls, trusting, "", inner.port());
                HttpClient client =
                        HttpClient.newBuilder().sslContext(SelfSigned.client(own)).build()) {
            WebSocket socket = talk(client, "wss://127.0.0.1:" + outer.port() + "/talk");
            for (int i = 0; i < 20; i++) {
                var _ = socket.sendText("word " + i, true).get(10, TimeUnit.SECONDS);
                assertThat(heard.words.poll(10, TimeUnit.SECONDS)).isEqualTo("word " + i + " you");
            }
            var _ = socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);
            assertThat(heard.words.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1000");
            assertThat(accepted.take().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void http2AsksForItByConnect() throws Exception {
        try (Http2Wire wire = new Http2Wire(door.orElseThrow().port())) {
            assertThat(wire.setting(ENABLE_CONNECT)).as("it is offered").isEqualTo(1);
            wire.headers(1, false, connect("websocket", "/talk"));
            assertThat(wire.head(1).status()).hasToString("200");
            assertThat(wire.head(1).contains("sec-websocket-accept")).isFalse();
            wire.frame(0, 0, 1, words("hello"));
            assertThat(wire.body(1, 11)).isEqualTo(said("hello you"));

            wire.frame(0, 1, 1, new byte[0]);

            assertThat(accepted.take().closeFuture().await(10, TimeUnit.SECONDS))
                    .as("the client has gone")
                    .isTrue();
            wire.over(1);
        }
    }

    @Test
    void whatIsNoWebSocketIsRefusedToHttp2AndTheConnectionGoesOn() throws Exception {
        try (Http2Wire wire = new Http2Wire(door.orElseThrow().port())) {
            wire.headers(1, false, connect("connect-udp", "/talk"));
            assertThat(wire.until("a refusal", 1)).contains("\"status\":501", ":protocol");
            assertThat(accepted).as("nobody was asked").isEmpty();
            wire.headers(3, false, connect("websocket", "/nothing"));
            assertThat(wire.head(3).status()).as("as its server says").hasToString("404");
            wire.headers(5, false, connect("websocket", "/talk"));
            assertThat(wire.head(5).status()).hasToString("200");
        }
    }

    @Test
    void whenTheGatewayStopsClientsOfHttp2AreToldToo() throws Exception {
        try (Http2Wire wire = new Http2Wire(door.orElseThrow().port())) {
            wire.headers(1, false, connect("websocket", "/talk"));
            assertThat(wire.head(1).status()).hasToString("200");

            assertThat(door.orElseThrow().stop(Duration.ofSeconds(10))).isTrue();

            assertThat(wire.body(1, 4)).isEqualTo(WebSocketFrames.GOING_AWAY);
            wire.over(1);
        }
    }

    private static byte[] connect(String protocol, String path) {
        return Http2Wire.join(
                Http2Wire.field(":method", "CONNECT"),
                Http2Wire.field(":protocol", protocol),
                Http2Wire.field(":scheme", "http"),
                Http2Wire.field(":path", path),
                Http2Wire.field(":authority", "shop"),
                Http2Wire.field("sec-websocket-version", "13"));
    }

    /** A frame of a client's, under a mask that changes nothing. */
    private static byte[] words(String text) {
        byte[] head = {(byte) 0x81, (byte) (0x80 | text.length()), 0, 0, 0, 0};
        return Http2Wire.join(head, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] said(String text) {
        byte[] head = {(byte) 0x81, (byte) text.length()};
        return Http2Wire.join(head, text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aClientThatReadsNothingHoldsTheServerBack() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            heard.demand = 0;
            WebSocket socket = talk(client);
            var _ = socket.sendText("flood", true).get(10, TimeUnit.SECONDS);
            Channel server = accepted.take();
            awaitHeld(server);

            assertThat(flooded.get()).as("MiB sent while nobody reads").isLessThan(40);
            socket.abort();
            assertThat(server.closeFuture().await(10, TimeUnit.SECONDS))
                    .as("the client is gone")
                    .isTrue();
        }
    }

    private void awaitHeld(Channel server) throws Exception {
        int before = -1;
        while (flooded.get() != before || before < 1) {
            before = flooded.get();
            assertThat(heard.words.poll(300, TimeUnit.MILLISECONDS)).isNull();
            assertThat(before).isLessThan(100);
        }
        assertThat(server.isWritable()).isFalse();
    }

    @Test
    void oneOnWhichNothingPassesIsClosed() throws Exception {
        door.ifPresent(Http2Door::close);
        open("\"timeouts\": {\"idle\": \"300ms\"}");
        try (HttpClient client = HttpClient.newHttpClient()) {
            var _ = talk(client);

            assertThat(accepted.take().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(heard.words.poll(10, TimeUnit.SECONDS)).startsWith("closed");
        }
    }

    @Test
    void whatIsNoWebSocketIsNotPassedOn() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThatThrownBy(() ->
                            client.newWebSocketBuilder()
                                    .buildAsync(
                                            URI.create(
                                                    "ws://127.0.0.1:"
                                                            + door.orElseThrow().port()
                                                            + "/nothing"),
                                            heard)
                                    .get(10, TimeUnit.SECONDS))
                    .hasStackTraceContaining("WebSocketHandshakeException");
        }
    }

    @Test
    void whenTheGatewayStopsOpenOnesAreToldAndClosed() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var _ = talk(client);

            assertThat(door.orElseThrow().stop(Duration.ofSeconds(10))).isTrue();
            assertThat(heard.words.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1001");
            assertThat(accepted.take().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private WebSocket talk(HttpClient client) throws Exception {
        return talk(client, "ws://127.0.0.1:" + door.orElseThrow().port() + "/talk");
    }

    private WebSocket talk(HttpClient client, String where) throws Exception {
        return client.newWebSocketBuilder()
                .buildAsync(URI.create(where), heard)
                .get(10, TimeUnit.SECONDS);
    }

    private static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();
        private volatile long demand = Long.MAX_VALUE / 2;

        @Override
        public void onOpen(WebSocket socket) {
            if (demand > 0) {
                socket.request(demand);
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence text, boolean last) {
            words.add(text.toString());
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            words.add("closed " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable broken) {
            words.add("closed " + broken);
        }
    }

    /** Any other request. */
    private static final class Elsewhere extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            DefaultFullHttpResponse answer =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND);
            answer.headers().set("content-length", "0");
            var _ = context.writeAndFlush(answer);
        }
    }

    /** Answers words; after "flood" it sends as much as is taken. */
    private final class Talk extends SimpleChannelInboundHandler<WebSocketFrame> {
        private boolean flood;

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame words && words.text().equals("flood")) {
                flood = true;
                send(context);
            } else if (frame instanceof TextWebSocketFrame words) {
                var _ = context.writeAndFlush(new TextWebSocketFrame(words.text() + " you"));
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (flood) {
                send(context);
            }
        }

        private void send(ChannelHandlerContext context) {
            while (context.channel().isWritable() && flooded.get() < 200) {
                ByteBuf much = context.alloc().buffer(1 << 20).writeZero(1 << 20);
                flooded.incrementAndGet();
                var _ = context.writeAndFlush(new BinaryWebSocketFrame(much));
            }
        }
    }
}
