package io.feiqian.rpc;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that prove to each other who they are. */
@Requirement("D6.9-c")
class MutualTlsTest {
    @TempDir private static Path folder;
    private static Path bank = Path.of("");
    private static Path stranger = Path.of("");
    private static Path renewed = Path.of("");
    private final ManualTimer timer =
            new ManualTimer(new SettableClock(Instant.parse("2026-01-31T00:00:00Z")));
    private Optional<RpcServer> server = Optional.empty();

    @BeforeAll
    static void certify() throws Exception {
        bank = certificate("bank");
        stranger = certificate("stranger");
        renewed = certificate("renewed");
    }

    private static Path certificate(String name) throws Exception {
        var _ = SelfSigned.here(folder, name);
        return folder.resolve(name);
    }

    @BeforeEach
    void start() {
        start(files(bank, bank));
    }

    private void start(TlsFiles own) {
        RpcServerConfig usual = RpcServerConfig.loopback(0);
        server =
                Optional.of(
                        RpcServer.builder(
                                        new RpcServerConfig(
                                                usual.host(),
                                                usual.port(),
                                                usual.maxMessageBytes(),
                                                usual.maxHeaderBytes(),
                                                usual.defaultDeadline(),
                                                usual.keepAlive(),
                                                usual.keepAliveTimeout(),
                                                usual.maxInFlight(),
                                                Optional.of(own)),
                                        Clock.system())
                                .add(new Echo())
                                .timer(timer)
                                .build()
                                .start());
    }

    @AfterEach
    void stop() {
        server.ifPresent(each -> each.stop(Duration.ZERO));
    }

    @Test
    void thoseWithACertificateOfTheBankAreServed() {
        assertThat(say(RpcClientConfig.DEFAULT.withTls(files(bank, bank)))).isEqualTo("hello");
    }

    @Test
    void othersAreNotServed() {
        assertRefused(RpcClientConfig.DEFAULT);
        assertRefused(RpcClientConfig.DEFAULT.withTls(files(stranger, bank)));
    }

    @Test
    void aServerWithAStrangersCertificateIsNotSpokenTo() {
        assertRefused(RpcClientConfig.DEFAULT.withTls(files(bank, stranger)));
    }

    @Test
    void filesThatCannotBeUsedAreNamed() {
        TlsFiles missing = files(folder.resolve("nobody"), bank);

        assertThatThrownBy(() -> new Channels(RpcClientConfig.DEFAULT.withTls(missing)))
                .hasMessageContaining("nobody");
    }

    @Test
    void aRenewedCertificateHoldsForNewConnectionsAndOpenOnesGoOn() throws IOException {
        stop();
        Path own = copyOf(bank, "rotated");
        start(files(own, own));
        Endpoint endpoint = new Endpoint("server", "127.0.0.1", server.orElseThrow().port());
        try (Channels before = new Channels(RpcClientConfig.DEFAULT.withTls(files(bank, bank)))) {
            assertThat(say(before, endpoint)).isEqualTo("hello");

            Files.copy(renewed.resolve("own.crt"), own.resolve("own.crt"), REPLACE_EXISTING);
            timer.advance(TlsIdentity.EVERY);
            assertThat(say(RpcClientConfig.DEFAULT.withTls(files(bank, bank))))
                    .as("half of a change is not shown")
                    .isEqualTo("hello");
            Files.copy(renewed.resolve("own.key"), own.resolve("own.key"), REPLACE_EXISTING);
            timer.advance(TlsIdentity.EVERY);

            assertThat(say(before, endpoint)).as("an open connection").isEqualTo("hello");
            assertThat(say(RpcClientConfig.DEFAULT.withTls(files(renewed, renewed))))
                    .as("a new one")
                    .isEqualTo("hello");
            assertRefused(RpcClientConfig.DEFAULT.withTls(files(bank, bank)));
        }
    }

    @Test
    void aCallersRenewedCertificateIsShownWithoutANewStart() throws IOException {
        Path own = copyOf(stranger, "caller");
        Files.copy(bank.resolve("own.crt"), own.resolve("trusted.crt"));
        TlsFiles files =
                new TlsFiles(
                        own.resolve("own.crt"), own.resolve("own.key"), own.resolve("trusted.crt"));
        Endpoint endpoint = new Endpoint("server", "127.0.0.1", server.orElseThrow().port());
        try (Channels channels = new Channels(RpcClientConfig.DEFAULT.withTls(files), timer)) {
            assertThatThrownBy(() -> say(channels, endpoint))
                    .isInstanceOf(StatusRuntimeException.class);

            Files.copy(bank.resolve("own.crt"), own.resolve("own.crt"), REPLACE_EXISTING);
            Files.copy(bank.resolve("own.key"), own.resolve("own.key"), REPLACE_EXISTING);
            timer.advance(TlsIdentity.EVERY);
            channels.close(endpoint);

            assertThat(say(channels, endpoint)).isEqualTo("hello");
        }
    }

    private static Path copyOf(Path place, String name) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        Files.copy(place.resolve("own.crt"), copy.resolve("own.crt"), REPLACE_EXISTING);
        Files.copy(place.resolve("own.key"), copy.resolve("own.key"), REPLACE_EXISTING);
        return copy;
    }

    private void assertRefused(RpcClientConfig config) {
        assertThatThrownBy(() -> say(config)).isInstanceOf(StatusRuntimeException.class);
    }

    private String say(RpcClientConfig config) {
        try (Channels channels = new Channels(config)) {
            return say(channels, new Endpoint("server", "127.0.0.1", server.orElseThrow().port()));
        }
    }

    private static String say(Channels channels, Endpoint endpoint) {
        return EchoGrpc.newBlockingStub(channels.to(endpoint))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .say(SayRequest.newBuilder().setText("hello").build())
                .getText();
    }

    private static TlsFiles files(Path own, Path trusted) {
        return new TlsFiles(
                own.resolve("own.crt"), own.resolve("own.key"), trusted.resolve("own.crt"));
    }

    private static final class Echo extends EchoGrpc.EchoImplBase {
        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            answer.onNext(EchoCell.answer(request.getText()));
            answer.onCompleted();
        }
    }
}
