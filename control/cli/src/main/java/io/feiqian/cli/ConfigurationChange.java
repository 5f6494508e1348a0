package io.feiqian.cli;

import io.feiqian.bank.contract.ConfigurationRolloutResponse;
import io.feiqian.bank.contract.PublishConfigurationRequest;
import io.feiqian.bank.contract.RollBackConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationResponse;
import io.feiqian.bank.contract.WithdrawConfigurationRequest;
import io.feiqian.configuration.ConfigurationException;
import io.feiqian.configuration.Seal;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What operators do about documents of configuration. */
final class ConfigurationChange {
    private static final String REVISION_HELP =
            "the rollout that you saw; somebody else's since then is not overwritten"
                    + " (default: the one in force when this command looks)";

    private ConfigurationChange() {}

    /** Writes a version. */
    @Command(
            name = "set",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Write the next version of a document; 'configuration publish' gives it to processes.",
                "What stands in it as {\"seal\": \"text\"} is encrypted before it leaves this process."
            })
    static final class Set implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "NAME", description = "the document")
        private String name = "";

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
            return write(common, "configuration set", name, file, base);
        }
    }

    /** Writes the next version of a document from a file. */
    static int write(CommonOptions common, String command, String name, Path file, long base) {
        SetConfigurationRequest request =
                SetConfigurationRequest.newBuilder()
                        .setName(name)
                        .setBaseVersion(base)
                        .setContent(sealed(common, name, text(file)))
                        .build();
        SetConfigurationResponse done =
                ConfigurationClient.ask(
                        common,
                        command,
                        it -> it.setConfiguration(request),
                        SetConfigurationResponse::getOutcome);
        if (common.json()) {
            common.out().println(Json.of(done.getVersion()).toPrettyString());
        } else {
            common.out()
                    .printf(
                            "%s: version %d is written, and not published%n",
                            name, done.getVersion().getVersion());
        }
        return ExitStatus.OK.code();
    }

    /** What a file holds; {@code -} is the standard input. */
    static String text(Path file) {
        try {
            return file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    file + " cannot be read: " + unreadable.getMessage(),
                    "Name the document with --file.",
                    unreadable);
        }
    }

    private static String sealed(CommonOptions common, String name, String content) {
        HomeFolder home = common.openHome();
        Seal seal =
                Seal.with(new AesPersonalData(KeyRing.obtain(home.secrets()), Randomness.secure()));
        try {
            return seal.sealed(name, content);
        } catch (ConfigurationException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    String.valueOf(wrong.getMessage()),
                    "Correct the document.",
                    wrong);
        }
    }

    /** Says who uses what of a document now. */
    static void tell(CommonOptions common, String name, ConfigurationRolloutResponse done) {
        if (common.json()) {
            common.out().println(Json.of(done).toPrettyString());
            return;
        }
        common.out().println(name + ": " + ConfigurationText.line(done.getRollout()));
        if (!done.getDistributed()) {
            common.out()
                    .println(
                            "The registry does not have it yet; processes learn of it when it"
                                    + " answers.");
        }
    }

    /** Options and way of every change of who uses what. */
    abstract static class Roll implements Callable<Integer> {
        @Mixin final CommonOptions common = new CommonOptions();

        @Option(names = "--revision", paramLabel = "N", description = REVISION_HELP)
        private long revision = -1;

        /** Of which document. */
        abstract String name();

        /** Asks for it, where this rollout is in force. */
        abstract ConfigurationRolloutResponse change(long seen);

        @Override
        public Integer call() {
            ConfigurationRolloutResponse done = change(revision < 0 ? inForce() : revision);
            tell(common, name(), done);
            return ExitStatus.OK.code();
        }

        /** Gives a version to some or all. */
        ConfigurationRolloutResponse publish(long version, Some some, long seen) {
            String target = some.target();
            PublishConfigurationRequest request =
                    PublishConfigurationRequest.newBuilder()
                            .setName(name())
                            .setVersion(version)
                            .setTarget(target.equals("percent:0") ? "all" : target)
                            .setRevision(seen)
                            .build();
            return ConfigurationClient.ask(
                    common,
                    "configuration publish",
                    it -> it.publishConfiguration(request),
                    ConfigurationRolloutResponse::getOutcome);
        }

        /** Ends a trial. */
        ConfigurationRolloutResponse withdraw(long seen) {
            WithdrawConfigurationRequest request =
                    WithdrawConfigurationRequest.newBuilder()
                            .setName(name())
                            .setRevision(seen)
                            .build();
            return ConfigurationClient.ask(
                    common,
                    "configuration withdraw",
                    it -> it.withdrawConfiguration(request),
                    ConfigurationRolloutResponse::getOutcome);
        }

        /** Takes an earlier version up again. */
        ConfigurationRolloutResponse rollBack(long version, long seen) {
            RollBackConfigurationRequest request =
                    RollBackConfigurationRequest.newBuilder()
                            .setName(name())
                            .setToVersion(version)
                            .setRevision(seen)
                            .build();
            return ConfigurationClient.ask(
                    common,
                    "configuration rollback",
                    it -> it.rollBackConfiguration(request),
                    ConfigurationRolloutResponse::getOutcome);
        }

        private long inForce() {
            return ConfigurationClient.document(common, "configuration", name())
                    .getRollout()
                    .getRevision();
        }
    }

    /** The same of a document that is named. */
    abstract static class NamedRoll extends Roll {
        @Parameters(index = "0", paramLabel = "NAME", description = "the document")
        private String name = "";

        @Override
        final String name() {
            return name;
        }
    }

    /** Whom a version is given to; all unless said. */
    static final class Some {
        @Option(
                names = "--instances",
                split = ",",
                paramLabel = "NAME",
                description = "only these processes, such as gateway,cell-1-1")
        private List<String> instances = List.of();

        @Option(
                names = "--label",
                paramLabel = "NAME=VALUE",
                description = "only processes with this label, such as cell=cell-1")
        private String label = "";

        @Option(
                names = "--percent",
                paramLabel = "N",
                description = "only this share of all processes, the same ones every time")
        private int percent;

        String target() {
            if (!instances.isEmpty()) {
                return "instances:" + String.join(",", instances);
            }
            return label.isEmpty() ? "percent:" + percent : "label:" + label;
        }
    }

    /** Publishes. */
    @Command(
            name = "publish",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Give a version to all processes, which ends a trial;",
                "or to some on trial, beside the version that all others use."
            })
    static final class Publish extends NamedRoll {
        @Parameters(index = "1", paramLabel = "VERSION", description = "which version")
        private long version;

        @ArgGroup private Some some = new Some();

        @Override
        ConfigurationRolloutResponse change(long seen) {
            return publish(version, some, seen);
        }
    }

    /** Ends a trial. */
    @Command(
            name = "withdraw",
            mixinStandardHelpOptions = true,
            description = "End a trial: all use the version that the others used.")
    static final class Withdraw extends NamedRoll {
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
                    "Write the text of an earlier version as the next one, and give it to all.")
    static final class RollBack extends NamedRoll {
        @Parameters(index = "1", paramLabel = "VERSION", description = "the earlier version")
        private long version;

        @Override
        ConfigurationRolloutResponse change(long seen) {
            return rollBack(version, seen);
        }
    }
}
