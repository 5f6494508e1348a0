package io.feiqian.participantgrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GrayHeader;
import io.feiqian.vocabulary.Requirement;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The label of a gray release on its way through a service that knows nothing of it. */
final class GrpcLabelTest {
    private static final ContextKeys KEYS = ContextKeys.of("1 " + "0a".repeat(32));
    private static final Metadata.Key<String> GRAY =
            Metadata.Key.of(GrayHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor<String, String> SAY =
            MethodDescriptor.<String, String>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("labels/Say")
                    .setRequestMarshaller(new Text())
                    .setResponseMarshaller(new Text())
                    .build();

    private final List<Server> servers = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    /** A service that answers so; the channel to it carries what the library adds. */
    private Channel serving(UnaryOperator<String> answer) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        ServerServiceDefinition service =
                ServerServiceDefinition.builder("labels")
                        .addMethod(
                                SAY,
                                ServerCalls.asyncUnaryCall((request, observer) -> {
                                    observer.onNext(answer.apply(request));
                                    observer.onCompleted();
                                }))
                        .build();
        Server server =
                NettyServerBuilder.forAddress(new InetSocketAddress(here, 0))
                        .addService(ServerInterceptors.intercept(service, GrpcContext.server(KEYS)))
                        .build()
                        .start();
        servers.add(server);
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(new InetSocketAddress(here, server.getPort()))
                        .usePlaintext()
                        .build();
        channels.add(channel);
        return ClientInterceptors.intercept(channel, GrpcContext.client(KEYS));
    }

    private static String say(Channel to) {
        return ClientCalls.blockingUnaryCall(to, SAY, CallOptions.DEFAULT, "x");
    }

    private static String say(Channel to, String label) {
        Metadata headers = new Metadata();
        headers.put(GRAY, label);
        return say(
                ClientInterceptors.intercept(
                        to, MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    @AfterEach
    void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        servers.forEach(Server::shutdownNow);
    }

    @Requirement("P6.2.2.2-a")
    @Test
    void theLabelOfACallGoesOnWithTheCallsThatItsServiceMakes() throws IOException {
        Channel last = serving(request -> GrpcContext.label().orElse("none"));
        Channel middle = serving(request -> say(last));

        assertThat(say(middle, "version=b")).isEqualTo("version=b");
        assertThat(say(middle)).isEqualTo("none");
        assertThat(say(middle, "not a label")).isEqualTo("none");
    }
}
