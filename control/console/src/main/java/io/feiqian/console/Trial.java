package io.feiqian.console;

import io.feiqian.bank.contract.KindBalance;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.cli.Netting;
import io.feiqian.vocabulary.Currency;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The trial balance of all cells, and what they owe each other: a pure function of what they said.
 *
 * <p>A cell's balances of a currency are together nothing at every moment, since every entry
 * balances inside its cell; so anything else is wrong. What two cells say of each other is read at
 * two moments; it is wrong only where both stood still and nothing was unfinished.
 *
 * @param atMillis when it was read
 * @param kinds all cells' accounts by currency and kind
 * @param totals the same by currency
 * @param cells each cell's accounts by currency
 * @param pairs what cells owe each other, what is to be looked at first; at most 100
 * @param morePairs how many more there are
 * @param late the cells that could not tell in time
 * @param silent the cells that said nothing
 */
public record Trial(
        long atMillis,
        List<Line> kinds,
        List<Line> totals,
        List<OfCell> cells,
        List<Pair> pairs,
        int morePairs,
        List<String> late,
        List<String> silent) {
    private static final int MOST_PAIRS = 100;

    /** Copies the lists. */
    public Trial {
        kinds = List.copyOf(kinds);
        totals = List.copyOf(totals);
        cells = List.copyOf(cells);
        pairs = List.copyOf(pairs);
        late = List.copyOf(late);
        silent = List.copyOf(silent);
    }

    /**
     * Accounts together.
     *
     * @param kind their kind; empty for all
     */
    public record Line(
            String currency,
            String kind,
            long accounts,
            BigDecimal balance,
            BigDecimal held,
            BigDecimal pending) {
        private Line plus(Line that) {
            return new Line(
                    currency,
                    kind,
                    accounts + that.accounts,
                    balance.add(that.balance),
                    held.add(that.held),
                    pending.add(that.pending));
        }

        private Line ofAnyKind() {
            return new Line(currency, "", accounts, balance, held, pending);
        }

        /** Whether balances together are nothing, as those of all kinds must be. */
        public boolean isBalanced() {
            return balance.signum() == 0;
        }
    }

    /**
     * The accounts of one cell and currency.
     *
     * @param customers what customers have
     * @param interCell what the cell owes other cells
     * @param own what the bank's other accounts hold
     * @param together all of them
     */
    public record OfCell(
            String cell,
            BigDecimal customers,
            BigDecimal interCell,
            BigDecimal own,
            Line together) {}

    /** How two cells' books fit, what is to be looked at first. */
    public enum Verdict {
        /** They differ, though both stood still and nothing is unfinished. */
        OFF,
        /** They differ, and something moved meanwhile: not to be judged. */
        MOVING,
        /** One of them could not be read. */
        UNSEEN,
        /** They differ by what is under way. */
        UNDER_WAY,
        /** Together they are nothing. */
        NETS
    }

    /** What two cells' books say of each other. */
    public record Pair(
            String first,
            String second,
            String currency,
            BigDecimal firstOwes,
            BigDecimal secondOwes,
            BigDecimal together,
            Verdict verdict) {}

    /**
     * What cells said.
     *
     * @param before what they said just before; the same where nobody had to be asked twice
     */
    static Trial of(
            long atMillis,
            Cells.Said<TrialBalanceResponse> before,
            Cells.Said<TrialBalanceResponse> said) {
        List<TrialBalanceResponse> read = read(said);
        List<Line> lines = read.stream().flatMap(Trial::lines).toList();
        boolean quiet = isQuiet(before) && isQuiet(said);
        List<Netting> earlier = netting(before);
        List<String> seen = read.stream().map(TrialBalanceResponse::getCell).toList();
        List<Pair> pairs =
                netting(said).stream()
                        .map(each ->
                                pair(each, verdict(each, seen, quiet && earlier.contains(each))))
                        .sorted(Comparator.comparing(Pair::verdict))
                        .toList();
        return new Trial(
                atMillis,
                sums(lines, each -> each.currency() + " " + each.kind()),
                sums(lines.stream().map(Line::ofAnyKind).toList(), Line::currency),
                read.stream().flatMap(Trial::ofCell).toList(),
                pairs.stream().limit(MOST_PAIRS).toList(),
                Math.max(0, pairs.size() - MOST_PAIRS),
                said.answers().stream()
                        .filter(TrialBalanceResponse::getLate)
                        .map(TrialBalanceResponse::getCell)
                        .toList(),
                said.silent());
    }

    /** Whether cells differ so that they have to be asked again before that can be judged. */
    static boolean isToBeAskedAgain(Cells.Said<TrialBalanceResponse> said) {
        return isQuiet(said) && netting(said).stream().anyMatch(each -> !each.isRight());
    }

    private static List<TrialBalanceResponse> read(Cells.Said<TrialBalanceResponse> said) {
        return said.answers().stream().filter(each -> !each.getLate()).toList();
    }

    /** Whether all of them could tell, and nothing is unfinished. */
    private static boolean isQuiet(Cells.Said<TrialBalanceResponse> said) {
        return said.silent().isEmpty()
                && said.answers().stream()
                        .allMatch(each ->
                                !each.getLate()
                                        && each.getUnfinishedDecisions() == 0
                                        && each.getUnfinishedBranches() == 0);
    }

    private static List<Netting> netting(Cells.Said<TrialBalanceResponse> said) {
        return Netting.of(
                read(said).stream()
                        .map(each ->
                                new Netting.Said(
                                        each.getCell(),
                                        each.getPeersList(),
                                        each.getUnfinishedLegsList()))
                        .toList());
    }

    private static Verdict verdict(Netting pair, List<String> seen, boolean stoodStill) {
        if (!seen.contains(pair.first()) || !seen.contains(pair.second())) {
            return Verdict.UNSEEN;
        }
        if (pair.isRight()) {
            return pair.netMinor() == 0 ? Verdict.NETS : Verdict.UNDER_WAY;
        }
        return stoodStill ? Verdict.OFF : Verdict.MOVING;
    }

    private static Pair pair(Netting pair, Verdict verdict) {
        return new Pair(
                pair.first(),
                pair.second(),
                pair.currency(),
                decimal(pair.firstMinor(), pair.currency()),
                decimal(pair.secondMinor(), pair.currency()),
                decimal(pair.netMinor(), pair.currency()),
                verdict);
    }

    private static BigDecimal decimal(long minor, String currency) {
        return BigDecimal.valueOf(minor, Currency.of(currency).minorDigits());
    }

    private static Stream<Line> lines(TrialBalanceResponse cell) {
        return cell.getKindsList().stream().map(Trial::line);
    }

    private static Line line(KindBalance kind) {
        return new Line(
                kind.getCurrency(),
                kind.getKind(),
                kind.getAccounts(),
                new BigDecimal(kind.getBalance()),
                new BigDecimal(kind.getHeld()),
                new BigDecimal(kind.getPending()));
    }

    private static List<Line> sums(List<Line> lines, Function<Line, String> by) {
        Map<String, Line> sums = new TreeMap<>();
        lines.forEach(each -> sums.merge(by.apply(each), each, Line::plus));
        return List.copyOf(sums.values());
    }

    private static Stream<OfCell> ofCell(TrialBalanceResponse cell) {
        Map<String, List<Line>> byCurrency =
                lines(cell)
                        .collect(
                                Collectors.groupingBy(
                                        Line::currency, TreeMap::new, Collectors.toList()));
        return byCurrency.values().stream().map(each -> ofCell(cell.getCell(), each));
    }

    private static OfCell ofCell(String cell, List<Line> lines) {
        Line together = lines.stream().map(Line::ofAnyKind).reduce(Line::plus).orElseThrow();
        BigDecimal customers = balance(lines, "CUSTOMER");
        BigDecimal interCell = balance(lines, "INTER_CELL");
        return new OfCell(
                cell,
                customers,
                interCell,
                together.balance().subtract(customers).subtract(interCell),
                together);
    }

    private static BigDecimal balance(List<Line> lines, String kind) {
        return lines.stream()
                .filter(each -> each.kind().equals(kind))
                .map(Line::balance)
                .reduce(
                        BigDecimal.ZERO.setScale(lines.getFirst().balance().scale()),
                        BigDecimal::add);
    }
}
