package io.feiqian.chaos;

import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Breaks a bank of its own under load and counts the money. */
@Command(
        name = "chaos",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Kill and pause cells, databases, registry and gateway of a bank under load,",
            "then count the money: by the bank's audit and by what clients were answered."
        })
final class ChaosCommand implements Callable<Integer> {
    @Option(names = "--minutes", description = "how long (default: ${DEFAULT-VALUE})")
    private double minutes = 3;

    @Option(names = "--seed", description = "fixes the schedule (default: ${DEFAULT-VALUE})")
    private long seed = 7;

    @Option(names = "--cells", description = "how many cells (default: ${DEFAULT-VALUE})")
    private int cells = 3;

    @Option(names = "--instances", description = "processes per cell (default: ${DEFAULT-VALUE})")
    private int instances = 2;

    @Option(names = "--workers", description = "clients at once (default: ${DEFAULT-VALUE})")
    private int workers = 40;

    @Option(names = "--accounts", description = "accounts per cell (default: ${DEFAULT-VALUE})")
    private int accounts = 60;

    @Option(
            names = "--min-accepted",
            description = "a run with fewer accepted transfers is void (default: ${DEFAULT-VALUE})")
    private long minAccepted = 10_000;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "a new folder to run in, which is kept (default: a temporary one)")
    private Optional<Path> home = Optional.empty();

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder =
                home.isPresent()
                        ? home.get().toAbsolutePath()
                        : Files.createTempDirectory("feiqian-chaos");
        ChaosPlan plan =
                new ChaosPlan(
                        Duration.ofMillis((long) (minutes * 60_000)),
                        seed,
                        cells,
                        instances,
                        workers,
                        accounts,
                        minAccepted);
        PrintStream progress = json ? System.err : System.out;
        try (Timer timer = Timer.system("chaos")) {
            ChaosReport result =
                    new Chaos(plan, progress::println, Clock.system(), timer).run(folder);
            print(result);
            if (home.isEmpty() && result.isGood()) {
                delete(folder);
            } else {
                progress.println("kept " + folder);
            }
            return (result.isGood() ? ExitStatus.OK : ExitStatus.FAILED).code();
        }
    }

    private void print(ChaosReport result) {
        PrintStream out = System.out;
        if (json) {
            out.println(Json.write(result));
            return;
        }
        out.println();
        result.faults().forEach((kind, times) -> out.printf("%-16s %6d%n", kind, times));
        ClientLedger.Counts counts = result.counts();
        out.printf(
                "%naccepted %d (transfers %d), refused %d, unknown %d, later resolved %d, in %.0f"
                        + " s%n",
                counts.accepted(),
                counts.transfersAccepted(),
                counts.refused(),
                counts.unknown(),
                counts.laterResolved(),
                result.seconds());
        counts.acceptedByKind().forEach((kind, n) -> out.printf("  accepted %-24s %8d%n", kind, n));
        counts.refusedByCode().forEach((code, n) -> out.printf("  refused  %-24s %8d%n", code, n));
        out.printf(
                "audit: %d accounts, %d entries, %d unfinished%n",
                result.audit().accounts(), result.audit().entries(), result.audit().unfinished());
        result.findings().forEach(each -> out.println("FINDING " + each));
        out.println(
                result.isGood()
                        ? "nothing was lost, nothing happened twice, the books balance"
                        : "the run FAILED");
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path each, @Nullable IOException failure) throws IOException {
                        Files.deleteIfExists(each);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
