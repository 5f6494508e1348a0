package io.feiqian.console;

import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.bank.contract.UnfinishedCount;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Transactions of all cells as the page shows them: a pure function of what the cells said.
 *
 * @param filter what was asked for
 * @param cells the names to choose from
 * @param silent the cells that said nothing
 * @param unfinished what is unfinished, by participant, state and age
 * @param newest how the newest decisions ended
 * @param suspended how many records are suspended
 * @param records what was found, the oldest deadline first
 * @param more whether there is more than is shown
 * @param proposals what waits for a second operator
 */
public record Transactions(
        Filter filter,
        List<String> cells,
        List<String> silent,
        List<Count> unfinished,
        Map<String, Long> newest,
        long suspended,
        List<Line> records,
        boolean more,
        List<ResolutionRecord> proposals) {
    /** The states to choose from. */
    public static final List<String> STATES =
            List.of(
                    "UNFINISHED",
                    "DECIDED",
                    "SETTLED",
                    "ABORTED",
                    "REFUSED",
                    "TRIED",
                    "CONFIRMED",
                    "CANCELLED");

    /** How many are unfinished. */
    public record Count(String role, String state, String service, String age, long count) {}

    /** One record. */
    public record Line(
            String trace,
            String cell,
            String role,
            String state,
            long deadlineMillis,
            boolean late,
            String content) {}

    /**
     * What is asked for.
     *
     * @param overdueSeconds how long the deadline has been over; 0 for any
     */
    public record Filter(String state, String cell, String service, int overdueSeconds) {
        static Filter of(String state, String cell, String service, String overdue) {
            if (!overdue.isEmpty() && !overdue.matches("[0-9]{1,7}")) {
                throw new RefusedException(
                        OutcomeCode.INVALID_TEXT, "overdue: not a number (expected: seconds)");
            }
            return new Filter(
                    state.isEmpty() ? "UNFINISHED" : state,
                    cell,
                    service,
                    overdue.isEmpty() ? 0 : Integer.parseInt(overdue));
        }
    }

    static Transactions of(
            Filter filter,
            List<String> cells,
            List<String> silent,
            List<CountTransactionsResponse> counts,
            List<ListTransactionsResponse> found,
            List<ResolutionRecord> proposals) {
        Map<String, Long> newest = new TreeMap<>();
        counts.forEach(each ->
                each.getNewestList()
                        .forEach(it -> newest.merge(it.getState(), it.getCount(), Long::sum)));
        return new Transactions(
                filter,
                cells,
                silent,
                unfinished(counts),
                newest,
                counts.stream().mapToLong(CountTransactionsResponse::getSuspended).sum(),
                found.stream()
                        .flatMap(each -> each.getTransactionsList().stream())
                        .sorted(Comparator.comparingLong(TransactionRecord::getDecideByMillis))
                        .map(Transactions::line)
                        .toList(),
                found.stream().anyMatch(ListTransactionsResponse::getMore),
                proposals);
    }

    private static List<Count> unfinished(List<CountTransactionsResponse> counts) {
        Map<List<String>, Long> sums = new TreeMap<>(Comparator.comparing(List::toString));
        for (CountTransactionsResponse each : counts) {
            for (UnfinishedCount it : each.getUnfinishedList()) {
                sums.merge(
                        List.of(it.getRole(), it.getState(), it.getService(), it.getAge()),
                        it.getCount(),
                        Long::sum);
            }
        }
        return sums.entrySet().stream()
                .map(each ->
                        new Count(
                                each.getKey().get(0),
                                each.getKey().get(1),
                                each.getKey().get(2),
                                each.getKey().get(3),
                                each.getValue()))
                .toList();
    }

    private static Line line(TransactionRecord record) {
        return new Line(
                record.getTraceNumber(),
                record.getCell(),
                record.getRole(),
                record.getState(),
                record.getDecideByMillis(),
                record.getFinishedAtMillis() == 0
                        && record.getDecideByMillis() < record.getNowMillis(),
                record.getContent());
    }
}
