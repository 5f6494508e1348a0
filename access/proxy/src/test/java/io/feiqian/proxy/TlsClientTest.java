package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.proxy.TlsConfig.ClientCertificates;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS towards backends: whom the gateway believes, and what it shows. */
@Requirement("P6.2.2.2-f")
@ParameterizedClass
@MethodSource("providers")
class TlsClientTest {
    private static final List<SelfSigned> MADE = new ArrayList<>();

    @TempDir private static Path folder;

    private final ManualTimer timer = new ManualTimer(new SettableClock(Clock.system().now()));
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final TlsContexts contexts;
    private final TlsServer server;
    private final TlsEcho echo;

    TlsClientTest(SslProvider provider) {
        contexts = new TlsContexts(timer, Clock.system(), new SimpleMeterRegistry(), provider);
        server =
                contexts.server(
                        "backend",
                        new TlsConfig(
                                List.of(
                                        new TlsConfig.CertificateFiles(
                                                backend().certificate(), backend().key())),
                                ClientCertificates.WANTED,
                                Optional.of(gateway().certificate()),
                                "TLSv1.2"),
                        List.of("h2"));
        echo = new TlsEcho(server);
    }

    static Stream<SslProvider> providers() {
        return OpenSsl.isAvailable()
                ? Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
                : Stream.of(SslProvider.JDK);
    }

    @BeforeAll
    static void certify() throws Exception {
        MADE.clear();
        MADE.add(SelfSigned.of(folder, "backend", "dns:backend.example.com,ip:127.0.0.1", 365));
        MADE.add(SelfSigned.of(folder, "gateway", "dns:gateway", 365));
    }

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        echo.close();
        server.close();
    }

    @Test
    void aBackendOfATrustedAuthorityAndTheRightNameIsSpokenTo() {
        assertThat(say(config(backend(), Optional.empty(), Optional.empty()), "127.0.0.1"))
                .isEqualTo("h2 - hi");
        assertThat(
                        say(
                                config(
                                        backend(),
                                        Optional.of("backend.example.com"),
                                        Optional.empty()),
                                "10.0.0.1"))
                .as("by the name that is configured")
                .isEqualTo("h2 - hi");
    }

    @Test
    void itSeesTheCertificateThatIsConfigured() {
        assertThat(say(config(backend(), Optional.empty(), Optional.of(gateway())), "127.0.0.1"))
                .isEqualTo("h2 gateway hi");
    }

    @Test
    void aBackendOfAnotherNameIsNotSpokenTo() {
        assertThatThrownBy(() ->
                        say(
                                config(backend(), Optional.empty(), Optional.empty()),
                                "other.example.com"))
                .hasStackTraceContaining("other.example.com");
        assertThatThrownBy(() ->
                        say(
                                config(
                                        backend(),
                                        Optional.of("other.example.com"),
                                        Optional.empty()),
                                "127.0.0.1"))
                .hasStackTraceContaining("other.example.com");
    }

    @Test
    void aBackendOfAnotherAuthorityIsNotSpokenTo() {
        assertThatThrownBy(() ->
                        say(config(gateway(), Optional.empty(), Optional.empty()), "127.0.0.1"))
                .hasStackTraceContaining("unable to find valid certification path");
        assertThatThrownBy(() ->
                        say(
                                new BackendTls(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()),
                                "127.0.0.1"))
                .as("those that the platform trusts")
                .hasStackTraceContaining("unable to find valid certification path");
    }

    @Test
    void aBackendWhoseCertificateHasExpiredIsNotSpokenToThoughItIsListed() throws Exception {
        SelfSigned old = SelfSigned.expired(Files.createTempDirectory(folder, "old"), "old");
        try (TlsServer expired =
                        contexts.server(
                                "expired",
                                new TlsConfig(
                                        List.of(
                                                new TlsConfig.CertificateFiles(
                                                        old.certificate(), old.key())),
                                        ClientCertificates.NONE,
                                        Optional.empty(),
                                        "TLSv1.2"),
                                List.of("h2"));
                TlsEcho there = new TlsEcho(expired)) {
            assertThatThrownBy(() ->
                            say(
                                    config(old, Optional.empty(), Optional.empty()),
                                    "127.0.0.1",
                                    there.port()))
                    .hasStackTraceContaining("NotAfter: 2020-01-3");
        }
    }

    private static BackendTls config(
            SelfSigned trusted, Optional<String> name, Optional<SelfSigned> shown) {
        return new BackendTls(
                Optional.of(trusted.certificate()),
                name,
                shown.map(SelfSigned::certificate),
                shown.map(SelfSigned::key));
    }

    /** Connects to the backend as if it were called by this host. */
    private String say(BackendTls config, String host) {
        return say(config, host, echo.port());
    }

    private String say(BackendTls config, String host, int port) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        try (TlsClient tls = contexts.client("backends", config, List.of("h2"))) {
            Channel channel =
                    new Bootstrap()
                            .group(loops)
                            .channel(NioSocketChannel.class)
                            .handler(new Answer(answer))
                            .connect("127.0.0.1", port)
                            .syncUninterruptibly()
                            .channel();
            tls.begin(channel.pipeline(), host, port, Duration.ofSeconds(10));
            var _ = channel.writeAndFlush(Unpooled.copiedBuffer("hi", StandardCharsets.US_ASCII));
            return answer.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<String> answer;

        Answer(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf piece) {
            answer.complete(piece.toString(StandardCharsets.US_ASCII));
            var _ = context.close();
        }

        @Override
        @SuppressWarnings("deprecation")
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            answer.completeExceptionally(broken);
            var _ = context.close();
        }
    }

    private static SelfSigned backend() {
        return MADE.get(0);
    }

    private static SelfSigned gateway() {
        return MADE.get(1);
    }
}
