package io.feiqian.bank;

import io.feiqian.bank.contract.BankGrpc;
import io.feiqian.bank.contract.BookRequest;
import io.feiqian.bank.contract.DepositRequest;
import io.feiqian.bank.contract.GetAccountRequest;
import io.feiqian.bank.contract.GetAccountResponse;
import io.feiqian.bank.contract.GetCustomerRequest;
import io.feiqian.bank.contract.GetCustomerResponse;
import io.feiqian.bank.contract.GetStatementRequest;
import io.feiqian.bank.contract.GetStatementResponse;
import io.feiqian.bank.contract.GetTransactionRequest;
import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.ListNoticesRequest;
import io.feiqian.bank.contract.ListNoticesResponse;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.OpenAccountRequest;
import io.feiqian.bank.contract.OpenAccountResponse;
import io.feiqian.bank.contract.OpenCustomerRequest;
import io.feiqian.bank.contract.OpenCustomerResponse;
import io.feiqian.bank.contract.OpenInternalAccountRequest;
import io.feiqian.bank.contract.ReverseRequest;
import io.feiqian.bank.contract.SetAccountStatusRequest;
import io.feiqian.bank.contract.SetAccountStatusResponse;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.Wait;
import io.feiqian.bank.contract.WithdrawRequest;
import io.feiqian.ledger.LedgerEffect;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The bank of this cell as its customers' channels see it. Requests are read on the network's
 * threads, which never block; answers are written by the executor, so that the worker of the local
 * commits goes on with the next batch. Every failure is an outcome in the response. Thread-safe.
 */
final class BankService extends BankGrpc.BankImplBase {
    private final Payments payments;
    private final Reversals reversals;
    private final Customers customers;
    private final Accounts accounts;
    private final Notices notices;
    private final TransactionReads transactions;
    private final OpenDay openDay;
    private final Replies replies;
    private final Executor responders;

    BankService(
            Payments payments,
            Reversals reversals,
            Customers customers,
            Accounts accounts,
            Notices notices,
            TransactionReads transactions,
            OpenDay openDay,
            Replies replies,
            Executor responders) {
        this.payments = payments;
        this.reversals = reversals;
        this.customers = customers;
        this.accounts = accounts;
        this.notices = notices;
        this.transactions = transactions;
        this.openDay = openDay;
        this.replies = replies;
        this.responders = responders;
    }

    @Override
    public void openCustomer(
            OpenCustomerRequest request, StreamObserver<OpenCustomerResponse> observer) {
        reply(
                observer,
                caller -> customers.open(request, caller).thenApply(this::opened),
                refusal -> OpenCustomerResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void getCustomer(
            GetCustomerRequest request, StreamObserver<GetCustomerResponse> observer) {
        reply(
                observer,
                caller ->
                        customers
                                .find(
                                        CustomerNumber.parse(
                                                Fields.required("customer", request.getCustomer())),
                                        caller)
                                .thenApply(AccountReplies::customer),
                refusal -> GetCustomerResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void openAccount(
            OpenAccountRequest request, StreamObserver<OpenAccountResponse> observer) {
        reply(
                observer,
                caller -> accounts.open(request, caller).thenApply(this::accountOpened),
                refusal -> OpenAccountResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void openInternalAccount(
            OpenInternalAccountRequest request, StreamObserver<OpenAccountResponse> observer) {
        reply(
                observer,
                caller -> accounts.openInternal(request, caller).thenApply(this::accountOpened),
                refusal -> OpenAccountResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void getAccount(GetAccountRequest request, StreamObserver<GetAccountResponse> observer) {
        reply(
                observer,
                caller ->
                        accounts.find(Fields.account("account", request.getAccount()), caller)
                                .thenCombine(openDay.now(), AccountReplies::account),
                refusal -> GetAccountResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void getStatement(
            GetStatementRequest request, StreamObserver<GetStatementResponse> observer) {
        reply(
                observer,
                caller ->
                        accounts.statement(AccountReplies.read(request), caller)
                                .thenApply(AccountReplies::statement),
                refusal -> GetStatementResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void listNotices(
            ListNoticesRequest request, StreamObserver<ListNoticesResponse> observer) {
        reply(
                observer,
                caller -> notices.list(request, caller),
                refusal -> ListNoticesResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void setAccountStatus(
            SetAccountStatusRequest request, StreamObserver<SetAccountStatusResponse> observer) {
        reply(
                observer,
                caller -> accounts.setStatus(request, caller).thenApply(this::statusSet),
                refusal -> SetAccountStatusResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void transfer(TransferRequest request, StreamObserver<MovementResponse> observer) {
        move(
                observer,
                request.getTraceNumber(),
                request.getWait(),
                () -> MovementRequests.read(request));
    }

    @Override
    public void deposit(DepositRequest request, StreamObserver<MovementResponse> observer) {
        move(
                observer,
                request.getTraceNumber(),
                request.getWait(),
                () -> MovementRequests.read(request));
    }

    @Override
    public void withdraw(WithdrawRequest request, StreamObserver<MovementResponse> observer) {
        move(
                observer,
                request.getTraceNumber(),
                request.getWait(),
                () -> MovementRequests.read(request));
    }

    @Override
    public void payInterbank(InterbankRequest request, StreamObserver<MovementResponse> observer) {
        move(
                observer,
                request.getTraceNumber(),
                request.getWait(),
                () -> MovementRequests.read(request));
    }

    @Override
    public void book(BookRequest request, StreamObserver<MovementResponse> observer) {
        move(
                observer,
                request.getTraceNumber(),
                request.getWait(),
                () -> MovementRequests.read(request));
    }

    @Override
    public void reverse(ReverseRequest request, StreamObserver<MovementResponse> observer) {
        boolean untilSettled = isUntilSettled(request.getWait());
        reply(
                observer,
                caller ->
                        reversals
                                .plan(MovementRequests.read(request), caller)
                                .thenCompose(order -> payments.move(order, caller, untilSettled))
                                .thenApply(moved -> moved(request.getTraceNumber(), moved)),
                refusal -> refused(request.getTraceNumber(), refusal));
    }

    @Override
    public void getTransaction(
            GetTransactionRequest request, StreamObserver<GetTransactionResponse> observer) {
        reply(
                observer,
                caller -> {
                    TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
                    return transactions.find(trace, caller);
                },
                refusal ->
                        GetTransactionResponse.newBuilder()
                                .setOutcome(refusal)
                                .setTraceNumber(request.getTraceNumber())
                                .build());
    }

    private void move(
            StreamObserver<MovementResponse> observer,
            String trace,
            Wait wait,
            Supplier<MovementOrder> order) {
        reply(
                observer,
                caller ->
                        payments.move(order.get(), caller, isUntilSettled(wait))
                                .thenApply(moved -> moved(trace, moved)),
                refusal -> refused(trace, refusal));
    }

    private static boolean isUntilSettled(Wait wait) {
        return switch (wait) {
            case DECIDED -> false;
            case SETTLED -> true;
            case UNRECOGNIZED ->
                    throw new RefusedException(
                            OutcomeCode.MALFORMED_REQUEST,
                            "wait: unknown (expected: DECIDED or SETTLED)");
        };
    }

    private MovementResponse moved(String trace, Moved moved) {
        MovementResponse.Builder response =
                MovementResponse.newBuilder()
                        .setOutcome(replies.of(moved.answer()))
                        .setTraceNumber(trace);
        if (moved.answer().isAccepted()) {
            response.setState(moved.settled() ? Wait.SETTLED.name() : Wait.DECIDED.name());
        }
        moved.payerLeg()
                .ifPresent(leg ->
                        response.setBusinessDate(leg.date().toString())
                                .setPayerBalance(
                                        AccountReplies.decimal(
                                                leg.debitAfter(), leg.amount().currency())));
        return response.build();
    }

    private static MovementResponse refused(String trace, Outcome refusal) {
        return MovementResponse.newBuilder().setOutcome(refusal).setTraceNumber(trace).build();
    }

    private OpenCustomerResponse opened(Answer answer) {
        OpenCustomerResponse.Builder response =
                OpenCustomerResponse.newBuilder().setOutcome(replies.of(answer));
        answer.value(CustomerCommand.Opened.class)
                .ifPresent(opened -> response.setCustomer(opened.number().toString()));
        return response.build();
    }

    private OpenAccountResponse accountOpened(Answer answer) {
        OpenAccountResponse.Builder response =
                OpenAccountResponse.newBuilder().setOutcome(replies.of(answer));
        answer.value(LedgerEffect.Opened.class)
                .ifPresent(opened -> response.setAccount(opened.account().toString()));
        return response.build();
    }

    private SetAccountStatusResponse statusSet(Answer answer) {
        SetAccountStatusResponse.Builder response =
                SetAccountStatusResponse.newBuilder().setOutcome(replies.of(answer));
        answer.value(LedgerEffect.StatusSet.class)
                .ifPresent(set ->
                        response.setAccount(set.account().toString())
                                .setStatus(set.status().name()));
        return response.build();
    }

    /** Begins the work with the call's context and writes what comes of it, exactly once. */
    private <R> void reply(
            StreamObserver<R> observer,
            Function<Caller, CompletableFuture<R>> work,
            Function<Outcome, R> refusal) {
        if (observer instanceof ServerCallStreamObserver<R> call) {
            // Whoever does not wait for the answer any more makes writing it no fault of ours.
            call.setOnCancelHandler(() -> {});
        }
        CompletableFuture<R> answer;
        try {
            answer = work.apply(Caller.of(CurrentCall.context()));
        } catch (RuntimeException fault) {
            answer = CompletableFuture.failedFuture(fault);
        }
        var _ =
                answer.exceptionally(fault -> refusal.apply(replies.of(fault)))
                        .thenAcceptAsync(
                                response -> {
                                    observer.onNext(response);
                                    observer.onCompleted();
                                },
                                responders);
    }
}
