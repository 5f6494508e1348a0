package io.feiqian.bank;

import io.feiqian.bank.contract.ApproveResolutionRequest;
import io.feiqian.bank.contract.AuditBooksRequest;
import io.feiqian.bank.contract.AuditBooksResponse;
import io.feiqian.bank.contract.CellAdminGrpc;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.FindEntriesRequest;
import io.feiqian.bank.contract.FindEntriesResponse;
import io.feiqian.bank.contract.HotAccountsRequest;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.ListChangesRequest;
import io.feiqian.bank.contract.ListChangesResponse;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.ProposeResolutionRequest;
import io.feiqian.bank.contract.RejectResolutionRequest;
import io.feiqian.bank.contract.ResolutionResponse;
import io.feiqian.bank.contract.ResumeTransactionRequest;
import io.feiqian.bank.contract.ResumeTransactionResponse;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.RetryTransactionResponse;
import io.feiqian.bank.contract.SetBusinessDateRequest;
import io.feiqian.bank.contract.SetBusinessDateResponse;
import io.feiqian.bank.contract.ShowAccountRequest;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.SuspendTransactionRequest;
import io.feiqian.bank.contract.SuspendTransactionResponse;
import io.feiqian.bank.contract.TrialBalanceRequest;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.ledger.LedgerCounts;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.storage.BusinessDays.Days;
import io.feiqian.storage.CellDatabase;
import io.feiqian.transaction.TransactionQueries;
import io.feiqian.transaction.TransactionQueries.Unfinished;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Function;

/**
 * This cell as its operators see it, spoken to directly (the third law). Handlers block: to be
 * served on virtual threads, to those who show the admin token. Thread-safe.
 */
final class AdminService extends CellAdminGrpc.CellAdminImplBase {
    private static final int MOST_CHANGES = 1_000;
    private static final int USUAL_CHANGES = 20;
    private static final String TRACE = "trace_number";

    private final String instance;
    private final CellDatabase database;
    private final CellParts parts;
    private final DayChange days;
    private final Books books;
    private final LedgerDesk ledger;
    private final TransactionDesk desk;
    private final ResolutionDesk resolutions;
    private final ChangeTrail trail;
    private final Replies replies;

    AdminService(
            String instance,
            CellDatabase database,
            CellParts parts,
            DayChange days,
            Books books,
            LedgerDesk ledger,
            TransactionDesk desk,
            ResolutionDesk resolutions,
            ChangeTrail trail,
            Replies replies) {
        this.instance = instance;
        this.database = database;
        this.parts = parts;
        this.days = days;
        this.books = books;
        this.ledger = ledger;
        this.desk = desk;
        this.resolutions = resolutions;
        this.trail = trail;
        this.replies = replies;
    }

    @Override
    public void getCellStatus(
            CellStatusRequest request, StreamObserver<CellStatusResponse> observer) {
        reply(
                observer,
                this::status,
                refusal -> CellStatusResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void setBusinessDate(
            SetBusinessDateRequest request, StreamObserver<SetBusinessDateResponse> observer) {
        reply(
                observer,
                () -> {
                    DayChange.Changed changed =
                            days.open(
                                    BusinessDate.parse(
                                            Fields.required(
                                                    "business_date", request.getBusinessDate())),
                                    Caller.of(CurrentCall.context()));
                    return SetBusinessDateResponse.newBuilder()
                            .setOutcome(replies.of(changed.outcome()))
                            .setBusinessDate(changed.now().toString())
                            .setPrevious(changed.before().toString())
                            .build();
                },
                refusal -> SetBusinessDateResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void auditBooks(AuditBooksRequest request, StreamObserver<AuditBooksResponse> observer) {
        reply(
                observer,
                books::audit,
                refusal -> AuditBooksResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void showAccount(
            ShowAccountRequest request, StreamObserver<ShowAccountResponse> observer) {
        reply(
                observer,
                () -> ledger.account(request, Caller.of(CurrentCall.context())),
                refusal -> ShowAccountResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void trialBalance(
            TrialBalanceRequest request, StreamObserver<TrialBalanceResponse> observer) {
        reply(
                observer,
                ledger::trialBalance,
                refusal -> TrialBalanceResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void hotAccounts(
            HotAccountsRequest request, StreamObserver<HotAccountsResponse> observer) {
        reply(
                observer,
                () -> ledger.hotAccounts(request.getMinutes()),
                refusal -> HotAccountsResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void findEntries(
            FindEntriesRequest request, StreamObserver<FindEntriesResponse> observer) {
        reply(
                observer,
                () -> ledger.find(request),
                refusal -> FindEntriesResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void listTransactions(
            ListTransactionsRequest request, StreamObserver<ListTransactionsResponse> observer) {
        reply(
                observer,
                () -> desk.list(request),
                refusal -> ListTransactionsResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void showTransaction(
            ShowTransactionRequest request, StreamObserver<ShowTransactionResponse> observer) {
        reply(
                observer,
                () -> desk.show(Fields.trace(TRACE, request.getTraceNumber())),
                refusal -> ShowTransactionResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void retryTransaction(
            RetryTransactionRequest request, StreamObserver<RetryTransactionResponse> observer) {
        reply(
                observer,
                () ->
                        desk.retry(
                                Fields.trace(TRACE, request.getTraceNumber()),
                                Caller.of(CurrentCall.context())),
                refusal -> RetryTransactionResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void countTransactions(
            CountTransactionsRequest request, StreamObserver<CountTransactionsResponse> observer) {
        reply(
                observer,
                desk::count,
                refusal -> CountTransactionsResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void suspendTransaction(
            SuspendTransactionRequest request,
            StreamObserver<SuspendTransactionResponse> observer) {
        reply(
                observer,
                () ->
                        SuspendTransactionResponse.newBuilder()
                                .setOutcome(Replies.accepted())
                                .setChanged(
                                        desk.suspend(
                                                Fields.trace(TRACE, request.getTraceNumber()),
                                                Caller.of(CurrentCall.context())))
                                .build(),
                refusal -> SuspendTransactionResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void resumeTransaction(
            ResumeTransactionRequest request, StreamObserver<ResumeTransactionResponse> observer) {
        reply(
                observer,
                () ->
                        ResumeTransactionResponse.newBuilder()
                                .setOutcome(Replies.accepted())
                                .setChanged(
                                        desk.resume(
                                                Fields.trace(TRACE, request.getTraceNumber()),
                                                Caller.of(CurrentCall.context())))
                                .build(),
                refusal -> ResumeTransactionResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void proposeResolution(
            ProposeResolutionRequest request, StreamObserver<ResolutionResponse> observer) {
        resolution(observer, () -> resolutions.propose(request, Caller.of(CurrentCall.context())));
    }

    @Override
    public void approveResolution(
            ApproveResolutionRequest request, StreamObserver<ResolutionResponse> observer) {
        resolution(
                observer,
                () ->
                        resolutions.approve(
                                request.getId(),
                                Fields.digest("digest", request.getDigest()),
                                Caller.of(CurrentCall.context())));
    }

    @Override
    public void rejectResolution(
            RejectResolutionRequest request, StreamObserver<ResolutionResponse> observer) {
        resolution(
                observer,
                () -> resolutions.reject(request.getId(), Caller.of(CurrentCall.context())));
    }

    @Override
    public void listResolutions(
            ListResolutionsRequest request, StreamObserver<ListResolutionsResponse> observer) {
        reply(
                observer,
                resolutions::list,
                refusal -> ListResolutionsResponse.newBuilder().setOutcome(refusal).build());
    }

    private void resolution(
            StreamObserver<ResolutionResponse> observer, Work<ResolutionResponse> work) {
        reply(
                observer,
                work,
                refusal -> ResolutionResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void listChanges(
            ListChangesRequest request, StreamObserver<ListChangesResponse> observer) {
        reply(
                observer,
                () -> changes(request.getLimit()),
                refusal -> ListChangesResponse.newBuilder().setOutcome(refusal).build());
    }

    private CellStatusResponse status() throws SQLException {
        Days open = database.businessDays().current();
        CellStatusResponse.Builder response =
                CellStatusResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString())
                        .setInstance(instance)
                        .setBusinessDate(open.open().toString())
                        .setClosedThrough(open.closedThrough().toString())
                        .setRouteMapVersion(parts.routes().current().version());
        database.ownedRanges()
                .ranges()
                .forEach(range ->
                        response.addRanges(
                                OwnedRange.newBuilder()
                                        .setFirst(range.slots().first().number())
                                        .setLast(range.slots().last().number())
                                        .setState(range.state().name())
                                        .setEpoch(range.epoch().number())));
        try (Connection connection = database.pool().getConnection()) {
            LedgerCounts counts = LedgerCounts.read(connection);
            Unfinished unfinished = TransactionQueries.unfinished(connection);
            return response.setAccounts(counts.accounts())
                    .setEntries(counts.entries())
                    .setUnfinishedDecisions(unfinished.decisions())
                    .setUnfinishedBranches(unfinished.branches())
                    .setDatabaseBytes(bytes(connection))
                    .build();
        }
    }

    private static long bytes(Connection connection) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row =
                        select.executeQuery("select pg_database_size(current_database())")) {
            row.next();
            return row.getLong(1);
        }
    }

    private ListChangesResponse changes(int limit) {
        if (limit < 0 || limit > MOST_CHANGES) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "limit: %d (expected: 0 to %d)".formatted(limit, MOST_CHANGES));
        }
        ListChangesResponse.Builder response =
                ListChangesResponse.newBuilder().setOutcome(Replies.accepted());
        trail.newest(limit == 0 ? USUAL_CHANGES : limit)
                .forEach(record -> response.addChanges(Shown.change(record)));
        return response.build();
    }

    /** Work that blocks and may meet a database that does not answer. */
    @FunctionalInterface
    private interface Work<R> {
        R run() throws SQLException;
    }

    private <R> void reply(StreamObserver<R> observer, Work<R> work, Function<Outcome, R> refusal) {
        R response;
        try {
            response = work.run();
        } catch (SQLException | RuntimeException fault) {
            response = refusal.apply(replies.of(fault));
        }
        observer.onNext(response);
        observer.onCompleted();
    }
}
