package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.SetBusinessDateRequest;
import io.feiqian.bank.contract.SetBusinessDateResponse;
import io.feiqian.vocabulary.BusinessDate;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows the cells' business dates, or moves them forward. */
@Command(
        name = "business-date",
        mixinStandardHelpOptions = true,
        description = "Show every cell's business date, or move all of them forward.")
final class BusinessDateCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "DATE",
            arity = "0..1",
            description = "the new business date, such as 2026-01-31")
    private String date = "";

    @Override
    public Integer call() {
        ObjectNode result = BankClient.body();
        try (RunningSystem system = RunningSystem.of(common, "business-date")) {
            List<CellAdminClient> cells = system.cells();
            try {
                for (CellAdminClient cell : cells) {
                    result.put(cell.cell(), date.isEmpty() ? shown(cell) : moved(cell));
                }
            } finally {
                cells.forEach(CellAdminClient::close);
            }
        }
        if (common.json()) {
            common.out().println(result.toPrettyString());
        } else {
            result.properties()
                    .forEach(each ->
                            common.out().println(each.getKey() + " " + each.getValue().asText()));
        }
        return ExitStatus.OK.code();
    }

    private static String shown(CellAdminClient cell) {
        return cell.ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance()))
                .getBusinessDate();
    }

    private String moved(CellAdminClient cell) {
        SetBusinessDateResponse response =
                cell.ask(it ->
                        it.setBusinessDate(
                                SetBusinessDateRequest.newBuilder()
                                        .setBusinessDate(BusinessDate.parse(date).toString())
                                        .build()));
        if (response.getOutcome().getCode() != 0) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "%s: %s (%d): %s"
                            .formatted(
                                    cell.cell(),
                                    response.getOutcome().getName(),
                                    response.getOutcome().getCode(),
                                    response.getOutcome().getMessage()),
                    "");
        }
        return response.getBusinessDate();
    }
}
