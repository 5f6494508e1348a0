package io.feiqian.demonstration;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import io.feiqian.demonstration.Way.Told;
import io.feiqian.participant.BranchKind;
import io.feiqian.runtime.Randomness;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian demo atomicity}. */
@Command(
        name = "atomicity",
        description = {
            "The same seeded faults against transfers between two real databases: written by hand",
            "as two steps, and as global transactions of each kind. Then the money is counted.",
            "Starts two databases of its own; takes about a minute."
        })
final class AtomicityCommand implements Callable<Integer> {
    private static final String LINE = "%-14s %9s %6s %9s %9s %12s %12s %7s%n";

    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--transfers",
            paramLabel = "N",
            description = "how many, 1 to 100,000 (default: ${DEFAULT-VALUE})")
    private int transfers = 400;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "what decides faults, accounts and amounts (default: ${DEFAULT-VALUE})")
    private long seed = 7;

    /** What one way came to. */
    record Line(
            String way,
            int transfers,
            int done,
            int notDone,
            int nothingHeard,
            long moneyLost,
            long moneyMade,
            long leftBehind) {}

    @Override
    public Integer call() throws Exception {
        int count = Math.max(1, Math.min(transfers, 100_000));
        List<Fault> faults = Fault.sequence(seed, count);
        List<Line> lines = new ArrayList<>();
        try (Bank bank = new Bank()) {
            lines.add(run(new HandWritten(bank), faults));
            lines.add(run(new OfKind(BranchKind.TCC, "tcc", bank), faults));
            lines.add(run(new OfKind(BranchKind.SQL, "sql", bank), faults));
            lines.add(run(new OfKind(BranchKind.XA, "xa", bank), faults));
            lines.add(run(new OfKind(BranchKind.REVERSAL, "reversal", bank), faults));
            lines.add(run(new OfKind(BranchKind.MESSAGE, "message", bank), faults));
        }
        print(lines, faults);
        boolean exact =
                lines.stream()
                        .skip(1)
                        .allMatch(each ->
                                each.moneyLost == 0 && each.moneyMade == 0 && each.leftBehind == 0);
        return (exact ? ExitStatus.OK : ExitStatus.FAILED).code();
    }

    /** Runs every transfer and counts the money that is missing, or too much, between the two. */
    private Line run(Way opened, List<Fault> faults) throws SQLException, InterruptedException {
        try (Way way = opened) {
            Map<Told, Integer> told = new EnumMap<>(Told.class);
            long lost = 0;
            long made = 0;
            long before = 0;
            Randomness random = Randomness.seeded(seed + 1);
            for (int i = 0; i < faults.size(); i++) {
                long payer = 1L + random.nextInt(Bank.ACCOUNTS);
                long payee = 1L + random.nextInt(Bank.ACCOUNTS);
                long amount = 1L + random.nextInt(100);
                Fault fault = faults.get(i);
                told.merge(way.transfer(i + 1, payer, payee, amount, fault), 1, Integer::sum);
                if (way instanceof HandWritten) {
                    long now = way.payersGained() + way.payeesGained();
                    lost += Math.max(0, before - now);
                    made += Math.max(0, now - before);
                    before = now;
                }
            }
            long left = way.settle();
            if (!(way instanceof HandWritten)) {
                long now = way.payersGained() + way.payeesGained();
                lost = Math.max(0, -now);
                made = Math.max(0, now);
            }
            return new Line(
                    way.name(),
                    faults.size(),
                    told.getOrDefault(Told.DONE, 0),
                    told.getOrDefault(Told.NOT_DONE, 0),
                    told.getOrDefault(Told.NOTHING, 0),
                    lost,
                    made,
                    left);
        }
    }

    private void print(List<Line> lines, List<Fault> faults) {
        PrintStream out = common.out();
        if (common.json()) {
            out.println(Json.write(lines));
            return;
        }
        Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
        faults.forEach(each -> counts.merge(each, 1, Integer::sum));
        out.printf("%d transfers, seed %d, the same faults for every way:", faults.size(), seed);
        counts.forEach((fault, times) -> {
            if (fault != Fault.NONE) {
                out.printf(" %s %d;", fault.label(), times);
            }
        });
        out.println();
        out.println();
        out.printf(
                LINE,
                "way",
                "transfers",
                "done",
                "not done",
                "unheard",
                "money lost",
                "money made",
                "left");
        for (Line each : lines) {
            out.printf(
                    LINE,
                    each.way,
                    each.transfers,
                    each.done,
                    each.notDone,
                    each.nothingHeard,
                    each.moneyLost,
                    each.moneyMade,
                    each.leftBehind);
        }
    }
}
