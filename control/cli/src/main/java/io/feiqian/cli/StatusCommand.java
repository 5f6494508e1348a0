package io.feiqian.cli;

import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows every process of the system and what each cell says of itself. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show every process, where it listens, and every cell's state.")
final class StatusCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    /** One process. */
    record ProcessLine(
            String name, String role, long pid, boolean alive, String address, int starts) {}

    /** One cell. */
    record CellLine(
            String cell,
            boolean answers,
            String businessDate,
            long routeMapVersion,
            List<String> slots,
            long accounts,
            long entries,
            long unfinishedDecisions,
            long unfinishedBranches,
            long databaseBytes,
            String message) {}

    /** Everything. */
    record Status(String home, String gateway, List<ProcessLine> processes, List<CellLine> cells) {}

    @Override
    public Integer call() {
        try (RunningSystem system = RunningSystem.of(common, "status")) {
            Status status =
                    new Status(
                            system.home().root().toString(),
                            system.endpoints().gateway(),
                            processes(system.home()),
                            cells(system));
            if (common.json()) {
                common.out().println(Json.write(status));
            } else {
                print(status);
            }
            boolean whole =
                    status.processes().stream().allMatch(ProcessLine::alive)
                            && status.cells().stream().allMatch(CellLine::answers);
            return (whole ? ExitStatus.OK : ExitStatus.NOT_RUNNING).code();
        }
    }

    private static List<ProcessLine> processes(HomeFolder home) {
        return home.processes().stream()
                .map(each ->
                        new ProcessLine(
                                each.name(),
                                each.role().name(),
                                each.pid(),
                                each.isAlive(),
                                each.address(),
                                each.starts()))
                .toList();
    }

    private static List<CellLine> cells(RunningSystem system) {
        List<CellLine> lines = new ArrayList<>();
        List<CellAdminClient> clients = system.cells();
        try {
            clients.forEach(cell -> lines.add(cell(cell)));
        } finally {
            clients.forEach(CellAdminClient::close);
        }
        return lines;
    }

    private static CellLine cell(CellAdminClient cell) {
        try {
            CellStatusResponse said =
                    cell.ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance()));
            return new CellLine(
                    cell.cell(),
                    said.getOutcome().getCode() == 0,
                    said.getBusinessDate(),
                    said.getRouteMapVersion(),
                    said.getRangesList().stream()
                            .map(range ->
                                    "%04d-%04d %s @%d"
                                            .formatted(
                                                    range.getFirst(),
                                                    range.getLast(),
                                                    range.getState(),
                                                    range.getEpoch()))
                            .toList(),
                    said.getAccounts(),
                    said.getEntries(),
                    said.getUnfinishedDecisions(),
                    said.getUnfinishedBranches(),
                    said.getDatabaseBytes(),
                    said.getOutcome().getMessage());
        } catch (CommandFailure silent) {
            return new CellLine(
                    cell.cell(), false, "", 0, List.of(), 0, 0, 0, 0, 0, silent.happened());
        }
    }

    private void print(Status status) {
        common.out().println("home     " + status.home());
        common.out().println("gateway  " + status.gateway());
        common.out().println();
        common.out().printf("%-18s %8s  %-5s %6s  %s%n", "process", "pid", "alive", "starts", "at");
        for (ProcessLine each : status.processes()) {
            common.out()
                    .printf(
                            "%-18s %8d  %-5s %6d  %s%n",
                            each.name(),
                            each.pid(),
                            each.alive() ? "yes" : "NO",
                            each.starts(),
                            each.address());
        }
        common.out().println();
        for (CellLine each : status.cells()) {
            if (!each.answers()) {
                common.out().println(each.cell() + "  does not answer: " + each.message());
                continue;
            }
            common.out()
                    .printf(
                            "%s  business date %s, route map %d, %d accounts, %d entries, %d + %d"
                                    + " unfinished, %d MB, slots %s%n",
                            each.cell(),
                            each.businessDate(),
                            each.routeMapVersion(),
                            each.accounts(),
                            each.entries(),
                            each.unfinishedDecisions(),
                            each.unfinishedBranches(),
                            each.databaseBytes() / 1_000_000,
                            String.join(", ", each.slots()));
        }
    }
}
