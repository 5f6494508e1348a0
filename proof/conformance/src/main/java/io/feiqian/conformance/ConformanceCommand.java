package io.feiqian.conformance;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian conformance}: what the project says of each requirement. */
@Command(
        name = "conformance",
        description = {
            "Prints the register of requirements: id, verdict and evidence of every row.",
            "Verdicts: test, drill, engine, guidance, declined, open."
        })
final class ConformanceCommand implements Callable<Integer> {
    private static final int NO_BOUND = Integer.MAX_VALUE;
    private static final int SCREEN = 96;

    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--ids",
            split = ",",
            paramLabel = "ID",
            description = "only rows under these ids, such as P6.3,D7.1")
    private List<String> ids = List.of();

    @Option(names = "--fail-open", description = "exit with 1 where a printed row is open")
    private boolean failOpen;

    @Option(
            names = "--except",
            split = ",",
            paramLabel = "ID",
            description = "rows that --fail-open lets be open, each by its whole id")
    private List<String> excepted = List.of();

    @Option(names = "--full", description = "print evidence in full length")
    private boolean full;

    private final Spine spine = Spine.shipped();

    @Override
    public Integer call() {
        List<Row> rows = Register.shipped().under(ids);
        PrintStream out = common.out();
        if (rows.isEmpty()) {
            out.printf("no requirement under %s (ids look like P6.3.1 or D7.1-a)%n", ids);
            return ExitStatus.USAGE.code();
        }
        for (String id : excepted) {
            if (rows.stream().noneMatch(row -> row.id().equals(id))) {
                out.printf("--except %s (expected: the id of a printed row)%n", id);
                return ExitStatus.USAGE.code();
            }
        }
        if (common.json()) {
            out.println(Json.write(rows.stream().map(this::fields).toList()));
        } else {
            print(rows, out);
        }
        boolean open =
                rows.stream()
                        .filter(row -> row.verdict() == Verdict.OPEN)
                        .anyMatch(row -> !excepted.contains(row.id()));
        return (failOpen && open ? ExitStatus.FAILED : ExitStatus.OK).code();
    }

    private void print(List<Row> rows, PrintStream out) {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (Row row : rows) {
            counts.merge(row.verdict(), 1, Integer::sum);
            String evidence = row.evidence().isEmpty() ? row.requirement() : row.evidence();
            out.printf("%-14s %-9s %s%n", row.id(), row.verdict().word(), shortened(evidence));
            spine.missing(row.id())
                    .ifPresent(what -> out.printf("%24s spine only; not there: %s%n", "", what));
        }
        out.println();
        for (Verdict verdict : Verdict.values()) {
            out.printf("%-9s %d%n", verdict.word(), counts.getOrDefault(verdict, 0));
        }
        out.printf("rows      %d%n", rows.size());
    }

    private String shortened(String text) {
        int bound = full ? NO_BOUND : SCREEN;
        return text.length() <= bound ? text : text.substring(0, bound - 1) + "…";
    }

    private Map<String, String> fields(Row row) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("id", row.id());
        fields.put("level", row.level());
        fields.put("capability", row.capability());
        fields.put("requirement", row.requirement());
        fields.put("verdict", row.verdict().word());
        fields.put("evidence", row.evidence());
        fields.put("missing", spine.missing(row.id()).orElse(""));
        return fields;
    }
}
