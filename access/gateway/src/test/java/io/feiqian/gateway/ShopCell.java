package io.feiqian.gateway;

import com.google.protobuf.Message;
import io.feiqian.gateway.shop.BuyRequest;
import io.feiqian.gateway.shop.BuyResponse;
import io.feiqian.gateway.shop.GetItemRequest;
import io.feiqian.gateway.shop.RecallRequest;
import io.feiqian.gateway.shop.ShopGrpc;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AdminToken;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A real cell that serves the shop, and answers what a test decides. */
final class ShopCell extends ShopGrpc.ShopImplBase implements AutoCloseable {
    final List<CallContext> contexts = new CopyOnWriteArrayList<>();
    final List<Message> requests = new CopyOnWriteArrayList<>();
    private final String name;
    private final RpcServer server;
    private volatile Function<Message, CompletableFuture<BuyResponse>> behaviour;

    ShopCell(String name, AdminToken token) {
        this.name = name;
        this.behaviour = request -> CompletableFuture.completedFuture(accepted(name));
        this.server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .adminToken(token)
                        .add(this)
                        .build()
                        .start();
    }

    static BuyResponse accepted(String said) {
        return BuyResponse.newBuilder()
                .setOutcome(ResponseOutcome.toContract(Outcome.accepted(), false))
                .setSaid(said)
                .build();
    }

    static BuyResponse refused(OutcomeCode code, boolean recorded) {
        return BuyResponse.newBuilder()
                .setOutcome(ResponseOutcome.toContract(Outcome.of(code, "by the test"), recorded))
                .build();
    }

    void answer(BuyResponse response) {
        behave(request -> CompletableFuture.completedFuture(response));
    }

    void behave(Function<Message, CompletableFuture<BuyResponse>> newBehaviour) {
        this.behaviour = newBehaviour;
    }

    Endpoint endpoint() {
        return new Endpoint(name, "127.0.0.1", server.port());
    }

    @Override
    public void buy(BuyRequest request, StreamObserver<BuyResponse> answer) {
        serve(request, answer);
    }

    @Override
    public void getItem(GetItemRequest request, StreamObserver<BuyResponse> answer) {
        serve(request, answer);
    }

    @Override
    public void recall(RecallRequest request, StreamObserver<BuyResponse> answer) {
        serve(request, answer);
    }

    private void serve(Message request, StreamObserver<BuyResponse> answer) {
        contexts.add(CurrentCall.context());
        requests.add(request);
        behaviour
                .apply(request)
                .thenAccept(response -> {
                    answer.onNext(response);
                    answer.onCompleted();
                })
                .exceptionally(fault -> {
                    answer.onError(fault);
                    return null;
                });
    }

    @Override
    public void close() {
        server.stop(Duration.ZERO);
    }
}
