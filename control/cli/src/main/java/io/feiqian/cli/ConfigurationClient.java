package io.feiqian.cli;

import io.feiqian.bank.contract.ConfigurationAdminGrpc;
import io.feiqian.bank.contract.ConfigurationAdminGrpc.ConfigurationAdminBlockingStub;
import io.feiqian.rpc.contract.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Asks the one cell that keeps the history of configuration; the others do not know the service.
 */
final class ConfigurationClient {
    private static final String NOT_HERE = "UNIMPLEMENTED";

    private ConfigurationClient() {}

    /**
     * What it says, where it accepted.
     *
     * @throws CommandFailure where it refused, or does not answer
     */
    static <R> R ask(
            CommonOptions common,
            String command,
            Function<ConfigurationAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        try (RunningSystem system = RunningSystem.of(common, command)) {
            List<CellAdminClient> cells = system.cells();
            try {
                return ask(cells, question, outcome);
            } finally {
                cells.forEach(CellAdminClient::close);
            }
        }
    }

    private static <R> R ask(
            List<CellAdminClient> cells,
            Function<ConfigurationAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        List<String> silent = new ArrayList<>();
        for (CellAdminClient cell : cells) {
            R answer;
            try {
                answer = cell.ask(ConfigurationAdminGrpc::newBlockingStub, question);
            } catch (CommandFailure failed) {
                if (failed.status() != ExitStatus.NOT_RUNNING) {
                    throw failed;
                }
                if (!failed.happened().contains(NOT_HERE)) {
                    silent.add(failed.happened());
                }
                continue;
            }
            Outcome said = outcome.apply(answer);
            if (said.getCode() != 0) {
                throw TxCells.refusal(cell.cell(), said);
            }
            return answer;
        }
        throw new CommandFailure(
                ExitStatus.NOT_RUNNING,
                silent.isEmpty()
                        ? "no cell keeps the history of configuration"
                        : String.join("; ", silent),
                "What is in force stays in force. See 'feiqian status'.");
    }
}
