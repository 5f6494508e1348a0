package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts the transactions of all cells (P6.3.3-c, B11.3-a). */
@Command(
        name = "totals",
        mixinStandardHelpOptions = true,
        description = {
            "Count transactions over all cells: what is unfinished by participant, state and age;",
            "and of each cell's newest 10,000 decisions how many ended how."
        })
final class TxTotals implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Mixin private final ServiceOptions services = new ServiceOptions();

    @Override
    public Integer call() {
        if (services.areGiven()) {
            return new TxServices(common, services).totals();
        }
        TxCells.Said<CountTransactionsResponse> said =
                TxCells.askAll(
                        common,
                        "tx totals",
                        it -> it.countTransactions(CountTransactionsRequest.getDefaultInstance()),
                        CountTransactionsResponse::getOutcome);
        if (common.json()) {
            ArrayNode all = BankClient.body().arrayNode();
            said.answers().forEach(each -> all.add(Json.of(each)));
            common.out().println(all.toPrettyString());
        } else {
            print(said);
        }
        return said.end();
    }

    private void print(TxCells.Said<CountTransactionsResponse> said) {
        Map<String, Long> unfinished = new TreeMap<>();
        Map<String, Long> newest = new TreeMap<>();
        long suspended = 0;
        long proposals = 0;
        boolean cut = false;
        for (CountTransactionsResponse each : said.answers()) {
            each.getUnfinishedList()
                    .forEach(it ->
                            unfinished.merge(
                                    "%-9s %-8s %-24s %s"
                                            .formatted(
                                                    it.getRole(),
                                                    it.getState(),
                                                    it.getService(),
                                                    it.getAge()),
                                    it.getCount(),
                                    Long::sum));
            each.getNewestList()
                    .forEach(it -> newest.merge(it.getState(), it.getCount(), Long::sum));
            suspended += each.getSuspended();
            proposals += each.getProposals();
            cut |= each.getCut();
        }
        common.out().println(unfinished.isEmpty() ? "nothing is unfinished" : "unfinished:");
        unfinished.forEach((what, count) -> common.out().printf("%10d  %s%n", count, what));
        if (cut) {
            common.out().println("... and more: a cell counts 50,000 of each kind");
        }
        common.out().println("the newest decisions on record, 10,000 of each cell:");
        newest.forEach((state, count) -> common.out().printf("%10d  %s%n", count, state));
        common.out()
                .printf(
                        "%d records suspended, %d proposals wait for a second operator%n",
                        suspended, proposals);
    }
}
