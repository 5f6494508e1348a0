package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.RollingRestart.Restarted;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Restarts a whole cell while it serves, and says what became of the calls meanwhile. */
@Command(
        name = "rolling-restart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Restart the instances of a cell one after the other while the others serve.",
            "Ends with 1 where one does not come back, or where a call through the gateway",
            "was lost, turned away or repeated meanwhile."
        })
final class RollingRestartCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Option(names = "--cell", required = true, paramLabel = "CELL", description = "such as cell-1")
    private String cell = "";

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "how long an instance may take to finish its work, and to be back (default:"
                            + " ${DEFAULT-VALUE})")
    private int seconds = 90;

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 1 || seconds > 120) {
            throw new CommandFailure(
                    ExitStatus.USAGE, "--wait %d (expected: 1 to 120)".formatted(seconds), "");
        }
        try (RunningSystem system = RunningSystem.of(common, "rolling-restart");
                FleetClient fleet = system.fleet();
                Timer timer = Timer.system("rolling-restart")) {
            String gateway = system.endpoints().gateway();
            Optional<CellCallCounts> before = CellCallCounts.ask(gateway, cell);
            ObjectNode result = BankClient.body().put("cell", cell);
            ArrayNode instances = result.putArray("restarted");
            new RollingRestart(fleet, Clock.system(), timer, Duration.ofSeconds(seconds))
                    .run(
                            cell,
                            each -> {
                                instances.add(json(each));
                                say(text(each));
                            });
            Optional<CellCallCounts> meanwhile =
                    before.flatMap(
                            it -> CellCallCounts.ask(gateway, cell).flatMap(now -> now.since(it)));
            say(
                    meanwhile
                            .map(this::text)
                            .orElse(
                                    "what became of calls meanwhile is not known: the"
                                            + " gateway does not answer, or was restarted too"));
            meanwhile.ifPresent(it -> result.set("calls", json(it)));
            if (common.json()) {
                common.out().println(result.toPrettyString());
            }
            return (meanwhile.map(CellCallCounts::isClean).orElse(true)
                            ? ExitStatus.OK
                            : ExitStatus.FAILED)
                    .code();
        }
    }

    private void say(String line) {
        if (!common.json()) {
            common.out().println(line);
        }
    }

    private static String text(Restarted each) {
        return String.format(
                Locale.ROOT,
                "%s: work finished in %.1f s, ended in %.1f s, chosen again after %.1f s (pid %d,"
                        + " before %d)",
                each.instance(),
                each.drained().toMillis() / 1e3,
                each.ended().toMillis() / 1e3,
                each.back().toMillis() / 1e3,
                each.now(),
                each.before());
    }

    private String text(CellCallCounts counts) {
        return String.format(
                Locale.ROOT,
                "calls of the gateway to %s meanwhile: %,d answered, %,d lost, %,d turned away, %,d"
                        + " repeated; %,d moved to another instance before any had begun them",
                cell,
                counts.answered(),
                counts.unknown(),
                counts.turnedAway(),
                counts.repeated(),
                counts.moved());
    }

    private static ObjectNode json(Restarted each) {
        return BankClient.body()
                .put("instance", each.instance())
                .put("drained_millis", each.drained().toMillis())
                .put("ended_millis", each.ended().toMillis())
                .put("back_millis", each.back().toMillis())
                .put("pid_before", each.before())
                .put("pid", each.now());
    }

    private static ObjectNode json(CellCallCounts counts) {
        return BankClient.body()
                .put("answered", counts.answered())
                .put("lost", counts.unknown())
                .put("turned_away", counts.turnedAway())
                .put("repeated", counts.repeated())
                .put("moved", counts.moved());
    }
}
