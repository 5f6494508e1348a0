package io.feiqian.rpc;

import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A real server of the echo service, whose answers a test decides. */
final class EchoCell extends EchoGrpc.EchoImplBase implements AutoCloseable {
    /** What happens to a request: the server itself, in case it is to be stopped. */
    interface Behaviour extends Function<SayRequest, CompletableFuture<SayResponse>> {}

    final List<CallContext> contexts = new CopyOnWriteArrayList<>();
    private final String name;
    private final RpcServer server;
    private volatile Behaviour behaviour;

    EchoCell(String name, Behaviour behaviour) {
        this(name, 0, behaviour);
    }

    EchoCell(String name, int port, Behaviour behaviour) {
        this.name = name;
        this.behaviour = behaviour;
        this.server =
                RpcServer.builder(RpcServerConfig.loopback(port), Clock.system())
                        .add(this)
                        .build()
                        .start();
        server.ready();
    }

    /** Says its own name and the text it heard. */
    static EchoCell named(String name) {
        return new EchoCell(name, request -> done(answer(name + " " + request.getText())));
    }

    /** Refuses everything as a value. */
    static EchoCell refusing(String name, OutcomeCode code) {
        return new EchoCell(name, request -> done(refusal(code)));
    }

    static SayResponse answer(String text) {
        return SayResponse.newBuilder()
                .setOutcome(ResponseOutcome.toContract(Outcome.accepted(), false))
                .setText(text)
                .build();
    }

    static SayResponse refusal(OutcomeCode code) {
        return SayResponse.newBuilder()
                .setOutcome(ResponseOutcome.toContract(Outcome.of(code, "by the test"), false))
                .build();
    }

    static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    void behave(Behaviour newBehaviour) {
        this.behaviour = newBehaviour;
    }

    RpcServer server() {
        return server;
    }

    Endpoint endpoint() {
        return new Endpoint(name, "127.0.0.1", server.port());
    }

    int calls() {
        return contexts.size();
    }

    /** Goes away as a killed process does: connections break. */
    void kill() {
        server.stop(Duration.ZERO);
    }

    @Override
    public void say(SayRequest request, StreamObserver<SayResponse> answer) {
        contexts.add(CurrentCall.context());
        behaviour
                .apply(request)
                .whenComplete((response, fault) -> {
                    if (fault == null) {
                        answer.onNext(response);
                        answer.onCompleted();
                    } else {
                        answer.onError(fault);
                    }
                })
                .exceptionally(fault -> refusal(OutcomeCode.INTERNAL_ERROR));
    }

    @Override
    public void look(SayRequest request, StreamObserver<SayResponse> answer) {
        say(request, answer);
    }

    @Override
    public void put(SayRequest request, StreamObserver<SayResponse> answer) {
        say(request, answer);
    }

    @Override
    public StreamObserver<SayRequest> talk(StreamObserver<SayResponse> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(SayRequest request) {
                answers.onNext(answer(name + " " + request.getText()));
            }

            @Override
            public void onError(Throwable fault) {}

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    @Override
    public void command(SayRequest request, StreamObserver<SayResponse> answer) {
        say(request, answer);
    }

    @Override
    public void close() {
        kill();
    }
}
