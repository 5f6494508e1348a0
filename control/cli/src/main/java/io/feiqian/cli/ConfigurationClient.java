package io.feiqian.cli;

import io.feiqian.bank.contract.ConfigurationAdminGrpc;
import io.feiqian.bank.contract.ConfigurationAdminGrpc.ConfigurationAdminBlockingStub;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ListConfigurationsRequest;
import io.feiqian.bank.contract.ListConfigurationsResponse;
import io.feiqian.bank.contract.ShowConfigurationRequest;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import io.feiqian.rpc.contract.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Asks the one cell that keeps the history of configuration; the others do not know the service.
 */
public final class ConfigurationClient {
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
                R answer = ask(cells, question);
                if (outcome.apply(answer).getCode() != 0) {
                    throw TxCells.refusal("configuration", outcome.apply(answer));
                }
                return answer;
            } finally {
                cells.forEach(CellAdminClient::close);
            }
        }
    }

    /** A document, with who uses which version of it. */
    static ConfigurationRecord document(CommonOptions common, String command, String name) {
        ListConfigurationsRequest request =
                ListConfigurationsRequest.newBuilder().setName(name).build();
        return ask(
                        common,
                        command,
                        it -> it.listConfigurations(request),
                        ListConfigurationsResponse::getOutcome)
                .getDocuments(0);
    }

    /** A version of a document; 0 for the newest. */
    static ShowConfigurationResponse shown(
            CommonOptions common, String command, String name, long version) {
        ShowConfigurationRequest request =
                ShowConfigurationRequest.newBuilder().setName(name).setVersion(version).build();
        return ask(
                common,
                command,
                it -> it.showConfiguration(request),
                ShowConfigurationResponse::getOutcome);
    }

    /** The text of a version; empty for version 0, which is none. */
    static String text(CommonOptions common, String command, String name, long version) {
        return version == 0 ? "" : shown(common, command, name, version).getVersion().getContent();
    }

    /**
     * What it says, accepted or refused.
     *
     * @throws CommandFailure with {@link ExitStatus#NOT_RUNNING} where it does not answer
     */
    public static <R> R ask(
            List<CellAdminClient> cells, Function<ConfigurationAdminBlockingStub, R> question) {
        List<String> silent = new ArrayList<>();
        for (CellAdminClient cell : cells) {
            try {
                return cell.ask(ConfigurationAdminGrpc::newBlockingStub, question);
            } catch (CommandFailure failed) {
                if (failed.status() != ExitStatus.NOT_RUNNING) {
                    throw failed;
                }
                if (!failed.happened().contains(NOT_HERE)) {
                    silent.add(failed.happened());
                }
            }
        }
        throw new CommandFailure(
                ExitStatus.NOT_RUNNING,
                silent.isEmpty()
                        ? "no cell keeps the history of configuration"
                        : String.join("; ", silent),
                "What is in force stays in force. See 'feiqian status'.");
    }
}
