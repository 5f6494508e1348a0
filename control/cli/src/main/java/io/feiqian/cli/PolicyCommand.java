package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ConfigurationRolloutResponse;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import io.feiqian.governance.Policy;
import io.feiqian.governance.PolicyDocument;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Policies of calls as operators see and change them (P6.2.2.4, P6.2.3): the document {@code
 * governance} of configuration, changed the same way as with {@code configuration}, and what
 * processes do by it.
 */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Show, try and change the policies of calls, and see what they did.",
        subcommands = {
            PolicyCommand.Listing.class,
            PolicyStatusCommand.class,
            PolicyCommand.Get.class,
            PolicyCommand.Set.class,
            PolicyDryRunCommand.class,
            PolicyCommand.Publish.class,
            PolicyCommand.Withdraw.class,
            PolicyCommand.Past.class,
            PolicyCommand.Compare.class,
            PolicyCommand.RollBack.class
        })
final class PolicyCommand extends CommandGroup {
    /** The document, with what processes reported. */
    static ConfigurationRecord document(CommonOptions common, String command) {
        return ConfigurationClient.document(common, command, PolicyTexts.DOCUMENT);
    }

    /** The text of a version; empty for version 0, which is no policies. */
    static String text(CommonOptions common, String command, long version) {
        return ConfigurationClient.text(common, command, PolicyTexts.DOCUMENT, version);
    }

    /** Lists policies. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "List the policies in force for all, and those on trial.",
                "Which process goes by them says 'policy status'."
            })
    static final class Listing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Override
        public Integer call() {
            ConfigurationRecord document = document(common, "policy list");
            long forAll = document.getRollout().getVersion();
            long trial = document.getRollout().getGrayVersion();
            PolicyDocument all = PolicyTexts.read(text(common, "policy list", forAll));
            Optional<PolicyDocument> gray =
                    trial == 0
                            ? Optional.empty()
                            : Optional.of(PolicyTexts.read(text(common, "policy list", trial)));
            if (common.json()) {
                ObjectNode root = BankClient.body().put("version", forAll);
                fill(root.putArray("policies"), all);
                gray.ifPresent(it -> {
                    root.put("trial_version", trial)
                            .put("trial_target", document.getRollout().getGrayTarget());
                    fill(root.putArray("trial_policies"), it);
                });
                common.out().println(root.toPrettyString());
            } else {
                common.out()
                        .println(
                                document.hasRollout()
                                        ? ConfigurationText.line(document.getRollout())
                                        : "nothing published: every call is admitted");
                print(all);
                gray.ifPresent(it -> {
                    common.out().println("on trial for " + document.getRollout().getGrayTarget());
                    print(it);
                });
            }
            return ExitStatus.OK.code();
        }

        private void print(PolicyDocument document) {
            for (Policy each : document.policies()) {
                common.out()
                        .printf(
                                "  %s: %s at %s, %s%n",
                                each.ref(),
                                each.kind(),
                                PolicyTexts.sides(each),
                                PolicyTexts.applies(each));
            }
            if (document.policies().isEmpty()) {
                common.out().println("  no policies");
            }
        }

        private static void fill(ArrayNode list, PolicyDocument document) {
            document.policies()
                    .forEach(each ->
                            list.addObject()
                                    .put("id", each.ref().id())
                                    .put("version", each.ref().version())
                                    .put("kind", each.kind().name())
                                    .put("sides", PolicyTexts.sides(each))
                                    .put("group", each.group())
                                    .put("applies", PolicyTexts.applies(each)));
        }
    }

    /** Prints one version. */
    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = "Print the whole document, as 'policy set' takes it.")
    static final class Get implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "VERSION",
                description = "a version (default: the newest)")
        private long version;

        @Override
        public Integer call() {
            ShowConfigurationResponse shown =
                    ConfigurationClient.shown(common, "policy get", PolicyTexts.DOCUMENT, version);
            if (common.json()) {
                common.out().println(Json.of(shown.getVersion()).toPrettyString());
            } else {
                String text = shown.getVersion().getContent().strip();
                common.out().println(text.isEmpty() ? "{}" : text);
            }
            return ExitStatus.OK.code();
        }
    }

    /** Writes a version. */
    @Command(
            name = "set",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Write the next version of the document; 'policy publish' puts it into force.",
                "Try it before with 'policy dry-run'."
            })
    static final class Set implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Option(
                names = "--file",
                paramLabel = "FILE",
                required = true,
                description = "the whole document; - for the standard input")
        private Path file = Path.of("-");

        @Option(
                names = "--base",
                paramLabel = "N",
                required = true,
                description = "the newest version as you saw it; 0 for the first")
        private long base;

        @Override
        public Integer call() {
            return ConfigurationChange.write(
                    common, "policy set", PolicyTexts.DOCUMENT, file, base);
        }
    }

    /** A change of who goes by which policies. */
    abstract static class Roll extends ConfigurationChange.Roll {
        @Override
        final String name() {
            return PolicyTexts.DOCUMENT;
        }
    }

    /** Puts into force. */
    @Command(
            name = "publish",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Put a version into force at all processes, which ends a trial;",
                "or at some on trial, beside the version that all others go by."
            })
    static final class Publish extends Roll {
        @Parameters(index = "0", paramLabel = "VERSION", description = "which version")
        private long version;

        @ArgGroup private ConfigurationChange.Some some = new ConfigurationChange.Some();

        @Override
        ConfigurationRolloutResponse change(long seen) {
            return publish(version, some, seen);
        }
    }

    /** Ends a trial. */
    @Command(
            name = "withdraw",
            mixinStandardHelpOptions = true,
            description = "End a trial: all go by the version that the others went by.")
    static final class Withdraw extends Roll {
        @Override
        ConfigurationRolloutResponse change(long seen) {
            return withdraw(seen);
        }
    }

    /** Goes back. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description =
                    "Write the text of an earlier version as the next one, and put it into force.")
    static final class RollBack extends Roll {
        @Parameters(index = "0", paramLabel = "VERSION", description = "the earlier version")
        private long version;

        @Override
        ConfigurationRolloutResponse change(long seen) {
            return rollBack(version, seen);
        }
    }

    /** Shows what was. */
    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "Show the versions and who was given which, the newest first.")
    static final class Past implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Override
        public Integer call() {
            return ConfigurationCommand.history(common, PolicyTexts.DOCUMENT);
        }
    }

    /** Compares. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = "Show where two versions differ, key by key.")
    static final class Compare implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(index = "0", paramLabel = "FROM", description = "a version; 0 for none")
        private long from;

        @Parameters(index = "1", paramLabel = "TO", description = "another version")
        private long to;

        @Override
        public Integer call() {
            return ConfigurationCommand.compare(common, PolicyTexts.DOCUMENT, from, to);
        }
    }
}
