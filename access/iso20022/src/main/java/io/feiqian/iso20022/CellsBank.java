package io.feiqian.iso20022;

import com.google.protobuf.Message;
import io.feiqian.bank.contract.BankGrpc;
import io.feiqian.bank.contract.GetTransactionRequest;
import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.iso20022.spi.Bank;
import io.feiqian.rpc.CellAnswer;
import io.feiqian.rpc.CellCall;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.RequestContext;
import io.feiqian.rpc.Target;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The bank as its cells serve it, each call at the owner of its trace number's home slot. */
final class CellsBank implements Bank {
    private final CellClients clients;
    private final CallPolicies rules;
    private final Duration patience;
    private final Clock clock;

    /**
     * The bank behind these clients.
     *
     * @param rules judge each payment as they judge requests of the API
     * @param patience how long one call may take, with all its repetitions
     */
    CellsBank(CellClients clients, CallPolicies rules, Duration patience, Clock clock) {
        this.clients = clients;
        this.rules = rules;
        this.patience = patience;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Outcome> transfer(TraceNumber trace, TransferRequest request) {
        return change(trace, BankGrpc.getTransferMethod(), request);
    }

    @Override
    public CompletableFuture<Outcome> interbank(TraceNumber trace, InterbankRequest request) {
        return change(trace, BankGrpc.getPayInterbankMethod(), request);
    }

    @Override
    public CompletableFuture<Optional<GetTransactionResponse>> find(TraceNumber trace) {
        GetTransactionRequest request =
                GetTransactionRequest.newBuilder().setTraceNumber(trace.toString()).build();
        return clients.call(
                        CellCall.read(
                                BankGrpc.getGetTransactionMethod(),
                                request,
                                new Target.OwnerOf(trace.home()),
                                context(trace)))
                .thenApply(answer ->
                        switch (answer) {
                            case CellAnswer.Answered<GetTransactionResponse>(var found, var _) ->
                                    Optional.of(found);
                            case CellAnswer.Failed<GetTransactionResponse> _ -> Optional.empty();
                        });
    }

    private <Q extends Message> CompletableFuture<Outcome> change(
            TraceNumber trace, MethodDescriptor<Q, MovementResponse> method, Q request) {
        CellCall<Q, MovementResponse> call =
                CellCall.change(method, request, new Target.OwnerOf(trace.home()), context(trace));
        return clients.call(call, rules, "").thenApply(CellAnswer::outcome);
    }

    private RequestContext context(TraceNumber trace) {
        return RequestContext.until(Deadline.after(patience, clock)).withTrace(trace);
    }
}
