package io.feiqian.cli;

import io.feiqian.bank.contract.CellAdminGrpc.CellAdminBlockingStub;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The questions that the tx commands put to every cell. Stateless. */
final class TxCells {
    private TxCells() {}

    /**
     * What the cells said, and what is to be said of those that said nothing: an operator asks when
     * something is down.
     */
    record Said<R>(List<R> answers, List<String> silent) {
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
    static <R> Said<R> askAll(
            CommonOptions common,
            String command,
            Function<CellAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        return askAll(
                common,
                command,
                cell -> {
                    R answer = cell.ask(question);
                    requireAccepted(cell.cell(), outcome.apply(answer));
                    return answer;
                });
    }

    /** Asks every cell by itself. */
    static <R> Said<R> askAll(
            CommonOptions common, String command, Function<CellAdminClient, R> question) {
        try (RunningSystem system = RunningSystem.of(common, command)) {
            List<CellAdminClient> cells = system.cells();
            try {
                List<R> answers = new ArrayList<>();
                List<String> silent = new ArrayList<>();
                for (CellAdminClient cell : cells) {
                    try {
                        answers.add(question.apply(cell));
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

    /**
     * Asks one cell.
     *
     * @throws CommandFailure where it does not answer or refuses
     */
    static <R> R askOne(
            CommonOptions common,
            String command,
            String cell,
            Function<CellAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        try (RunningSystem system = RunningSystem.of(common, command)) {
            List<CellAdminClient> cells = system.cells();
            try {
                CellAdminClient there =
                        cells.stream()
                                .filter(each -> each.cell().equals(cell))
                                .findFirst()
                                .orElseThrow(() ->
                                        new CommandFailure(
                                                ExitStatus.FAILED,
                                                "cell: %s (expected: one of this system)"
                                                        .formatted(cell),
                                                "See 'feiqian status'."));
                R answer = there.ask(question);
                if (outcome.apply(answer).getCode() != OutcomeCode.ACCEPTED.number()) {
                    throw refusal(cell, outcome.apply(answer));
                }
                return answer;
            } finally {
                cells.forEach(CellAdminClient::close);
            }
        }
    }

    /** Everything that every cell has on record, with what each of its instances is doing. */
    static Said<ShowTransactionResponse> show(
            CommonOptions common, String command, TraceNumber trace) {
        ShowTransactionRequest request =
                ShowTransactionRequest.newBuilder().setTraceNumber(trace.toString()).build();
        return askAll(
                common,
                command,
                cell -> {
                    List<ShowTransactionResponse> instances =
                            cell.askEach(it -> it.showTransaction(request));
                    ShowTransactionResponse.Builder whole = instances.getFirst().toBuilder();
                    requireAccepted(cell.cell(), whole.getOutcome());
                    instances.stream()
                            .skip(1)
                            .forEach(other -> whole.addAllDriving(other.getDrivingList()));
                    return whole.build();
                });
    }

    /** Refuses what a cell refused, but for that it has no record of a transaction. */
    static void requireAccepted(String cell, Outcome outcome) {
        if (outcome.getCode() != OutcomeCode.ACCEPTED.number()
                && outcome.getCode() != OutcomeCode.UNKNOWN_TRANSACTION.number()) {
            throw refusal(cell, outcome);
        }
    }

    /** A refusal as the end of a command. */
    static CommandFailure refusal(String cell, Outcome outcome) {
        return new CommandFailure(
                ExitStatus.FAILED,
                "%s: %s (%d): %s"
                        .formatted(
                                cell, outcome.getName(), outcome.getCode(), outcome.getMessage()),
                "");
    }

    /** That nobody has a record of it, where everybody was heard. */
    static CommandFailure nobody(TraceNumber trace) {
        return new CommandFailure(
                ExitStatus.FAILED,
                OutcomeCode.UNKNOWN_TRANSACTION
                        + " ("
                        + OutcomeCode.UNKNOWN_TRANSACTION.number()
                        + "): no cell has a record of "
                        + trace,
                "It was never accepted, or its records are older than they are kept.");
    }
}
