package io.feiqian.console;

import io.feiqian.bank.contract.ConfigurationInstance;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.PolicyState;
import io.feiqian.bank.contract.ShowConfigurationRequest;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.cli.FleetClient.Said;
import io.feiqian.cli.PolicyDryRun;
import io.feiqian.cli.PolicyStatus;
import io.feiqian.cli.PolicyTexts;
import io.feiqian.cli.ServedClient;
import io.feiqian.governance.DryRunComparison;
import io.feiqian.governance.Policy;
import io.feiqian.governance.PolicyDocument;
import io.feiqian.governance.PolicyException;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Policies of calls (P6.2.3): which are in force at which process and what they did, what a version
 * would have refused, and the document that holds them. Changes go the way of all configuration, by
 * {@link ConfigurationPage}.
 */
final class PoliciesPage implements Page {
    static final String PATH = "/policies";

    private static final Duration FRESH = Duration.ofMillis(1_900);
    private static final Duration LAST = Duration.ofMinutes(10);

    private final Clock clock;
    private final KeptByCells<List<Said<ShowServedResponse>>> served;

    PoliciesPage(Clock clock) {
        this.clock = clock;
        this.served =
                new KeptByCells<>(clock, FRESH, cells -> cells.askServed(ServedClient::served));
    }

    /**
     * What the page shows.
     *
     * @param document the document of policies, with what processes reported, versions and
     *     rollouts; empty where the cell that keeps its history does not answer
     * @param inForce the policies of the version for all
     * @param processes who goes by what
     * @param policies what each policy in force did, by process
     * @param tried what a version would have refused, where that was asked
     */
    public record Model(
            Optional<ConfigurationPage.Chosen> document,
            List<Entry> inForce,
            List<Follower> processes,
            List<Did> policies,
            Optional<Tried> tried) {
        /** Copies the lists. */
        public Model {
            inForce = List.copyOf(inForce);
            processes = List.copyOf(processes);
            policies = List.copyOf(policies);
        }
    }

    /**
     * A policy of a document.
     *
     * @param policy its name and version
     * @param kind what it is about
     * @param sides where it is applied
     * @param applies to which calls
     */
    public record Entry(String policy, String kind, String sides, String applies) {}

    /**
     * A process that goes by policies.
     *
     * @param name its name
     * @param asked whether it was asked itself; others report by the registry only
     * @param answers whether it answered
     * @param reportedVersion the version of the document that it reported; 0 for none
     * @param meantVersion the version that is meant for it
     * @param inForce the document's own number, as the process says itself; 0 for none
     * @param refused why it refused what came; empty where it did not
     */
    public record Follower(
            String name,
            boolean asked,
            boolean answers,
            long reportedVersion,
            long meantVersion,
            int inForce,
            String refused) {}

    /**
     * What a policy did in one process since it is in force there.
     *
     * @param process the process
     * @param did what
     */
    public record Did(String process, PolicyState did) {}

    /**
     * What a version would have done to calls that came, beside the version in force for all.
     *
     * @param version which
     * @param calls how many calls were tried
     * @param kept how many of them were kept, and stand for all
     * @param fromMillis when the first of them came
     * @param toMillis when the last of them came
     * @param refusedInForce how many the version in force does not serve
     * @param refused how many this one would not serve
     * @param newlyRefused how many only this one would not serve
     * @param newlyAdmitted how many only this one would serve
     * @param changes where the two differ
     * @param notJudged policies that could not be tried wholly, and why
     * @param silent instances whose calls are not among them
     */
    public record Tried(
            long version,
            long calls,
            long kept,
            long fromMillis,
            long toMillis,
            long refusedInForce,
            long refused,
            long newlyRefused,
            long newlyAdmitted,
            List<DryRunComparison.Change> changes,
            List<NotJudged> notJudged,
            List<String> silent) {
        /** Copies the lists. */
        public Tried {
            changes = List.copyOf(changes);
            notJudged = List.copyOf(notJudged);
            silent = List.copyOf(silent);
        }
    }

    /**
     * A policy that could not be tried wholly.
     *
     * @param policy which
     * @param why why
     */
    public record NotJudged(String policy, DryRunComparison.Unknown why) {}

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "policies.title";
    }

    @Override
    public Permission needs() {
        return Permission.CONFIGURATION_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(
                PATH, Permission.CONFIGURATION_SEE, visit -> visit.show("policies", model(visit)));
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                                PATH,
                                Permission.CONFIGURATION_SEE,
                                "Policies in force by process, and what they did; changed as the"
                                        + " document governance of configuration.",
                                Model.class,
                                this::model)
                        .query("try", Route.Type.INTEGER, "a version to try on calls that came")
                        .query("from", Route.Type.INTEGER, "a version to compare; 0 for none")
                        .query("to", Route.Type.INTEGER, "the version to compare it with"));
    }

    private Model model(Asked asked) {
        Optional<ConfigurationPage.Chosen> document = document(asked);
        Optional<ConfigurationRecord> record = document.map(ConfigurationPage.Chosen::document);
        PolicyDocument inForce =
                record.map(each -> read(asked, each.getRollout().getVersion()))
                        .orElse(PolicyDocument.NONE);
        PolicyStatus status = PolicyStatus.of(record, served.get(asked.cells()));
        return new Model(
                document,
                inForce.policies().stream().map(PoliciesPage::entry).toList(),
                status.instances().stream().map(PoliciesPage::process).toList(),
                status.policies().stream().flatMap(policy -> did(status, policy)).toList(),
                record.filter(each -> !asked.query("try").isBlank())
                        .map(each -> tried(asked, each, inForce)));
    }

    /** What instances do is shown also while nobody knows what is meant to be in force. */
    private static Optional<ConfigurationPage.Chosen> document(Asked asked) {
        try {
            return Optional.of(ConfigurationPage.chosen(asked, PolicyTexts.DOCUMENT));
        } catch (RefusedException refused) {
            if (refused.code() != OutcomeCode.CELL_UNAVAILABLE
                    && refused.code() != OutcomeCode.DATABASE_UNAVAILABLE) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    private static Stream<Did> did(PolicyStatus status, String policy) {
        return status.instances().stream()
                .flatMap(each -> each.of(policy).map(did -> new Did(each.name(), did)).stream());
    }

    private Tried tried(Asked asked, ConfigurationRecord document, PolicyDocument inForce) {
        long version = asked.queryNumber("try", 0);
        if (version > document.getNewestVersion()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "try: %d (expected: 0 to %d)".formatted(version, document.getNewestVersion()));
        }
        PolicyDocument candidate = read(asked, version);
        PolicyDryRun run =
                asked.cells()
                        .askServed(client ->
                                PolicyDryRun.of(
                                        inForce, candidate, client.recorded(clock.now(), LAST)));
        DryRunComparison found = run.comparison();
        return new Tried(
                version,
                found.calls(),
                found.kept(),
                found.from().toEpochMilli(),
                found.to().toEpochMilli(),
                found.refusedBefore(),
                found.refusedAfter(),
                found.newlyRefused(),
                found.newlyAdmitted(),
                found.changes(),
                found.notJudged().stream()
                        .map(each -> new NotJudged(each.policy().toString(), each.why()))
                        .toList(),
                run.silent());
    }

    private static PolicyDocument read(Asked asked, long version) {
        if (version == 0) {
            return PolicyDocument.NONE;
        }
        String text =
                ConfigurationPage.read(
                                asked,
                                it ->
                                        it.showConfiguration(
                                                ShowConfigurationRequest.newBuilder()
                                                        .setName(PolicyTexts.DOCUMENT)
                                                        .setVersion(version)
                                                        .build()),
                                ShowConfigurationResponse::getOutcome)
                        .getVersion()
                        .getContent();
        try {
            return PolicyTexts.read(text);
        } catch (PolicyException wrong) {
            throw new RefusedException(
                    OutcomeCode.INVALID_POLICY, String.valueOf(wrong.getMessage()));
        }
    }

    private static Entry entry(Policy policy) {
        return new Entry(
                policy.ref().toString(),
                policy.kind().name(),
                PolicyTexts.sides(policy),
                PolicyTexts.applies(policy));
    }

    private static Follower process(PolicyStatus.Standing standing) {
        Optional<ConfigurationInstance> reported = standing.reported();
        Optional<ShowServedResponse> said = standing.said();
        return new Follower(
                standing.name(),
                said.isPresent() || standing.isSilent(),
                said.isPresent(),
                reported.map(ConfigurationInstance::getVersion).orElse(0L),
                reported.map(ConfigurationInstance::getMeantVersion).orElse(0L),
                said.map(ShowServedResponse::getDocumentVersion).orElse(0),
                said.map(ShowServedResponse::getRefusedDocument)
                        .filter(each -> !each.isEmpty())
                        .or(() -> reported.map(ConfigurationInstance::getRefusedBecause))
                        .orElse(""));
    }
}
