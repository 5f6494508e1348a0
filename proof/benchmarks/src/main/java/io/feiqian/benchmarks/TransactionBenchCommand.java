package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian bench transaction}. */
@Command(
        name = "transaction",
        description = {
            "Global transactions over two databases, by kind, against two plain local transactions",
            "that are not atomic (limit), and Narayana as XA peer. 64 callers, unbatched user code;",
            "ledger is batched.",
            "Starts two databases of its own; takes about ten minutes."
        })
final class TransactionBenchCommand implements Callable<Integer> {
    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            split = ",",
            description =
                    "only these beside the limit: tcc, sql, xa, saga, message, narayana,"
                            + " ledger")
    private List<String> variants = List.of();

    @Option(
            names = "--aged",
            paramLabel = "N",
            arity = "0..1",
            defaultValue = "0",
            fallbackValue = "1000000",
            description =
                    "with so many finished transactions in the tables (default: ${DEFAULT-VALUE};"
                            + " without a number ${FALLBACK-VALUE})")
    private int aged;

    @Override
    public Integer call() throws Exception {
        TransactionBench bench =
                new TransactionBench(
                        Duration.ofSeconds(Math.max(1, seconds)),
                        variants,
                        aged,
                        BenchReport.progress(common));
        BenchReport.print(bench.run(), common);
        return ExitStatus.OK.code();
    }
}
