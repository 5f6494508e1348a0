package io.feiqian.console;

import io.feiqian.alarms.AlarmLine;
import io.feiqian.alarms.Alarms;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.UnfinishedCount;
import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * All cells at a glance, anew every two seconds. However many look, the cells are asked once in
 * that time.
 */
final class OverviewPage implements Page {
    private static final String PATH = "/";

    private static final Duration FRESH = Duration.ofMillis(1_900);

    private final KeptByCells<List<Overview.Line>> lines;
    private final Kept<Optional<Overview.Raised>> raised;

    OverviewPage(Optional<Alarms> alarms, Clock clock) {
        this.lines = new KeptByCells<>(clock, FRESH, OverviewPage::lines);
        this.raised = new Kept<>(clock, FRESH, () -> alarms.flatMap(OverviewPage::raised));
    }

    /** What one cell says of itself and of its transactions. */
    private record Answer(CellStatusResponse status, CountTransactionsResponse counts) {}

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "overview.title";
    }

    @Override
    public Permission needs() {
        return Permission.OVERVIEW_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.OVERVIEW_SEE, visit -> visit.show("overview", overview(visit)));
        frame.getPart(
                "/overview/live",
                Permission.OVERVIEW_SEE,
                visit -> visit.showPart("cells", overview(visit)));
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                        "/overview",
                        Permission.OVERVIEW_SEE,
                        "All cells at a glance.",
                        Overview.class,
                        this::overview));
    }

    private Overview overview(Asked visit) {
        return new Overview(
                lines.get(visit.cells()),
                visit.rights().may(Permission.ALARMS_SEE) ? raised.get() : Optional.empty());
    }

    private static List<Overview.Line> lines(Cells cells) {
        Cells.Said<Answer> said = cells.askAll(OverviewPage::ask);
        return cells.names().stream()
                .map(name ->
                        said.answers().stream()
                                .filter(each -> each.status().getCell().equals(name))
                                .findFirst()
                                .map(OverviewPage::line)
                                .orElseGet(() -> Overview.Line.silent(name)))
                .toList();
    }

    private static Optional<Overview.Raised> raised(Alarms alarms) {
        try {
            List<AlarmLine> raised = alarms.raised();
            return Optional.of(
                    new Overview.Raised(
                            raised.size(),
                            raised.stream()
                                    .filter(each -> each.severity() == Severity.CRITICAL)
                                    .count()));
        } catch (RefusedException silent) {
            return Optional.empty();
        }
    }

    private static Answer ask(Cell cell) {
        return new Answer(
                cell.ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance())),
                cell.ask(
                        it -> it.countTransactions(CountTransactionsRequest.getDefaultInstance())));
    }

    private static Overview.Line line(Answer answer) {
        CellStatusResponse status = answer.status();
        List<UnfinishedCount> unfinished = answer.counts().getUnfinishedList();
        long overdue =
                unfinished.stream()
                        .filter(each -> !each.getAge().equals("IN_TIME"))
                        .mapToLong(UnfinishedCount::getCount)
                        .sum();
        return new Overview.Line(
                status.getCell(),
                true,
                status.getInstance(),
                status.getBusinessDate(),
                status.getRouteMapVersion(),
                status.getRangesList().stream()
                        .map(range ->
                                new Overview.Range(
                                        range.getFirst(),
                                        range.getLast(),
                                        range.getState(),
                                        range.getEpoch()))
                        .toList(),
                status.getAccounts(),
                status.getEntries(),
                status.getUnfinishedDecisions(),
                status.getUnfinishedBranches(),
                overdue,
                answer.counts().getSuspended(),
                answer.counts().getProposals(),
                status.getDatabaseBytes() / 1_000_000);
    }
}
