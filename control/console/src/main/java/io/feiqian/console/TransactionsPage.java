package io.feiqian.console;

import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.console.Role.Permission;
import io.feiqian.console.Transactions.Filter;
import java.util.List;

/** What is unfinished and for how long, the list behind the counts, and what waits for approval. */
final class TransactionsPage implements Page {
    private static final String PATH = "/transactions";
    private static final int MOST_OF_A_CELL = 100;

    private final Cells cells;
    private final Proposals proposals;

    TransactionsPage(Cells cells, Trail trail) {
        this.cells = cells;
        this.proposals = new Proposals(cells, trail);
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
        return Permission.SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.SEE, visit -> visit.show("transactions", read(visit)));
        frame.post("/proposals/{id}/approve", Permission.ACT, proposals::approve);
        frame.post("/proposals/{id}/reject", Permission.ACT, proposals::reject);
    }

    private Transactions read(Visit visit) {
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
        Cells.Said<Answer> said = cells.askAll(cell -> ask(cell, list));
        said.answers().forEach(each -> Cells.requireAccepted(each.found().getOutcome()));
        return Transactions.of(
                filter,
                cells.names(),
                said.silent(),
                said.answers().stream().map(Answer::counts).toList(),
                said.answers().stream().map(Answer::found).toList(),
                said.answers().stream()
                        .map(Answer::waiting)
                        .map(ListResolutionsResponse::getResolutionsList)
                        .flatMap(List::stream)
                        .toList());
    }

    private static Answer ask(CellAdminClient cell, ListTransactionsRequest list) {
        return new Answer(
                cell.ask(it -> it.countTransactions(CountTransactionsRequest.getDefaultInstance())),
                cell.ask(it -> it.listTransactions(list)),
                cell.ask(it -> it.listResolutions(ListResolutionsRequest.getDefaultInstance())));
    }
}
