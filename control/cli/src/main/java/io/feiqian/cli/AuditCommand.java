package io.feiqian.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts the money of all cells. */
@Command(
        name = "audit",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Count the money: every cell's books, what cells owe each other.")
final class AuditCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--settle-seconds",
            paramLabel = "N",
            description = "how long to wait for transactions under way (default: ${DEFAULT-VALUE})")
    private int settleSeconds = 10;

    @Override
    public Integer call() throws InterruptedException {
        BooksAudit audit;
        try (RunningSystem system = RunningSystem.of(common, "audit")) {
            audit = Auditor.settled(system.cells(), Duration.ofSeconds(settleSeconds));
        }
        if (common.json()) {
            common.out().println(Json.write(audit));
        } else {
            print(audit);
        }
        return (audit.isClean() ? ExitStatus.OK : ExitStatus.FAILED).code();
    }

    private void print(BooksAudit audit) {
        common.out()
                .println(
                        "%d cells, %d accounts, %d entries, customers' money in minor units %s"
                                .formatted(
                                        audit.cells(),
                                        audit.accounts(),
                                        audit.entries(),
                                        audit.customersMinor()));
        audit.findings().forEach(each -> common.out().println("FINDING " + each));
        if (audit.unfinished() > 0) {
            common.out()
                    .println(
                            "FINDING %d decisions or branches are unfinished after %d s"
                                    .formatted(audit.unfinished(), settleSeconds));
        }
        common.out().println(audit.isClean() ? "the books balance" : "the books DO NOT balance");
    }
}
