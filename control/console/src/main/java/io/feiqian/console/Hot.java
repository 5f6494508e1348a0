package io.feiqian.console;

import io.feiqian.bank.contract.HotAccount;
import io.feiqian.bank.contract.HotAccountsResponse;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The accounts of all cells that most of the newest journal entries touch: a pure function of what
 * the cells said.
 *
 * @param minutes how far back was to be looked
 * @param sinceMillis how far back all that answered looked; 0 where none did
 * @param cut whether that is not as far as was asked for
 * @param entries how many entries were looked at
 * @param accounts the hottest first
 * @param late the cells that could not tell in time
 * @param silent the cells that said nothing
 */
public record Hot(
        int minutes,
        long sinceMillis,
        boolean cut,
        long entries,
        List<Line> accounts,
        List<String> late,
        List<String> silent) {
    private static final int MOST = 20;

    /** Copies the lists. */
    public Hot {
        accounts = List.copyOf(accounts);
        late = List.copyOf(late);
        silent = List.copyOf(silent);
    }

    /**
     * One account.
     *
     * @param entries how many entries touch it
     * @param turnover debits and credits together
     */
    public record Line(
            String account,
            String cell,
            String kind,
            long entries,
            String currency,
            BigDecimal turnover) {}

    static Hot of(int minutes, Cells.Said<HotAccountsResponse> said) {
        List<HotAccountsResponse> read =
                said.answers().stream().filter(each -> !each.getLate()).toList();
        return new Hot(
                minutes,
                read.stream().mapToLong(HotAccountsResponse::getSinceMillis).max().orElse(0),
                read.stream().anyMatch(HotAccountsResponse::getCut),
                read.stream().mapToLong(HotAccountsResponse::getEntries).sum(),
                read.stream()
                        .flatMap(Hot::lines)
                        .sorted(
                                Comparator.comparingLong(Line::entries)
                                        .reversed()
                                        .thenComparing(Line::account))
                        .limit(MOST)
                        .toList(),
                said.answers().stream()
                        .filter(HotAccountsResponse::getLate)
                        .map(HotAccountsResponse::getCell)
                        .toList(),
                said.silent());
    }

    private static Stream<Line> lines(HotAccountsResponse cell) {
        return cell.getAccountsList().stream().map(each -> line(cell.getCell(), each));
    }

    private static Line line(String cell, HotAccount account) {
        return new Line(
                account.getAccount(),
                cell,
                account.getKind(),
                account.getEntries(),
                account.getCurrency(),
                new BigDecimal(account.getTurnover()));
    }
}
