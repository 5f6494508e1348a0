package io.feiqian.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks one instance what it serves, by gRPC's server reflection (P6.2.2.2-c): the names of its
 * services, then the files that describe them. Bounded in time, names and bytes.
 */
final class Reflection implements StreamObserver<ServerReflectionResponse> {
    private static final int MOST_SERVICES = 500;
    private static final int MOST_BYTES = 16 << 20;

    private final CompletableFuture<FileDescriptorSet> answer = new CompletableFuture<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    private @Nullable StreamObserver<ServerReflectionRequest> ask;
    private int awaited;
    private long bytes;

    private Reflection() {}

    /**
     * The services of an instance. Blocks, so never called on a thread of the network.
     *
     * @throws IllegalArgumentException where what it says of itself does not hold together
     * @throws StatusRuntimeException where it does not answer; UNIMPLEMENTED where it tells nothing
     */
    static List<ServiceDescriptor> services(Channel channel, Duration patience)
            throws InterruptedException {
        Reflection reflection = new Reflection();
        long millis = patience.toMillis();
        var stub =
                ServerReflectionGrpc.newStub(channel)
                        .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                        .withMaxInboundMessageSize(MOST_BYTES);
        reflection.begin(stub.serverReflectionInfo(reflection));
        try {
            FileDescriptorSet set = reflection.answer.get(millis, TimeUnit.MILLISECONDS);
            return DescriptorSets.services("of an instance", set.toByteArray()).stream()
                    .filter(each -> reflection.names.contains(each.getFullName()))
                    .toList();
        } catch (TimeoutException late) {
            throw Status.DEADLINE_EXCEEDED.withCause(late).asRuntimeException();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(failed);
        }
    }

    private synchronized void begin(StreamObserver<ServerReflectionRequest> requests) {
        ask = requests;
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    }

    @Override
    public synchronized void onNext(ServerReflectionResponse response) {
        try {
            switch (response.getMessageResponseCase()) {
                case LIST_SERVICES_RESPONSE ->
                        response.getListServicesResponse().getServiceList().stream()
                                .map(each -> each.getName())
                                .filter(name -> !name.startsWith("grpc."))
                                .limit(MOST_SERVICES + 1L)
                                .forEach(this::askFor);
                case FILE_DESCRIPTOR_RESPONSE -> {
                    awaited--;
                    for (ByteString each :
                            response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
                        take(each);
                    }
                }
                case ERROR_RESPONSE, ALL_EXTENSION_NUMBERS_RESPONSE, MESSAGERESPONSE_NOT_SET ->
                        throw new IllegalArgumentException(
                                "reflection: %s (expected: descriptors)"
                                        .formatted(response.getErrorResponse().getErrorMessage()));
            }
            if (awaited == 0 && ask != null) {
                answer.complete(FileDescriptorSet.newBuilder().addAllFile(files.values()).build());
                ask.onCompleted();
            }
        } catch (InvalidProtocolBufferException | RuntimeException wrong) {
            end(new IllegalArgumentException(String.valueOf(wrong.getMessage()), wrong));
        }
    }

    private void askFor(String name) {
        if (names.size() >= MOST_SERVICES) {
            throw new IllegalArgumentException(
                    "reflection: more than %d services (expected: fewer)".formatted(MOST_SERVICES));
        }
        if (names.add(name) && ask != null) {
            awaited++;
            ask.onNext(ServerReflectionRequest.newBuilder().setFileContainingSymbol(name).build());
        }
    }

    private void take(ByteString file) throws InvalidProtocolBufferException {
        bytes += file.size();
        if (bytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "reflection: more than %d bytes (expected: fewer)".formatted(MOST_BYTES));
        }
        FileDescriptorProto read = FileDescriptorProto.parseFrom(file, DescriptorSets.options());
        files.putIfAbsent(read.getName(), read);
    }

    private void end(RuntimeException why) {
        answer.completeExceptionally(why);
        if (ask != null) {
            ask.onError(Status.CANCELLED.withCause(why).asException());
        }
    }

    @Override
    public void onError(Throwable broken) {
        answer.completeExceptionally(Status.fromThrowable(broken).asRuntimeException());
    }

    @Override
    public void onCompleted() {
        answer.completeExceptionally(
                Status.UNAVAILABLE.withDescription("it ended early").asRuntimeException());
    }
}
