package io.feiqian.benchmarks;

import io.feiqian.bank.contract.BankGrpc;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** A cell that accepts every transfer at once, over the real contract and without a database. */
final class InstantBank extends BankGrpc.BankImplBase implements AutoCloseable {
    private final RpcServer server;

    InstantBank() {
        this.server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .add(this)
                        .build()
                        .start();
        server.ready();
    }

    int port() {
        return server.port();
    }

    @Override
    public void transfer(TransferRequest request, StreamObserver<MovementResponse> answer) {
        answer.onNext(
                MovementResponse.newBuilder()
                        .setOutcome(ResponseOutcome.toContract(Outcome.accepted(), false))
                        .setTraceNumber(request.getTraceNumber())
                        .setState("SETTLED")
                        .setBusinessDate(TransferCell.DAY.toString())
                        .setPayerBalance("1000.00")
                        .build());
        answer.onCompleted();
    }

    @Override
    public void close() {
        var _ = server.stop(Duration.ZERO);
    }
}
