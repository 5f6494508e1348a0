package io.feiqian.simulation;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian simulate}: whole banks under seeds, and what happens without a rule. */
@Command(
        name = "simulate",
        description = {
            "Runs banks and services under seeds: lost, repeated and reordered messages, crashes at any",
            "step, drifting clocks, partitions, slots that change hands; an independent auditor",
            "counts the money at every commit. The same seed gives the same run.",
            "With --break RULE one rule of the protocols does not hold, and the auditor must find",
            "out how money is lost; --break list names the rules."
        })
final class SimulateCommand implements Callable<Integer> {
    private static final int USUAL_RUNS = 1_000;
    private static final int USUAL_RUNS_WITH_BREAK = 2_000;

    /** Runs of one kind in which money moves, unless something of the simulation is broken. */
    private static final int ENOUGH_TO_MOVE = 10;

    private static final String LIST = "list";
    private static final String ALL = "all";
    private static final double NANOS = 1e9;

    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--runs",
            paramLabel = "N",
            description =
                    "how many seeds, one after the other (default: 1000; at most 2000 with"
                            + " --break, until one shows it)")
    private @Nullable Integer runs;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "the first seed (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "how many orders clients place in a run (default: ${DEFAULT-VALUE})")
    private int steps = Simulation.USUAL_ORDERS;

    @Option(
            names = "--break",
            paramLabel = "RULE",
            description = "run without this rule, or 'list' the rules")
    private @Nullable String broken;

    @Option(
            names = "--kind",
            paramLabel = "KINDS",
            description =
                    "what runs, with commas between: seeds take them in turn; 'all' for every"
                            + " one, 'list' names them (default: bank, or what shows the rule)")
    private @Nullable String kind;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "write the log of the run that was found wrong, else of the last one")
    private @Nullable Path log;

    @Override
    public Integer call() {
        if (LIST.equals(broken)) {
            return list();
        }
        if (LIST.equals(kind)) {
            return listKinds();
        }
        Optional<Rule> without = Optional.ofNullable(broken).map(SimulateCommand::rule);
        int most = runs != null ? runs : without.isPresent() ? USUAL_RUNS_WITH_BREAK : USUAL_RUNS;
        if (most < 1 || steps < 1) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "--runs %d --steps %d (expected: each >= 1)".formatted(most, steps),
                    "");
        }
        Simulation simulation = new Simulation(new Rules(without), kinds(without), steps);
        long began = Clock.system().nanos();
        Summary summary = search(simulation, most);
        double seconds = (Clock.system().nanos() - began) / NANOS;
        if (common.json()) {
            common.out().println(Json.write(fields(summary, without, seconds)));
        } else {
            print(simulation, summary, without, seconds);
        }
        writeLog(simulation, summary.last.seed());
        if (without.isPresent()) {
            return (summary.isWrong() ? ExitStatus.BROKEN_RULE_SHOWN : ExitStatus.FAILED).code();
        }
        boolean proves = !summary.isWrong() && summary.idle().isEmpty();
        return (proves ? ExitStatus.OK : ExitStatus.FAILED).code();
    }

    /** What the runs came to; the last one is the one that was found wrong, if any was. */
    private record Summary(
            int runs, long events, Map<Kind, Moved> moved, long messages, Verdict last) {
        boolean isWrong() {
            return last.violation().isPresent();
        }

        long movements() {
            return moved.values().stream().mapToLong(Moved::movements).sum();
        }

        /** The kinds of which runs prove nothing, since no money moved in any. */
        List<Kind> idle() {
            return moved.entrySet().stream()
                    .filter(each -> each.getValue().isIdle())
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /** What moved in the runs of one kind. */
    private record Moved(int runs, long movements) {
        /** In a single run all may be refused. */
        boolean isIdle() {
            return movements == 0 && runs >= ENOUGH_TO_MOVE;
        }

        Moved and(Moved more) {
            return new Moved(runs + more.runs, movements + more.movements);
        }
    }

    private Summary search(Simulation simulation, int most) {
        long events = 0;
        Map<Kind, Moved> moved = new EnumMap<>(Kind.class);
        long messages = 0;
        int done = 0;
        Verdict verdict;
        try (Seeds seeds = new Seeds(simulation, seed, most)) {
            do {
                verdict = seeds.next();
                events += verdict.steps();
                Moved these = new Moved(1, verdict.movements());
                moved.merge(simulation.kind(verdict.seed()), these, Moved::and);
                messages += verdict.messages();
                done++;
            } while (verdict.violation().isEmpty() && done < most);
        }
        return new Summary(done, events, moved, messages, verdict);
    }

    private void print(
            Simulation simulation, Summary summary, Optional<Rule> without, double seconds) {
        common.out()
                .printf(
                        "%d runs from seed %d, %d events, %d movements of money, %d messages,"
                                + " %.1f s%n",
                        summary.runs,
                        seed,
                        summary.events,
                        summary.movements(),
                        summary.messages,
                        seconds);
        without.ifPresent(
                rule -> common.out().printf("without %s: %s%n", rule.ruleName(), rule.loss()));
        if (!summary.isWrong()) {
            summary.idle()
                    .forEach(each ->
                            common.out()
                                    .printf(
                                            "void: no money moved in any run of kind %s%n",
                                            each.kindName()));
            common.out().println("the auditor found nothing wrong");
            return;
        }
        common.out().printf("seed %d: %s%n", summary.last.seed(), summary.last.violation().get());
        common.out()
                .printf(
                        "again with its log: feiqian simulate --kind %s --runs 1 --seed %d"
                                + " --steps %d%s --log FILE%n",
                        simulation.kind(summary.last.seed()).kindName(),
                        summary.last.seed(),
                        steps,
                        without.map(rule -> " --break " + rule.ruleName()).orElse(""));
    }

    private Map<String, Object> fields(Summary summary, Optional<Rule> without, double seconds) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("runs", summary.runs);
        fields.put("firstSeed", seed);
        fields.put("events", summary.events);
        fields.put("movements", summary.movements());
        fields.put("messages", summary.messages);
        fields.put("seconds", seconds);
        fields.put("broken", without.map(Rule::ruleName).orElse(""));
        fields.put("wrong", summary.isWrong());
        fields.put("seed", summary.last.seed());
        fields.put("seen", summary.last.violation().orElse(""));
        return fields;
    }

    private Integer list() {
        if (common.json()) {
            Map<String, String> rules = new LinkedHashMap<>();
            for (Rule each : Rule.values()) {
                rules.put(each.ruleName(), each.loss());
            }
            common.out().println(Json.write(rules));
        } else {
            for (Rule each : Rule.values()) {
                common.out().printf("%-22s %s%n", each.ruleName(), each.loss());
            }
        }
        return ExitStatus.OK.code();
    }

    private Integer listKinds() {
        for (Kind each : Kind.values()) {
            common.out().printf("%-14s %s%n", each.kindName(), each.what());
        }
        return ExitStatus.OK.code();
    }

    /** What is asked for; else what shows the rule that is taken away, else the bank. */
    private List<Kind> kinds(Optional<Rule> without) {
        if (kind == null) {
            return without.map(Rule::kinds).orElse(List.of(Kind.BANK));
        }
        if (kind.equals(ALL)) {
            return without.map(Rule::kinds).orElse(List.of(Kind.values()));
        }
        return Arrays.stream(kind.split(",", -1)).map(SimulateCommand::kind).toList();
    }

    private static Kind kind(String name) {
        return Kind.named(name)
                .orElseThrow(() ->
                        new CommandFailure(
                                ExitStatus.USAGE,
                                "kind: %s (expected: all, list, or some of %s)"
                                        .formatted(
                                                name,
                                                Arrays.stream(Kind.values())
                                                        .map(Kind::kindName)
                                                        .collect(Collectors.joining(", "))),
                                "'feiqian simulate --kind list' says what they are"));
    }

    private static Rule rule(String name) {
        return Rule.named(name)
                .orElseThrow(() ->
                        new CommandFailure(
                                ExitStatus.USAGE,
                                "no rule " + name,
                                "'feiqian simulate --break list' names the rules"));
    }

    private void writeLog(Simulation simulation, long of) {
        if (log == null) {
            return;
        }
        try {
            Files.writeString(log, simulation.runLogged(of).log());
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitStatus.FAILED, "cannot write " + log, String.valueOf(failed), failed);
        }
    }
}
