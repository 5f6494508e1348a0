package io.feiqian.realdata;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.HomeFolder;
import io.feiqian.realdata.BerkaLoader.Loaded;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.CellId;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loads a year, or all years, of a Czech bank's real transactions, and verifies the books. */
@Command(
        name = "berka",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Load the Czech bank's transactions (PKDD'99 Discovery Challenge) through the gateway.",
            "Loading twice changes nothing."
        })
final class LoadBerkaCommand implements Callable<Integer> {
    private static final Duration ANSWER = Duration.ofSeconds(15);

    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "the folder with the .asc files")
    private Path folder = Path.of("");

    @Option(
            names = "--verify",
            description =
                    "then compare every account's closing balance of every day with plain"
                            + " arithmetic over the files and with the recorded balances")
    private boolean verify;

    @Override
    public Integer call() throws InterruptedException {
        BerkaFolder data = read();
        HomeFolder home = common.openHome();
        Endpoints endpoints = home.endpoints();
        BankClient.Operator operator =
                new BankClient.Operator(
                        home.adminToken(), common.operator(), common.reason("load berka"));
        List<CellAdminClient> admins =
                endpoints.cells().stream()
                        .map(cell -> new CellAdminClient(cell, operator))
                        .toList();
        List<CellId> cells =
                endpoints.cells().stream().map(cell -> CellId.parse(cell.cell())).sorted().toList();
        try (Timer timer = Timer.system("load-berka");
                BankClient bank = new BankClient(endpoints.gateway(), ANSWER, operator);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Gateway gateway = new Gateway(bank, timer, Clock.system());
            Progress progress =
                    new Progress(messages(), Clock.system(), data.transactions().size());
            Loaded loaded =
                    new BerkaLoader(
                                    data,
                                    gateway,
                                    new BusinessDates(admins, threads, timer, Clock.system()),
                                    cells,
                                    threads,
                                    progress)
                            .run();
            double seconds = progress.seconds();
            Optional<BerkaVerifier.Report> report =
                    verify
                            ? Optional.of(
                                    BerkaVerifier.compare(
                                            plainBooks(), loaded.accounts(), gateway, threads))
                            : Optional.empty();
            print(loaded, gateway, seconds, report);
            return (report.isEmpty() || report.get().isEqual() ? ExitStatus.OK : ExitStatus.FAILED)
                    .code();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof CommandFailure failure
                    ? failure
                    : new IllegalStateException("the comparison failed", failed.getCause());
        } finally {
            admins.forEach(CellAdminClient::close);
        }
    }

    private BerkaFolder read() {
        try {
            return BerkaFolder.read(folder);
        } catch (MalformedFileException malformed) {
            throw new CommandFailure(
                    ExitStatus.USAGE, String.valueOf(malformed.getMessage()), "", malformed);
        } catch (NotDirectoryException | NoSuchFileException absent) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "no such data: " + absent.getMessage(),
                    "Name the folder that holds account.asc, client.asc, disp.asc and trans*.asc.",
                    absent);
        } catch (IOException failed) {
            throw new CommandFailure(ExitStatus.USAGE, folder + ": " + failed, "", failed);
        }
    }

    private PlainBooks plainBooks() {
        try {
            return PlainBooks.of(BerkaFolder.transactionFiles(folder));
        } catch (IOException failed) {
            throw new CommandFailure(ExitStatus.FAILED, folder + ": " + failed, "", failed);
        }
    }

    private void print(
            Loaded loaded, Gateway gateway, double seconds, Optional<BerkaVerifier.Report> report) {
        if (common.json()) {
            common.out().println(json(loaded, gateway, seconds, report).toPrettyString());
            return;
        }
        PrintStream out = common.out();
        out.printf(
                Locale.ROOT,
                "loaded %,d transactions of %,d accounts in %.1f s (%,d answers were recorded ones,"
                        + " %,d requests sent again)%n",
                loaded.transactions(),
                loaded.accounts().size(),
                seconds,
                gateway.recorded(),
                gateway.repeated());
        if (loaded.withoutAmount() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d rows move nothing and were not posted%n",
                    loaded.withoutAmount());
        }
        report.ifPresent(this::print);
    }

    private void print(BerkaVerifier.Report report) {
        PrintStream out = common.out();
        out.printf(
                Locale.ROOT,
                "verified %,d account-days of %,d accounts: %,d differences%n",
                report.accountDays(),
                report.accounts(),
                report.differences());
        out.printf(
                Locale.ROOT,
                "recorded balances: %,d met exactly, the farthest %s away%n",
                report.exact(),
                report.farthest());
        out.printf(
                Locale.ROOT,
                "closing balances sum to %,.2f %s%n",
                report.closingSum(),
                BerkaLoader.CURRENCY);
        report.shown().forEach(out::println);
    }

    private static ObjectNode json(
            Loaded loaded,
            Gateway gateway,
            double seconds,
            Optional<BerkaVerifier.Report> verified) {
        ObjectNode result = BankClient.body();
        result.put("transactions", loaded.transactions());
        result.put("accounts", loaded.accounts().size());
        result.put("withoutAmount", loaded.withoutAmount());
        result.put("seconds", seconds);
        result.put("recordedAnswers", gateway.recorded());
        result.put("repeatedRequests", gateway.repeated());
        verified.ifPresent(report -> {
            result.put("accountDays", report.accountDays());
            result.put("exact", report.exact());
            result.put("farthest", report.farthest().toPlainString());
            result.put("closingSum", report.closingSum().toPlainString());
            result.put("differences", report.differences());
            ArrayNode shown = result.putArray("firstDifferences");
            report.shown().forEach(shown::add);
        });
        return result;
    }

    /** Where people are told how it goes; results go to the standard output. */
    @SuppressWarnings("SystemOut") // The command line's progress is its standard error.
    private static PrintStream messages() {
        return System.err;
    }
}
