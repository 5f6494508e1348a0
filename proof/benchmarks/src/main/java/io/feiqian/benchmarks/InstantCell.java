package io.feiqian.benchmarks;

import com.google.protobuf.Message;
import io.feiqian.bank.contract.CellAdminGrpc;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.HotAccountsRequest;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.ShowAccountRequest;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.TrialBalanceRequest;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AdminToken;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/**
 * A cell that answers operators' questions at once, over the real contract, as a busy one would.
 */
final class InstantCell extends CellAdminGrpc.CellAdminImplBase implements AutoCloseable {
    private final CellAnswers answers;
    private final RpcServer server;

    /** The cell of this number, 1 to {@link SpanBatches#CELLS}. */
    InstantCell(int number, AdminToken token) {
        this.answers = new CellAnswers(number);
        this.server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .adminToken(token)
                        .addAdmin(this)
                        .addAdmin(new InstantServices("cell-" + number))
                        .build()
                        .start();
        server.ready();
    }

    int port() {
        return server.port();
    }

    @Override
    public void getCellStatus(CellStatusRequest asked, StreamObserver<CellStatusResponse> to) {
        answer(to, answers.status());
    }

    @Override
    public void countTransactions(
            CountTransactionsRequest asked, StreamObserver<CountTransactionsResponse> to) {
        answer(to, answers.counts());
    }

    @Override
    public void listTransactions(
            ListTransactionsRequest asked, StreamObserver<ListTransactionsResponse> to) {
        answer(to, answers.transactions());
    }

    @Override
    public void listResolutions(
            ListResolutionsRequest asked, StreamObserver<ListResolutionsResponse> to) {
        answer(to, answers.resolutions());
    }

    @Override
    public void showTransaction(
            ShowTransactionRequest asked, StreamObserver<ShowTransactionResponse> to) {
        answer(to, answers.transaction(asked.getTraceNumber()));
    }

    @Override
    public void trialBalance(TrialBalanceRequest asked, StreamObserver<TrialBalanceResponse> to) {
        answer(to, answers.trial());
    }

    @Override
    public void hotAccounts(HotAccountsRequest asked, StreamObserver<HotAccountsResponse> to) {
        answer(to, answers.hot());
    }

    @Override
    public void showAccount(ShowAccountRequest asked, StreamObserver<ShowAccountResponse> to) {
        answer(to, answers.account(asked.getAccount()));
    }

    private static <A extends Message> void answer(StreamObserver<A> to, A answer) {
        to.onNext(answer);
        to.onCompleted();
    }

    @Override
    public void close() {
        var _ = server.stop(Duration.ZERO);
    }
}
