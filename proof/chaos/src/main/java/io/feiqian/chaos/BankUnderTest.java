package io.feiqian.chaos;

import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.Executable;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.FleetClient;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A whole bank of its own, started and stopped as a user would. */
final class BankUnderTest implements AutoCloseable {
    private static final List<String> FLAGS =
            List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final Duration OPERATOR_PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final HomeFolder home;
    private final Clock clock;
    private final Timer timer;

    private BankUnderTest(HomeFolder home, Clock clock, Timer timer) {
        this.home = home;
        this.clock = clock;
        this.timer = timer;
    }

    /** Starts a bank in this folder, on ports that nobody uses. */
    static BankUnderTest start(
            Path folder,
            int cells,
            int instances,
            Consumer<String> report,
            Clock clock,
            Timer timer)
            throws IOException, InterruptedException {
        int status =
                run(
                        List.of(
                                "dev",
                                "--home",
                                folder.toString(),
                                "--cells",
                                String.valueOf(cells),
                                "--instances",
                                String.valueOf(instances),
                                "--ports",
                                "free",
                                "--detach"),
                        report);
        if (status != ExitStatus.OK.code()) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "the bank did not start in " + folder + " (exit code " + status + ")",
                    "Its logs are in " + folder.resolve("logs") + ".");
        }
        return new BankUnderTest(HomeFolder.open(folder), clock, timer);
    }

    HomeFolder home() {
        return home;
    }

    String gateway() {
        return home.endpoints().gateway();
    }

    /** Who speaks for the bank's operators here. */
    BankClient.Operator operator() {
        return new BankClient.Operator(home.adminToken(), "chaos", "chaos run");
    }

    /** Lines to every instance and the supervisor; the caller closes them. */
    FleetClient fleet() {
        Endpoints endpoints = home.endpoints();
        return new FleetClient(
                endpoints.cells(), endpoints.supervisor(), operator(), OPERATOR_PATIENCE);
    }

    /** A line to every cell; the caller closes them. */
    List<CellAdminClient> cells() {
        List<CellAdminClient> clients = new ArrayList<>();
        for (Endpoints.Cell each : home.endpoints().cells()) {
            clients.add(new CellAdminClient(each, operator()));
        }
        return clients;
    }

    /** The business date of the first cell. */
    BusinessDate businessDate() {
        List<CellAdminClient> cells = cells();
        try {
            return BusinessDate.parse(
                    cells.getFirst()
                            .ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance()))
                            .getBusinessDate());
        } finally {
            cells.forEach(CellAdminClient::close);
        }
    }

    /** Waits until every process lives and every cell answers; whether they do. */
    boolean awaitWhole(Duration patience) throws InterruptedException {
        Deadline deadline = Deadline.after(patience, clock);
        while (true) {
            if (home.processes().stream().allMatch(ProcessEntry::isAlive) && everyCellAnswers()) {
                return true;
            }
            if (deadline.isExpired()) {
                return false;
            }
            timer.pause(LOOK_AGAIN);
        }
    }

    private boolean everyCellAnswers() {
        List<CellAdminClient> cells = cells();
        try {
            for (CellAdminClient cell : cells) {
                CellStatusResponse status =
                        cell.ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance()));
                if (status.getOutcome().getCode() != 0) {
                    return false;
                }
            }
            return true;
        } catch (CommandFailure silent) {
            return false;
        } finally {
            cells.forEach(CellAdminClient::close);
        }
    }

    @Override
    public void close() {
        try {
            run(List.of("stop", "--home", home.root().toString()), line -> {});
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int run(List<String> arguments, Consumer<String> report)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(Executable.command(FLAGS, arguments))
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                report.accept(line);
            }
        }
        return process.waitFor();
    }
}
