package io.feiqian.cli;

import io.feiqian.bank.contract.CompareConfigurationsRequest;
import io.feiqian.bank.contract.CompareConfigurationsResponse;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ListConfigurationHistoryRequest;
import io.feiqian.bank.contract.ListConfigurationHistoryResponse;
import io.feiqian.bank.contract.ListConfigurationsRequest;
import io.feiqian.bank.contract.ListConfigurationsResponse;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Documents of configuration as operators see and change them (S.ms-3). */
@Command(
        name = "configuration",
        mixinStandardHelpOptions = true,
        description = "Show and change what running processes go by, without restarting them.",
        subcommands = {
            ConfigurationCommand.Listing.class,
            ConfigurationCommand.Show.class,
            ConfigurationCommand.Past.class,
            ConfigurationCommand.Compare.class,
            ConfigurationChange.Set.class,
            ConfigurationChange.Publish.class,
            ConfigurationChange.Withdraw.class,
            ConfigurationChange.RollBack.class
        })
final class ConfigurationCommand extends CommandGroup {
    /** Lists documents. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Show every document, who uses which version, and who refused one.",
                "Ends with 1 where a process does not go by the version that is meant for it."
            })
    static final class Listing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Override
        public Integer call() {
            ListConfigurationsResponse found =
                    ConfigurationClient.ask(
                            common,
                            "configuration list",
                            it ->
                                    it.listConfigurations(
                                            ListConfigurationsRequest.getDefaultInstance()),
                            ListConfigurationsResponse::getOutcome);
            if (common.json()) {
                common.out().println(Json.of(found).path("documents").toPrettyString());
            } else {
                found.getDocumentsList()
                        .forEach(each -> ConfigurationText.print(each, common.out()));
            }
            boolean differs =
                    found.getDocumentsList().stream().anyMatch(ConfigurationText::differs);
            return (differs ? ExitStatus.FAILED : ExitStatus.OK).code();
        }
    }

    /** Shows one. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show a document: its text, who uses it, and what it may hold.")
    static final class Show implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(index = "0", paramLabel = "NAME", description = "the document")
        private String name = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "VERSION",
                description = "a version (default: the newest)")
        private long version;

        @Option(names = "--schema", description = "print what it may hold, as JSON Schema")
        private boolean schema;

        @Override
        public Integer call() {
            ShowConfigurationResponse shown =
                    ConfigurationClient.shown(common, "configuration show", name, version);
            if (schema) {
                common.out().println(shown.getSchema());
            } else if (common.json()) {
                common.out().println(Json.of(shown).toPrettyString());
            } else {
                ConfigurationRecord document = shown.getDocument();
                ConfigurationText.print(document, common.out());
                if (shown.hasVersion()) {
                    common.out().println(ConfigurationText.line(shown.getVersion()));
                    common.out().println(shown.getVersion().getContent().strip());
                }
            }
            return ExitStatus.OK.code();
        }
    }

    /** Shows what was. */
    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "Show a document's versions and who was given which, the newest first.")
    static final class Past implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "NAME", description = "the document")
        private String name = "";

        @Override
        public Integer call() {
            return history(common, name);
        }
    }

    /** Shows what was of a document. */
    static int history(CommonOptions common, String name) {
        ListConfigurationHistoryResponse past =
                ConfigurationClient.ask(
                        common,
                        "configuration history",
                        it ->
                                it.listConfigurationHistory(
                                        ListConfigurationHistoryRequest.newBuilder()
                                                .setName(name)
                                                .build()),
                        ListConfigurationHistoryResponse::getOutcome);
        if (common.json()) {
            common.out().println(Json.of(past).toPrettyString());
        } else {
            past.getVersionsList()
                    .forEach(each -> common.out().println(ConfigurationText.line(each)));
            past.getRolloutsList()
                    .forEach(each -> common.out().println(ConfigurationText.line(each)));
        }
        return ExitStatus.OK.code();
    }

    /** Compares two versions. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = "Show where two versions differ, key by key; secrets are not shown.")
    static final class Compare implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(index = "0", paramLabel = "NAME", description = "the document")
        private String name = "";

        @Parameters(index = "1", paramLabel = "FROM", description = "a version; 0 for none")
        private long from;

        @Parameters(index = "2", paramLabel = "TO", description = "another version")
        private long to;

        @Override
        public Integer call() {
            return compare(common, name, from, to);
        }
    }

    /** Shows where two versions of a document differ. */
    static int compare(CommonOptions common, String name, long from, long to) {
        CompareConfigurationsResponse compared =
                ConfigurationClient.ask(
                        common,
                        "configuration diff",
                        it ->
                                it.compareConfigurations(
                                        CompareConfigurationsRequest.newBuilder()
                                                .setName(name)
                                                .setFromVersion(from)
                                                .setToVersion(to)
                                                .build()),
                        CompareConfigurationsResponse::getOutcome);
        if (common.json()) {
            common.out().println(Json.of(compared).path("differences").toPrettyString());
        } else {
            compared.getDifferencesList()
                    .forEach(each ->
                            common.out()
                                    .printf(
                                            "%s: %s -> %s%n",
                                            each.getKey(),
                                            orNothing(each.getBefore()),
                                            orNothing(each.getAfter())));
        }
        return ExitStatus.OK.code();
    }

    private static String orNothing(String value) {
        return value.isEmpty() ? "(nothing)" : value;
    }
}
