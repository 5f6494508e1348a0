package io.feiqian.console;

import io.feiqian.bank.contract.HotAccountsRequest;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.ShowAccountRequest;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.TrialBalanceRequest;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The books: an account with its statement, what all accounts hold together, what cells owe each
 * other, which accounts are hot. What costs the cells much is asked once in ten seconds, however
 * many look.
 */
final class LedgerPage implements Page {
    private static final String PATH = "/ledger";
    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final int USUAL_MINUTES = 5;
    private static final int MOST_MINUTES = 15;

    /** What a cell says that has not got the account. */
    private static final Set<OutcomeCode> NOT_HERE =
            Set.of(OutcomeCode.WRONG_CELL, OutcomeCode.UNKNOWN_ACCOUNT);

    private final Clock clock;
    private final KeptByCells<Trial> trial;

    /** By how many minutes are looked at, from 1. */
    private final List<KeptByCells<Hot>> hot;

    LedgerPage(Clock clock) {
        this.clock = clock;
        this.trial = new KeptByCells<>(clock, FRESH, this::askTrial);
        this.hot =
                IntStream.rangeClosed(1, MOST_MINUTES)
                        .mapToObj(minutes ->
                                new KeptByCells<>(clock, FRESH, cells -> askHot(cells, minutes)))
                        .toList();
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "ledger.title";
    }

    @Override
    public Permission needs() {
        return Permission.LEDGER_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.LEDGER_SEE, visit -> visit.show("ledger", read(visit)));
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                        "/ledger/trial-balance",
                        Permission.LEDGER_SEE,
                        "All accounts by kind, and what cells owe each other.",
                        Trial.class,
                        visit -> trial.get(visit.cells())),
                Route.get(
                                "/ledger/hot-accounts",
                                Permission.LEDGER_SEE,
                                "The accounts that most of the newest entries touch.",
                                Hot.class,
                                this::hot)
                        .query("minutes", Route.Type.INTEGER, "how far back, 1 to 15; usually 5"),
                Route.get(
                                "/accounts/{number}",
                                Permission.LEDGER_SEE,
                                "An account with a page of its statement, the newest first.",
                                Ledger.Account.class,
                                LedgerPage::account)
                        .query(
                                "before",
                                Route.Type.INTEGER,
                                "the entry after which older ones follow"));
    }

    private Hot hot(Asked visit) {
        return hot.get(minutes(visit) - 1).get(visit.cells());
    }

    private static int minutes(Asked visit) {
        return Math.toIntExact(
                number("minutes", visit.query("minutes"), USUAL_MINUTES, MOST_MINUTES));
    }

    private static Ledger.Account account(Asked visit) {
        Ledger found =
                account(visit.cells(), AccountNumber.parse(visit.part("number")), before(visit));
        return found.account()
                .orElseThrow(() ->
                        found.silent().isEmpty()
                                ? new RefusedException(
                                        OutcomeCode.UNKNOWN_ACCOUNT,
                                        "account: in no cell (expected: one that exists)")
                                : new RefusedException(
                                        OutcomeCode.CELL_UNAVAILABLE,
                                        "account: in no cell that answers; silent: "
                                                + String.join(", ", found.silent())));
    }

    private static long before(Asked visit) {
        return number("before", visit.query("before"), 0, Long.MAX_VALUE);
    }

    private Ledger read(Asked visit) {
        String asked = visit.query("account").replaceAll("\\s", "");
        long before = before(visit);
        int minutes = minutes(visit);
        if (!asked.isEmpty()) {
            return account(visit.cells(), AccountNumber.parse(asked), before);
        }
        Ledger.Books books =
                new Ledger.Books(trial.get(visit.cells()), hot.get(minutes - 1).get(visit.cells()));
        List<String> silent =
                Stream.of(books.trial().silent(), books.hot().silent())
                        .flatMap(List::stream)
                        .distinct()
                        .toList();
        return new Ledger("", silent, Optional.empty(), Optional.of(books));
    }

    private static Ledger account(Cells cells, AccountNumber account, long before) {
        ShowAccountRequest request =
                ShowAccountRequest.newBuilder()
                        .setAccount(account.toString())
                        .setBeforeEntry(before)
                        .build();
        Cells.Said<ShowAccountResponse> said =
                cells.askAll(cell -> cell.ask(it -> it.showAccount(request)));
        Optional<ShowAccountResponse> found =
                said.answers().stream()
                        .filter(each ->
                                !NOT_HERE.contains(
                                        OutcomeCode.ofNumber(each.getOutcome().getCode())))
                        // Who refuses for another reason may not have it either.
                        .min(Comparator.comparing(LedgerPage::isRefused));
        found.ifPresent(each -> Cells.requireAccepted(each.getOutcome()));
        return new Ledger(
                account.toString(), said.silent(), found.map(Ledger::account), Optional.empty());
    }

    private static boolean isRefused(ShowAccountResponse answer) {
        return answer.getOutcome().getCode() != OutcomeCode.ACCEPTED.number();
    }

    private Trial askTrial(Cells cells) {
        Cells.Said<TrialBalanceResponse> before = askBalances(cells);
        Cells.Said<TrialBalanceResponse> said =
                Trial.isToBeAskedAgain(before) ? askBalances(cells) : before;
        return Trial.of(clock.now().toEpochMilli(), before, said);
    }

    private static Cells.Said<TrialBalanceResponse> askBalances(Cells cells) {
        return cells.askAll(cell ->
                answered(
                        cell,
                        cell.ask(it -> it.trialBalance(TrialBalanceRequest.getDefaultInstance())),
                        TrialBalanceResponse::getOutcome));
    }

    private static Hot askHot(Cells cells, int minutes) {
        HotAccountsRequest request = HotAccountsRequest.newBuilder().setMinutes(minutes).build();
        Cells.Said<HotAccountsResponse> said =
                cells.askAll(cell ->
                        answered(
                                cell,
                                cell.ask(it -> it.hotAccounts(request)),
                                HotAccountsResponse::getOutcome));
        return Hot.of(minutes, said);
    }

    /** A cell that cannot tell is as one that says nothing: the others are shown. */
    private static <R> R answered(Cell cell, R answer, Function<R, Outcome> outcome) {
        if (outcome.apply(answer).getCode() != OutcomeCode.ACCEPTED.number()) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    cell.name() + ": " + outcome.apply(answer).getMessage(),
                    "See 'feiqian status' and the logs in the home folder.");
        }
        return answer;
    }

    private static long number(String name, String text, int usual, long most) {
        if (text.isEmpty()) {
            return usual;
        }
        long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
        if (number < 1 || number > most) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: not a number (expected: 1 to %d)".formatted(name, most));
        }
        return number;
    }
}
