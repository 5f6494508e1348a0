package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.RetryTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Global transactions as operators see them: straight from the cells' own records. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        description = "Global transactions: what hangs, why, and what operators do about it.",
        subcommands = {
            TxCommand.Listing.class,
            TxTotals.class,
            TxShow.class,
            TxCommand.Retry.class,
            TxHold.Suspend.class,
            TxHold.Resume.class,
            TxResolution.Resolve.class,
            TxResolution.Proposals.class,
            TxResolution.Approve.class,
            TxResolution.Reject.class
        })
final class TxCommand extends CommandGroup {
    /** Lists what is unfinished, or what is in some state. */
    @Command(
            name = "list",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = "List global transactions: what is unfinished, or of one state.")
    static final class Listing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Option(
                names = "--state",
                description =
                        "unfinished, decided, settled, aborted, refused; of branches tried,"
                                + " confirmed, cancelled, refused (default: ${DEFAULT-VALUE})")
        private String state = "unfinished";

        @Option(
                names = "--overdue",
                paramLabel = "SECONDS",
                description = "only those that should have been decided so long ago")
        private long overdue;

        @Option(
                names = "--cell",
                paramLabel = "CELL",
                description = "only those that this cell began or takes part in")
        private String cell = "";

        @Option(
                names = "--service",
                paramLabel = "NAME",
                description = "only those with a branch of this participant, as ledger.credit")
        private String service = "";

        @Option(
                names = "--limit",
                description = "the most records of each cell (default: ${DEFAULT-VALUE})")
        private int limit = 50;

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services)
                        .list(state, Duration.ofSeconds(overdue).toMillis(), service, limit);
            }
            ListTransactionsRequest request =
                    ListTransactionsRequest.newBuilder()
                            .setState(state)
                            .setOverdueMillis(Duration.ofSeconds(overdue).toMillis())
                            .setCell(cell)
                            .setService(service)
                            .setLimit(limit)
                            .build();
            TxCells.Said<ListTransactionsResponse> said =
                    TxCells.askAll(
                            common,
                            "tx list",
                            it -> it.listTransactions(request),
                            ListTransactionsResponse::getOutcome);
            if (common.json()) {
                printJson(said.answers());
            } else {
                print(said.answers());
            }
            return said.end();
        }

        private void printJson(List<ListTransactionsResponse> answers) {
            ObjectNode result = BankClient.body();
            result.put("unfinished_decisions", decisions(answers));
            result.put("unfinished_branches", branches(answers));
            ArrayNode all = result.putArray("transactions");
            answers.forEach(each -> each.getTransactionsList().forEach(it -> all.add(Json.of(it))));
            common.out().println(result.toPrettyString());
        }

        private void print(List<ListTransactionsResponse> answers) {
            for (ListTransactionsResponse each : answers) {
                each.getTransactionsList().forEach(it -> common.out().println(line(it)));
            }
            if (answers.stream().anyMatch(ListTransactionsResponse::getMore)) {
                common.out().println("... there are more: raise --limit, or name a --cell");
            }
            common.out()
                    .printf(
                            "%d decisions and %d branches are unfinished%n",
                            decisions(answers), branches(answers));
        }

        private static long decisions(List<ListTransactionsResponse> answers) {
            return answers.stream()
                    .mapToLong(ListTransactionsResponse::getUnfinishedDecisions)
                    .sum();
        }

        private static long branches(List<ListTransactionsResponse> answers) {
            return answers.stream()
                    .mapToLong(ListTransactionsResponse::getUnfinishedBranches)
                    .sum();
        }
    }

    /** Takes a transaction up again in every cell that has something unfinished of it. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Take an unfinished transaction up now, also one that has stopped.")
    static final class Retry implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
        private String trace = "";

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services).retry(trace);
            }
            TraceNumber number = TraceNumber.parse(trace);
            RetryTransactionRequest request =
                    RetryTransactionRequest.newBuilder().setTraceNumber(number.toString()).build();
            TxCells.Said<RetryTransactionResponse> said =
                    TxCells.askAll(
                            common,
                            "tx retry",
                            it -> it.retryTransaction(request),
                            RetryTransactionResponse::getOutcome);
            List<RetryTransactionResponse> answers = said.answers();
            if (said.silent().isEmpty()
                    && answers.stream().allMatch(each -> each.getOutcome().getCode() != 0)) {
                throw TxCells.refusal("every cell", answers.getFirst().getOutcome());
            }
            int taken = answers.stream().mapToInt(RetryTransactionResponse::getTakenUp).sum();
            if (common.json()) {
                common.out().println(BankClient.body().put("taken_up", taken).toPrettyString());
            } else if (taken == 0) {
                common.out().println("nothing of it is unfinished");
            } else {
                common.out().printf("%d records were taken up; see 'feiqian tx show'%n", taken);
            }
            return said.end();
        }
    }

    /** One record on one line. */
    static String line(TransactionRecord record) {
        String when =
                record.getFinishedAtMillis() > 0
                        ? "finished " + Instant.ofEpochMilli(record.getFinishedAtMillis())
                        : overdue(record.getNowMillis() - record.getDecideByMillis());
        return "%s %s %-9s %-9s attempt %d of %s, %s%s"
                .formatted(
                        record.getTraceNumber(),
                        record.getCell(),
                        record.getRole(),
                        record.getState(),
                        record.getAttempt(),
                        record.getInitiator(),
                        when,
                        record.getContent().isEmpty() ? "" : ": " + record.getContent());
    }

    private static String overdue(long millis) {
        return millis < 0
                ? "to be decided within " + -millis / 1_000 + " s"
                : "unfinished, overdue for " + millis / 1_000 + " s";
    }
}
