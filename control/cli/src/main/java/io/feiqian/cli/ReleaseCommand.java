package io.feiqian.cli;

import io.feiqian.governance.GrayRelease;
import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.ReleaseDocument;
import io.feiqian.governance.ReleaseText;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gray releases as operators begin, watch and end them (B6.4-a). */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Bring a new version to a growing share of the customers, and back.",
        subcommands = {
            ReleaseCommand.Start.class,
            ReleaseCommand.Status.class,
            ReleaseCommand.Stop.class,
            ReleaseCommand.Resume.class,
            ReleaseCommand.RollBack.class,
            ReleaseCommand.Remove.class
        })
final class ReleaseCommand extends CommandGroup {
    /** Begins one. */
    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = {
                "Begin a release with its first step. It goes on by itself, step by step, and goes",
                "back by itself where the new version fails more often or is slower."
            })
    static final class Start implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Option(
                names = "--file",
                paramLabel = "FILE",
                required = true,
                description =
                        "the release: id, service, to, of, steps, observe and bounds;"
                                + " - for the standard input")
        private Path file = Path.of("release.json");

        @Override
        public Integer call() {
            String plan = ConfigurationChange.text(file);
            return ReleaseChange.make(
                    common, "release start", document -> ReleaseText.begun(document, plan));
        }
    }

    /** Shows them. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = {
                "Show every release: how far it is, and why.",
                "Ends with 1 where one was rolled back, or the one named is not there."
            })
    static final class Status implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(arity = "0..1", paramLabel = "ID", description = "one release (default: all)")
        private String id = "";

        @Override
        public Integer call() {
            ReleaseChange.Seen seen = ReleaseChange.see(common, "release status");
            List<GrayRelease> shown =
                    ReleaseDocument.parse(seen.content()).releases().stream()
                            .filter(each -> id.isEmpty() || each.id().equals(id))
                            .toList();
            if (common.json()) {
                common.out().println(ReleaseChange.json(seen, shown).toPrettyString());
            } else if (shown.isEmpty()) {
                common.out().println("no release" + (id.isEmpty() ? "" : " " + id));
            } else {
                shown.forEach(each -> common.out().println(line(each)));
                common.out().println("last change: " + seen.lastChange());
            }
            boolean bad =
                    shown.isEmpty()
                            ? !id.isEmpty()
                            : shown.stream().anyMatch(each -> each.phase() == Phase.ROLLED_BACK);
            return (bad ? ExitStatus.FAILED : ExitStatus.OK).code();
        }

        private static String line(GrayRelease each) {
            return String.format(
                    Locale.ROOT,
                    "%s: %s, step %d of %d, %s %% of customers to %s=%s of %s: %s",
                    each.id(),
                    each.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    each.step() + 1,
                    each.plan().steps().size(),
                    each.percent(),
                    each.label(),
                    each.value(),
                    String.join(", ", each.services()),
                    each.why());
        }
    }

    /** What changes one release. */
    abstract static class Change implements Callable<Integer> {
        @Mixin final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "ID", description = "the release")
        String id = "";

        Integer move(String command, Phase phase) {
            String why = "by " + common.operator();
            return ReleaseChange.make(
                    common, command, document -> ReleaseText.moved(document, id, phase, why));
        }
    }

    /** Takes no further step. */
    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = {
                "Take no further step; the new version keeps its share of the customers.",
                "It still goes back by itself where it is worse."
            })
    static final class Stop extends Change {
        @Override
        public Integer call() {
            return move("release stop", Phase.PAUSED);
        }
    }

    /** Goes on. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Go on after a stop; the step is observed anew.")
    static final class Resume extends Change {
        @Override
        public Integer call() {
            return move("release resume", Phase.RUNNING);
        }
    }

    /** Goes back. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = {
                "The new version serves nobody any more, at once.",
                "A release that is complete goes back too."
            })
    static final class RollBack extends Change {
        @Override
        public Integer call() {
            return move("release rollback", Phase.ROLLED_BACK);
        }
    }

    /** Forgets one that is over. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = {
                "Take a release that is over out of the document, once no instance of the version",
                "that lost is left: all instances serve all customers then."
            })
    static final class Remove extends Change {
        @Override
        public Integer call() {
            return ReleaseChange.make(
                    common, "release remove", document -> ReleaseText.without(document, id));
        }
    }
}
