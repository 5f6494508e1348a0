package io.feiqian.benchmarks;

import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** Plain grpc-java as its users set it up, without interceptors, deadlines or telemetry. */
final class GrpcCalls {
    private GrpcCalls() {}

    static RpcServing serve(RpcCase of) {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(RpcMessages.service());
        if (of == RpcCase.unary) {
            builder.executor(Executors.newVirtualThreadPerTaskExecutor());
        } else {
            builder.directExecutor();
        }
        Server server = builder.build();
        try {
            server.start();
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
        return new RpcServing() {
            @Override
            public int port() {
                return server.getPort();
            }

            @Override
            public void close() {
                server.shutdownNow();
            }
        };
    }

    static RpcCalling connect(RpcCase of, int port) {
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
        if (of == RpcCase.unary) {
            builder.executor(Executors.newVirtualThreadPerTaskExecutor());
        } else {
            builder.directExecutor();
        }
        ManagedChannel channel = builder.build();
        return new RpcCalling() {
            @Override
            public boolean call() {
                return RpcMessages.isRight(
                        ClientCalls.blockingUnaryCall(
                                channel,
                                RpcMessages.ECHO,
                                CallOptions.DEFAULT,
                                RpcMessages.MESSAGE));
            }

            @Override
            public CompletableFuture<Boolean> callAsync() {
                CompletableFuture<Boolean> done = new CompletableFuture<>();
                ClientCalls.asyncUnaryCall(
                        channel.newCall(RpcMessages.ECHO, CallOptions.DEFAULT),
                        RpcMessages.MESSAGE,
                        new Completing(done));
                return done;
            }

            @Override
            public void close() {
                channel.shutdownNow();
            }
        };
    }

    private record Completing(CompletableFuture<Boolean> done)
            implements StreamObserver<BytesValue> {
        @Override
        public void onNext(BytesValue answer) {
            done.complete(RpcMessages.isRight(answer));
        }

        @Override
        public void onError(Throwable fault) {
            done.complete(false);
        }

        @Override
        public void onCompleted() {}
    }
}
