package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.CellAdminGrpc.CellAdminBlockingStub;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.RetryTransactionResponse;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Global transactions as operators see them: straight from the cells' own records. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        description = "List global transactions, show one whole, take one up again.",
        subcommands = {TxCommand.Listing.class, TxCommand.Show.class, TxCommand.Retry.class})
final class TxCommand implements Callable<Integer> {
    @picocli.CommandLine.Spec
    private picocli.CommandLine.Model.CommandSpec spec =
            picocli.CommandLine.Model.CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitStatus.USAGE.code();
    }

    /**
     * What the cells said, and what is to be said of those that said nothing: an operator asks when
     * something is down.
     */
    private record Said<R>(List<R> answers, List<String> silent) {
        /** Ends the command: not as if everything had been seen where a cell was silent. */
        int end() {
            if (silent.isEmpty()) {
                return ExitStatus.OK.code();
            }
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    String.join("; ", silent),
                    "What is shown is what the other cells have on record.");
        }
    }

    /** Asks every cell the same; to have no record of a transaction is an answer too. */
    private static <R> Said<R> askAll(
            CommonOptions common,
            String command,
            Function<CellAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        try (RunningSystem system = RunningSystem.of(common, command)) {
            List<CellAdminClient> cells = system.cells();
            try {
                List<R> answers = new ArrayList<>();
                List<String> silent = new ArrayList<>();
                for (CellAdminClient cell : cells) {
                    try {
                        R answer = cell.ask(question);
                        requireAccepted(cell.cell(), outcome.apply(answer));
                        answers.add(answer);
                    } catch (CommandFailure failed) {
                        if (failed.status() != ExitStatus.NOT_RUNNING) {
                            throw failed;
                        }
                        silent.add(failed.happened());
                    }
                }
                return new Said<>(answers, silent);
            } finally {
                cells.forEach(CellAdminClient::close);
            }
        }
    }

    private static void requireAccepted(String cell, Outcome outcome) {
        if (outcome.getCode() != OutcomeCode.ACCEPTED.number()
                && outcome.getCode() != OutcomeCode.UNKNOWN_TRANSACTION.number()) {
            throw refusal(cell, outcome);
        }
    }

    private static CommandFailure refusal(String cell, Outcome outcome) {
        return new CommandFailure(
                ExitStatus.FAILED,
                "%s: %s (%d): %s"
                        .formatted(
                                cell, outcome.getName(), outcome.getCode(), outcome.getMessage()),
                "");
    }

    /** Lists what is unfinished, or what is in some state. */
    @Command(
            name = "list",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = "List global transactions: what is unfinished, or of one state.")
    static final class Listing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

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
                names = "--limit",
                description = "the most records of each cell (default: ${DEFAULT-VALUE})")
        private int limit = 50;

        @Override
        public Integer call() {
            ListTransactionsRequest request =
                    ListTransactionsRequest.newBuilder()
                            .setState(state)
                            .setOverdueMillis(Duration.ofSeconds(overdue).toMillis())
                            .setCell(cell)
                            .setLimit(limit)
                            .build();
            Said<ListTransactionsResponse> said =
                    askAll(
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

    /** Shows everything that all cells have on record of one transaction. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show the whole of one transaction: decision, branches, journal.")
    static final class Show implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
        private String trace = "";

        @Override
        public Integer call() {
            TraceNumber number = TraceNumber.parse(trace);
            ShowTransactionRequest request =
                    ShowTransactionRequest.newBuilder().setTraceNumber(number.toString()).build();
            Said<ShowTransactionResponse> said =
                    askAll(
                            common,
                            "tx show",
                            it -> it.showTransaction(request),
                            ShowTransactionResponse::getOutcome);
            List<ShowTransactionResponse> answers = said.answers();
            if (said.silent().isEmpty()
                    && answers.stream()
                            .allMatch(each ->
                                    each.getRecordsCount() + each.getEntriesCount() == 0
                                            && each.getPhase().isEmpty())) {
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        OutcomeCode.UNKNOWN_TRANSACTION
                                + " ("
                                + OutcomeCode.UNKNOWN_TRANSACTION.number()
                                + "): no cell has a record of "
                                + number,
                        "It was never accepted, or its records are older than they are kept.");
            }
            if (common.json()) {
                ArrayNode all = BankClient.body().arrayNode();
                answers.forEach(each -> all.add(Json.of(each)));
                common.out().println(all.toPrettyString());
            } else {
                answers.forEach(this::print);
            }
            return said.end();
        }

        private void print(ShowTransactionResponse each) {
            for (TransactionRecord record : each.getRecordsList()) {
                common.out().println(line(record));
                for (BranchRecord branch : record.getBranchesList()) {
                    common.out()
                            .printf(
                                    "    branch %d of %s in slot %d, %s: %s%n",
                                    branch.getBranch(),
                                    branch.getService(),
                                    branch.getSlot(),
                                    branch.getCell().isEmpty() ? "no owner" : branch.getCell(),
                                    branch.getFinished() ? "finished" : "UNFINISHED");
                }
                if (record.getSaid().getCode() != OutcomeCode.ACCEPTED.number()) {
                    common.out()
                            .printf(
                                    "    said %s: %s%n",
                                    record.getSaid().getName(), record.getSaid().getMessage());
                }
            }
            for (JournalRecord entry : each.getEntriesList()) {
                common.out()
                        .printf(
                                "    %s posted on %s, step %d: %s %s %s from %s to %s%s%n",
                                each.getCell(),
                                entry.getBusinessDate(),
                                entry.getSubNumber(),
                                entry.getKind(),
                                entry.getAmount(),
                                entry.getCurrency(),
                                entry.getDebit(),
                                entry.getCredit(),
                                entry.getRefused().isEmpty()
                                        ? ""
                                        : ", refused: " + entry.getRefused());
            }
            if (!each.getPhase().isEmpty()) {
                common.out().printf("    %s is at it: %s%n", each.getCell(), each.getPhase());
            }
        }
    }

    /** Takes a transaction up again in every cell that has something unfinished of it. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Take an unfinished transaction up now, also one that has stopped.")
    static final class Retry implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
        private String trace = "";

        @Override
        public Integer call() {
            TraceNumber number = TraceNumber.parse(trace);
            RetryTransactionRequest request =
                    RetryTransactionRequest.newBuilder().setTraceNumber(number.toString()).build();
            Said<RetryTransactionResponse> said =
                    askAll(
                            common,
                            "tx retry",
                            it -> it.retryTransaction(request),
                            RetryTransactionResponse::getOutcome);
            List<RetryTransactionResponse> answers = said.answers();
            if (said.silent().isEmpty()
                    && answers.stream().allMatch(each -> each.getOutcome().getCode() != 0)) {
                throw refusal("every cell", answers.getFirst().getOutcome());
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

    private static String line(TransactionRecord record) {
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
