package io.feiqian.cli;

import io.feiqian.cli.InstanceView.State;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cells, slots and instances, as operators see them and what they do about them. */
public final class CellOperations {
    /** A process may take so long to end or to begin. */
    private static final Duration WAIT = Duration.ofSeconds(90);

    private CellOperations() {}

    /** The commands, fresh, in the order in which help lists them. */
    public static List<Object> commands() {
        return List.of(new Listing(), new Drain(), new Resume(), new Stop(), new Start());
    }

    /** Shows. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Show slots, the route map and every instance.",
                "Ends with 1 where the route map and what the cells own differ."
            })
    static final class Listing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Override
        public Integer call() {
            try (RunningSystem system = RunningSystem.of(common, "cell list");
                    FleetClient client = system.fleet()) {
                Fleet fleet = client.look();
                if (common.json()) {
                    common.out().println(FleetText.json(fleet).toPrettyString());
                } else {
                    FleetText.print(fleet, common.out());
                }
                if (fleet.differs()) {
                    return ExitStatus.FAILED.code();
                }
                boolean silent =
                        fleet.instances().stream().anyMatch(it -> it.state() == State.SILENT);
                return (silent ? ExitStatus.NOT_RUNNING : ExitStatus.OK).code();
            }
        }
    }

    /** Options and way of every change. */
    abstract static class Change implements Callable<Integer> {
        @Mixin final CommonOptions common = new CommonOptions();

        @Parameters(
                paramLabel = "NAME",
                description = "an instance such as cell-1-2, or a cell such as cell-1: all of its")
        String name = "";

        private final InstanceOrder order;
        private final String done;

        Change(InstanceOrder order, String done) {
            this.order = order;
            this.done = done;
        }

        /** Whether leaving slots without anybody who serves them is meant. */
        boolean isMeant() {
            return true;
        }

        @Override
        public Integer call() {
            try (RunningSystem system = RunningSystem.of(common, command());
                    FleetClient client = system.fleet()) {
                Fleet fleet = client.look();
                List<InstanceView> named = fleet.named(name);
                if (named.isEmpty()) {
                    throw new CommandFailure(
                            ExitStatus.FAILED,
                            "%s: no cell and no instance of this system".formatted(name),
                            "See 'feiqian cell list'.");
                }
                List<InstanceView> asked = named.stream().filter(order::concerns).toList();
                if (!isMeant()) {
                    requireServed(fleet, asked);
                }
                return run(client, asked, named.size() - asked.size());
            }
        }

        private String command() {
            return "cell " + order.name().toLowerCase(Locale.ROOT);
        }

        private void requireServed(Fleet fleet, List<InstanceView> asked) {
            Optional<String> unserved = fleet.leftUnservedWithout(asked);
            if (unserved.isPresent()) {
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        "no instance of %s would serve any more: %s"
                                .formatted(
                                        unserved.get(), FleetText.refused(fleet, unserved.get())),
                        "Say --yes if that is meant.");
            }
        }

        private int run(FleetClient client, List<InstanceView> asked, int others) {
            List<String> changed = new ArrayList<>();
            List<String> failed = new ArrayList<>();
            for (InstanceView each : asked) {
                try {
                    if (order.run(client, each, WAIT)) {
                        changed.add(each.name());
                    }
                } catch (RefusedException refused) {
                    failed.add(each.name() + ": " + refused.getMessage());
                }
            }
            if (common.json()) {
                var result = BankClient.body();
                changed.forEach(result.putArray(done)::add);
                failed.forEach(result.putArray("failed")::add);
                common.out().println(result.toPrettyString());
            } else {
                changed.forEach(each -> common.out().println(each + " " + done));
                if (changed.isEmpty() && failed.isEmpty()) {
                    common.out()
                            .println(
                                    others > 0 && asked.isEmpty()
                                            ? "nothing to do: it does not answer, or nobody stopped it"
                                            : "nothing to do: it was so before");
                }
            }
            if (!failed.isEmpty()) {
                throw new CommandFailure(ExitStatus.FAILED, String.join("; ", failed), "");
            }
            return ExitStatus.OK.code();
        }
    }

    /** Drains. */
    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = {
                "Take no new work at an instance or a cell.",
                "What is in flight and what finishes something goes on. Ends with 'cell resume'."
            })
    static final class Drain extends Change {
        @Option(names = "--yes", description = "also where nobody serves the cell then")
        private boolean yes;

        Drain() {
            super(InstanceOrder.DRAIN, "drained");
        }

        @Override
        boolean isMeant() {
            return yes;
        }
    }

    /** Resumes. */
    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Take new work again.")
    static final class Resume extends Change {
        Resume() {
            super(InstanceOrder.RESUME, "serving");
        }
    }

    /** Stops. */
    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = {
                "Drain an instance or a cell, and end its processes.",
                "Their supervisor does not start them again until 'cell start'."
            })
    static final class Stop extends Change {
        @Option(names = "--yes", description = "also where nobody serves the cell then")
        private boolean yes;

        Stop() {
            super(InstanceOrder.STOP, "stopped");
        }

        @Override
        boolean isMeant() {
            return yes;
        }
    }

    /** Starts. */
    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Start what was stopped, and wait until it is ready.")
    static final class Start extends Change {
        Start() {
            super(InstanceOrder.START, "started");
        }
    }
}
