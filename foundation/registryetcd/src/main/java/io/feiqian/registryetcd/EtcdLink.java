package io.feiqian.registryetcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one member of etcd, with its two streams: leases that are kept, and watches.
 * Used by the worker's thread alone, which its calls hold up for two seconds at most; what the
 * streams bring is handed over and waits there, {@value #AHEAD} messages of each at most.
 */
final class EtcdLink implements AutoCloseable {
    private static final int AHEAD = 32;
    private static final int MOST_BYTES = 64 << 20;
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel connection;
    private final Channel channel;
    private final StreamObserver<WatchRequest> watches;
    private final StreamObserver<LeaseKeepAliveRequest> leases;

    /** Who hears what comes; called on threads of the network, so it only leaves notes. */
    interface Listener {
        void watched(WatchResponse response, Runnable handled);

        void renewed(long lease, long seconds);

        void broken(Throwable why);
    }

    EtcdLink(
            String member,
            Optional<EtcdConfig.Login> login,
            Optional<EtcdConfig.Tls> tls,
            Listener listener) {
        connection =
                Grpc.newChannelBuilder("dns:///" + member, credentials(tls))
                        .disableRetry()
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(3, TimeUnit.SECONDS)
                        .maxInboundMessageSize(MOST_BYTES)
                        .build();
        try {
            channel = login.map(this::loggedIn).orElse(connection);
            watches = WatchGrpc.newStub(channel).watch(new Incoming<>(listener, listener::watched));
            leases =
                    LeaseGrpc.newStub(channel)
                            .leaseKeepAlive(
                                    new Incoming<LeaseKeepAliveRequest, LeaseKeepAliveResponse>(
                                            listener,
                                            (response, handled) -> {
                                                listener.renewed(
                                                        response.getID(), response.getTTL());
                                                handled.run();
                                            }));
        } catch (RuntimeException failure) {
            connection.shutdownNow();
            throw failure;
        }
    }

    /** Everything from this key up to, and without, the end; one key where the end is empty. */
    RangeResponse range(String key, ByteString end) {
        return keys().range(
                        RangeRequest.newBuilder()
                                .setKey(EtcdKeys.bytes(key))
                                .setRangeEnd(end)
                                .build());
    }

    /** The keys, without what stands there, of everything up to, and without, the end. */
    List<String> namesIn(String key, ByteString end) {
        return keys()
                .range(
                        RangeRequest.newBuilder()
                                .setKey(EtcdKeys.bytes(key))
                                .setRangeEnd(end)
                                .setKeysOnly(true)
                                .build())
                .getKvsList()
                .stream()
                .map(each -> each.getKey().toStringUtf8())
                .toList();
    }

    TxnResponse transact(TxnRequest request) {
        return keys().txn(request);
    }

    /** A new lease. */
    LeaseGrantResponse grant(Duration length) {
        return leaseCalls()
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(length.toSeconds()).build());
    }

    /** How long the lease still runs; not more than 0 where it is over. */
    LeaseTimeToLiveResponse left(long lease) {
        return leaseCalls()
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build());
    }

    void revoke(long lease) {
        var _ = leaseCalls().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    }

    /** Renews; the listener hears of it, with 0 seconds where the lease is over. */
    void renew(long lease) {
        leases.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    }

    /** Watches from this revision on. The answers "created" come in the order of these calls. */
    void watch(String key, ByteString end, long revision) {
        watches.onNext(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(EtcdKeys.bytes(key))
                                        .setRangeEnd(end)
                                        .setStartRevision(revision)
                                        .setProgressNotify(true))
                        .build());
    }

    @Override
    public void close() {
        connection.shutdownNow();
    }

    static ChannelCredentials credentials(Optional<EtcdConfig.Tls> tls) {
        if (tls.isEmpty()) {
            return InsecureChannelCredentials.create();
        }
        EtcdConfig.Tls files = tls.get();
        try {
            return TlsChannelCredentials.newBuilder()
                    .trustManager(files.authorities().toFile())
                    .keyManager(files.certificate().toFile(), files.key().toFile())
                    .build();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the registry's certificates", unreadable);
        }
    }

    private KVGrpc.KVBlockingStub keys() {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    }

    private LeaseGrpc.LeaseBlockingStub leaseCalls() {
        return LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Channel loggedIn(EtcdConfig.Login login) {
        String token =
                AuthGrpc.newBlockingStub(connection)
                        .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                        .authenticate(
                                AuthenticateRequest.newBuilder()
                                        .setName(login.user())
                                        .setPassword(login.password())
                                        .build())
                        .getToken();
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(
                connection, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** What a message is handed to, with what is to be run when it is dealt with. */
    private interface Hand<V> {
        void over(V message, Runnable handled);
    }

    /** The incoming side of a stream, which asks for more only as messages are dealt with. */
    private static final class Incoming<Q, V> implements ClientResponseObserver<Q, V> {
        private final Listener listener;
        private final Hand<V> hand;
        private @Nullable ClientCallStreamObserver<Q> call;

        Incoming(Listener listener, Hand<V> hand) {
            this.listener = listener;
            this.hand = hand;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Q> started) {
            call = started;
            started.disableAutoRequestWithInitial(AHEAD);
        }

        @Override
        public void onNext(V message) {
            ClientCallStreamObserver<Q> mine = call;
            hand.over(
                    message,
                    () -> {
                        if (mine != null) {
                            mine.request(1);
                        }
                    });
        }

        @Override
        public void onError(Throwable why) {
            listener.broken(why);
        }

        @Override
        public void onCompleted() {
            listener.broken(new IllegalStateException("etcd ended the stream"));
        }
    }
}
