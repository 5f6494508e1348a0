package io.feiqian.console;

import io.feiqian.bank.contract.CompareConfigurationsRequest;
import io.feiqian.bank.contract.CompareConfigurationsResponse;
import io.feiqian.bank.contract.ConfigurationAdminGrpc.ConfigurationAdminBlockingStub;
import io.feiqian.bank.contract.ConfigurationDifference;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ConfigurationRollout;
import io.feiqian.bank.contract.ConfigurationRolloutResponse;
import io.feiqian.bank.contract.ConfigurationVersion;
import io.feiqian.bank.contract.ListConfigurationHistoryRequest;
import io.feiqian.bank.contract.ListConfigurationHistoryResponse;
import io.feiqian.bank.contract.ListConfigurationsRequest;
import io.feiqian.bank.contract.ListConfigurationsResponse;
import io.feiqian.bank.contract.PublishConfigurationRequest;
import io.feiqian.bank.contract.RollBackConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationResponse;
import io.feiqian.bank.contract.ShowConfigurationRequest;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import io.feiqian.bank.contract.WithdrawConfigurationRequest;
import io.feiqian.cli.PolicyTexts;
import io.feiqian.configuration.ConfigurationException;
import io.feiqian.configuration.Seal;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Documents of configuration: who goes by which version, who refused one and why; versions, where
 * they differ, and what operators do about them (S.ms-3).
 */
final class ConfigurationPage implements Page {
    private static final String PATH = "/configuration";
    private static final String READING = "a page is shown";

    private final Trail trail;
    private final Seal seal;

    ConfigurationPage(Trail trail, Seal seal) {
        this.trail = trail;
        this.seal = seal;
    }

    /**
     * What the page shows.
     *
     * @param documents every document, with what processes say
     * @param chosen the one that was asked for
     */
    public record Model(List<ConfigurationRecord> documents, Optional<Chosen> chosen) {
        /** Copies the list. */
        public Model {
            documents = List.copyOf(documents);
        }
    }

    /**
     * One document.
     *
     * @param content the newest version's; secrets in it are envelopes
     * @param schema what it may hold, as JSON Schema
     * @param from the first of two versions that are compared; 0 for none
     * @param to the second
     * @param differences where they differ
     */
    public record Chosen(
            ConfigurationRecord document,
            String content,
            String schema,
            List<ConfigurationVersion> versions,
            List<ConfigurationRollout> rollouts,
            long from,
            long to,
            List<ConfigurationDifference> differences) {
        /** Copies the lists. */
        public Chosen {
            versions = List.copyOf(versions);
            rollouts = List.copyOf(rollouts);
            differences = List.copyOf(differences);
        }
    }

    /**
     * What was done.
     *
     * @param version the version that was written; 0 where none was
     * @param revision the rollout that is in force; 0 where nothing was published
     * @param distributed whether processes were told; otherwise they are, once the registry answers
     * @param message the same for people
     */
    public record Done(long version, long revision, boolean distributed, String message) {}

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "configuration.title";
    }

    @Override
    public Permission needs() {
        return Permission.CONFIGURATION_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(
                PATH,
                Permission.CONFIGURATION_SEE,
                visit -> visit.show("configuration", model(visit)));
        page(frame, "set", this::set);
        page(frame, "publish", this::publish);
        page(frame, "withdraw", this::withdraw);
        page(frame, "rollback", this::rollBack);
    }

    private static void page(Frame frame, String change, Function<Asked, Done> does) {
        frame.post(
                PATH + "/" + change,
                Permission.CONFIGURATION_CHANGE,
                visit -> {
                    Done done = does.apply(visit);
                    visit.goTo(back(visit), done.message());
                });
    }

    /** Policies have a page of their own, which sends its forms here. */
    private static String back(Visit visit) {
        String name = visit.field("name");
        boolean ofPolicies =
                name.equals(PolicyTexts.DOCUMENT) && visit.field("page").equals(PoliciesPage.PATH);
        return ofPolicies ? PoliciesPage.PATH : PATH + "?name=" + name;
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                                PATH,
                                Permission.CONFIGURATION_SEE,
                                "Every document, with what processes say is in force; one of them whole.",
                                Model.class,
                                this::model)
                        .query("name", Route.Type.TEXT, "the document to show whole")
                        .query("from", Route.Type.INTEGER, "a version to compare; 0 for none")
                        .query("to", Route.Type.INTEGER, "the version to compare it with"),
                post("set", "Writes the next version of a document.", this::set)
                        .field("base", Route.Type.INTEGER, "the newest version as you saw it, or 0")
                        .field("content", Route.Type.TEXT, "the whole document"),
                post("publish", "Gives a version to all, or to some on trial.", this::publish)
                        .field("version", Route.Type.INTEGER, "which")
                        .field("target", Route.Type.TEXT, "all, instances:…, label:… or percent:…")
                        .field("revision", Route.Type.INTEGER, "the rollout that you saw, or 0"),
                post("withdraw", "Ends a trial.", this::withdraw)
                        .field("revision", Route.Type.INTEGER, "the rollout that you saw"),
                post("rollback", "Writes an earlier version anew, for all.", this::rollBack)
                        .field("version", Route.Type.INTEGER, "the earlier version")
                        .field("revision", Route.Type.INTEGER, "the rollout that you saw, or 0"));
    }

    private static Route post(String change, String summary, Function<Asked, Done> does) {
        return Route.post(
                        PATH + "/" + change,
                        Permission.CONFIGURATION_CHANGE,
                        summary,
                        Done.class,
                        does)
                .field("name", Route.Type.TEXT, "the document");
    }

    private Model model(Asked asked) {
        List<ConfigurationRecord> documents =
                read(
                                asked,
                                it ->
                                        it.listConfigurations(
                                                ListConfigurationsRequest.getDefaultInstance()),
                                ListConfigurationsResponse::getOutcome)
                        .getDocumentsList();
        String name = asked.query("name").strip();
        return new Model(
                documents, name.isEmpty() ? Optional.empty() : Optional.of(chosen(asked, name)));
    }

    /** One document whole, with the two versions compared that the address names. */
    static Chosen chosen(Asked asked, String name) {
        ShowConfigurationResponse shown =
                read(
                        asked,
                        it ->
                                it.showConfiguration(
                                        ShowConfigurationRequest.newBuilder()
                                                .setName(name)
                                                .build()),
                        ShowConfigurationResponse::getOutcome);
        ListConfigurationHistoryResponse past =
                read(
                        asked,
                        it ->
                                it.listConfigurationHistory(
                                        ListConfigurationHistoryRequest.newBuilder()
                                                .setName(name)
                                                .build()),
                        ListConfigurationHistoryResponse::getOutcome);
        long from = asked.queryNumber("from", shown.getDocument().getRollout().getVersion());
        long to = asked.queryNumber("to", shown.getDocument().getNewestVersion());
        CompareConfigurationsResponse compared =
                read(
                        asked,
                        it ->
                                it.compareConfigurations(
                                        CompareConfigurationsRequest.newBuilder()
                                                .setName(name)
                                                .setFromVersion(from)
                                                .setToVersion(to)
                                                .build()),
                        CompareConfigurationsResponse::getOutcome);
        return new Chosen(
                shown.getDocument(),
                shown.getVersion().getContent(),
                shown.getSchema(),
                past.getVersionsList(),
                past.getRolloutsList(),
                from,
                to,
                compared.getDifferencesList());
    }

    private Done set(Asked asked) {
        String name = asked.field("name");
        long base = number(asked, "base");
        SetConfigurationRequest request =
                SetConfigurationRequest.newBuilder()
                        .setName(name)
                        .setBaseVersion(base)
                        .setContent(sealed(name, asked.field("content")))
                        .build();
        trail.add(asked, "configuration.set", name, Map.of("base", Long.toString(base)));
        long version =
                change(
                                asked,
                                it -> it.setConfiguration(request),
                                SetConfigurationResponse::getOutcome)
                        .getVersion()
                        .getVersion();
        return new Done(
                version, 0, false, asked.texts().of("configuration.written", name, version));
    }

    /** What is to be secret leaves this process as an envelope only. */
    private String sealed(String name, String content) {
        try {
            return seal.sealed(name, content);
        } catch (ConfigurationException wrong) {
            throw new RefusedException(
                    OutcomeCode.INVALID_CONFIGURATION, String.valueOf(wrong.getMessage()));
        }
    }

    private Done publish(Asked asked) {
        String target = asked.field("target");
        PublishConfigurationRequest request =
                PublishConfigurationRequest.newBuilder()
                        .setName(asked.field("name"))
                        .setVersion(number(asked, "version"))
                        .setTarget(target)
                        .setRevision(number(asked, "revision"))
                        .build();
        return roll(
                asked,
                "publish",
                Map.of("version", asked.field("version"), "to", target),
                it -> it.publishConfiguration(request));
    }

    private Done withdraw(Asked asked) {
        WithdrawConfigurationRequest request =
                WithdrawConfigurationRequest.newBuilder()
                        .setName(asked.field("name"))
                        .setRevision(number(asked, "revision"))
                        .build();
        return roll(asked, "withdraw", Map.of(), it -> it.withdrawConfiguration(request));
    }

    private Done rollBack(Asked asked) {
        RollBackConfigurationRequest request =
                RollBackConfigurationRequest.newBuilder()
                        .setName(asked.field("name"))
                        .setToVersion(number(asked, "version"))
                        .setRevision(number(asked, "revision"))
                        .build();
        return roll(
                asked,
                "rollback",
                Map.of("version", asked.field("version")),
                it -> it.rollBackConfiguration(request));
    }

    private Done roll(
            Asked asked,
            String action,
            Map<String, String> details,
            Function<ConfigurationAdminBlockingStub, ConfigurationRolloutResponse> question) {
        String name = asked.field("name");
        trail.add(asked, "configuration." + action, name, details);
        ConfigurationRolloutResponse done =
                change(asked, question, ConfigurationRolloutResponse::getOutcome);
        long revision = done.getRollout().getRevision();
        String said = done.getDistributed() ? "configuration.rolled" : "configuration.waits";
        return new Done(0, revision, done.getDistributed(), asked.texts().of(said, name, revision));
    }

    /** What the cell that keeps the history says. */
    static <R> R read(
            Asked asked,
            Function<ConfigurationAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        return asked.cells().askConfiguration(asked.user().name(), READING, question, outcome);
    }

    private static <R> R change(
            Asked asked,
            Function<ConfigurationAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        return asked.cells()
                .askConfiguration(asked.user().name(), asked.field("reason"), question, outcome);
    }

    private static long number(Asked asked, String field) {
        String text = asked.field(field);
        if (!text.matches("[0-9]{1,12}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, field + ": not a number (expected: 0 or more)");
        }
        return Long.parseLong(text);
    }
}
