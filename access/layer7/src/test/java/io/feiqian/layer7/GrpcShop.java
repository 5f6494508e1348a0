package io.feiqian.layer7;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of every kind of method. */
final class GrpcShop {
    /** How many pieces are sent where it is said that many are. */
    static final int MANY = 400;

    /** A piece's bytes. */
    static final int LARGE = 65_536;

    static final MethodDescriptor<byte[], byte[]> SAY = method("say", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> CHAT = method("chat", MethodType.BIDI_STREAMING);
    static final MethodDescriptor<byte[], byte[]> MUCH =
            method("much", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<byte[], byte[]> SLOW =
            method("slow", MethodType.CLIENT_STREAMING);

    final AtomicInteger sent = new AtomicInteger();
    final CompletableFuture<Boolean> came = new CompletableFuture<>();
    final CompletableFuture<Void> go = new CompletableFuture<>();

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder("test.Shop")
                .addMethod(SAY, ServerCalls.asyncUnaryCall(this::say))
                .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(GrpcShop::chat))
                .addMethod(MUCH, ServerCalls.asyncServerStreamingCall(this::much))
                .addMethod(SLOW, ServerCalls.asyncClientStreamingCall(this::slow))
                .build();
    }

    private void say(byte[] words, StreamObserver<byte[]> answer) {
        if (text(words).equals("wait")) {
            came.complete(true);
            var _ =
                    go.thenRun(() -> {
                        answer.onNext(bytes("wait you"));
                        answer.onCompleted();
                    });
        } else if (text(words).equals("refuse")) {
            answer.onError(
                    Status.NOT_FOUND.withDescription("nothing here: 无").asRuntimeException());
        } else if (!text(words).equals("never")) {
            answer.onNext(bytes(text(words) + " you"));
            answer.onCompleted();
        }
    }

    private static StreamObserver<byte[]> chat(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] words) {
                answer.onNext(bytes(text(words) + " you"));
            }

            @Override
            public void onError(Throwable broken) {
                answer.onError(broken);
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    /** As much as is taken, until it is held back. */
    private void much(byte[] ignored, StreamObserver<byte[]> observer) {
        ServerCallStreamObserver<byte[]> answer = (ServerCallStreamObserver<byte[]>) observer;
        answer.setOnReadyHandler(() -> {
            while (answer.isReady() && sent.get() < MANY) {
                answer.onNext(new byte[LARGE]);
                if (sent.incrementAndGet() == MANY) {
                    answer.onCompleted();
                }
            }
        });
    }

    private StreamObserver<byte[]> slow(StreamObserver<byte[]> observer) {
        ServerCallStreamObserver<byte[]> answer = (ServerCallStreamObserver<byte[]>) observer;
        answer.disableAutoRequest();
        AtomicInteger pieces = new AtomicInteger();
        came.complete(true);
        var _ = go.thenRun(() -> answer.request(MANY + 1));
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] piece) {
                pieces.incrementAndGet();
            }

            @Override
            public void onError(Throwable broken) {
                answer.onError(broken);
            }

            @Override
            public void onCompleted() {
                answer.onNext(bytes(pieces + " pieces"));
                answer.onCompleted();
            }
        };
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Shop", name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    static byte[] bytes(String words) {
        return words.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] words) {
        return new String(words, StandardCharsets.UTF_8);
    }
}
