package io.feiqian.console;

import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.console.Transactions.Filter;
import java.util.List;

/** What is unfinished and for how long, the list behind the counts, and what waits for approval. */
final class TransactionsPage implements Page {
    private static final String PATH = "/transactions";
    private static final int MOST_OF_A_CELL = 100;

    private final Proposals proposals;

    TransactionsPage(Trail trail) {
        this.proposals = new Proposals(trail);
    }

    private record Answer(
            CountTransactionsResponse counts,
            ListTransactionsResponse found,
            ListResolutionsResponse waiting) {}

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "transactions.title";
    }

    @Override
    public Permission needs() {
        return Permission.TRANSACTIONS_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(
                PATH,
                Permission.TRANSACTIONS_SEE,
                visit -> visit.show("transactions", read(visit)));
        frame.post(
                "/proposals/{id}/approve",
                Permission.TRANSACTIONS_APPROVE,
                visit -> {
                    var _ = proposals.approve(visit);
                    visit.goTo(PATH, visit.texts().of("proposals.approved", visit.part("id")));
                });
        frame.post(
                "/proposals/{id}/reject",
                Permission.TRANSACTIONS_APPROVE,
                visit -> {
                    var _ = proposals.reject(visit);
                    visit.goTo(PATH, visit.texts().of("proposals.rejected", visit.part("id")));
                });
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                                "/transactions",
                                Permission.TRANSACTIONS_SEE,
                                "What is unfinished, how the newest ended, and a list of records.",
                                Transactions.class,
                                TransactionsPage::read)
                        .query("state", Route.Type.TEXT, "one of " + Transactions.STATES)
                        .query("cell", Route.Type.TEXT, "such as cell-1; any where it is left out")
                        .query("service", Route.Type.TEXT, "the participant, such as ledger.credit")
                        .query("overdue", Route.Type.INTEGER, "seconds that the deadline is over"),
                Route.get(
                        "/proposals",
                        Permission.TRANSACTIONS_SEE,
                        "What operators proposed and waits for a second one.",
                        Proposals.Waiting.class,
                        proposals::waiting),
                Route.post(
                                "/proposals/{id}/approve",
                                Permission.TRANSACTIONS_APPROVE,
                                "Approves another operator's proposal, which is done then.",
                                Proposals.Decided.class,
                                proposals::approve)
                        .field(
                                "digest",
                                Route.Type.TEXT,
                                "the digest of the proposal that was read"),
                Route.post(
                        "/proposals/{id}/reject",
                        Permission.TRANSACTIONS_APPROVE,
                        "Rejects a proposal.",
                        Proposals.Decided.class,
                        proposals::reject));
    }

    private static Transactions read(Asked visit) {
        Filter filter =
                Filter.of(
                        visit.query("state"),
                        visit.query("cell"),
                        visit.query("service"),
                        visit.query("overdue"));
        ListTransactionsRequest list =
                ListTransactionsRequest.newBuilder()
                        .setState(filter.state())
                        .setCell(filter.cell())
                        .setService(filter.service())
                        .setOverdueMillis(filter.overdueSeconds() * 1_000L)
                        .setLimit(MOST_OF_A_CELL)
                        .build();
        Cells.Said<Answer> said = visit.cells().askAll(cell -> ask(cell, list));
        said.answers().forEach(each -> Cells.requireAccepted(each.found().getOutcome()));
        return Transactions.of(
                filter,
                visit.cells().names(),
                said.silent(),
                said.answers().stream().map(Answer::counts).toList(),
                said.answers().stream().map(Answer::found).toList(),
                said.answers().stream()
                        .map(Answer::waiting)
                        .map(ListResolutionsResponse::getResolutionsList)
                        .flatMap(List::stream)
                        .toList());
    }

    private static Answer ask(Cell cell, ListTransactionsRequest list) {
        return new Answer(
                cell.ask(it -> it.countTransactions(CountTransactionsRequest.getDefaultInstance())),
                cell.ask(it -> it.listTransactions(list)),
                cell.ask(it -> it.listResolutions(ListResolutionsRequest.getDefaultInstance())));
    }
}
