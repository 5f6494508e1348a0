package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.governance.DryRun;
import io.feiqian.governance.DryRunComparison;
import io.feiqian.governance.DryRunComparison.Change;
import io.feiqian.governance.DryRunComparison.NotJudged;
import io.feiqian.governance.PolicyDocument;
import io.feiqian.governance.PolicyException;
import io.feiqian.governance.PolicyReport;
import io.feiqian.runtime.Clock;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** "What would this have refused?" (P6.2.3). Changes nothing. */
@Command(
        name = "dry-run",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Try a document on calls that instances of cells kept, beside the one in force for all.",
            "Changes nothing. Ends with 1 where it would refuse calls that are admitted now, with 5",
            "where an instance does not answer."
        })
final class PolicyDryRunCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @ArgGroup(multiplicity = "1")
    private Candidate candidate = new Candidate();

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description =
                    "calls of so many minutes (default: ${DEFAULT-VALUE}), where they are kept")
    private int minutes = 10;

    /** What is tried. */
    static final class Candidate {
        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "the whole document; - for the standard input")
        private Optional<Path> file = Optional.empty();

        @Option(names = "--written", paramLabel = "N", description = "a version that was written")
        private long version;
    }

    @Override
    public Integer call() {
        if (minutes < 1 || minutes > 1_440) {
            throw new CommandFailure(
                    ExitStatus.USAGE, "--minutes: " + minutes + " (expected: 1 to 1440)", "");
        }
        PolicyDocument tried = read();
        ConfigurationRecord document = PolicyCommand.document(common, "policy dry-run");
        PolicyDocument inForce =
                PolicyTexts.read(
                        PolicyCommand.text(
                                common, "policy dry-run", document.getRollout().getVersion()));
        try (RunningSystem system = RunningSystem.of(common, "policy dry-run");
                FleetClient fleet = system.fleet()) {
            PolicyDryRun run =
                    PolicyDryRun.of(
                            inForce,
                            tried,
                            new ServedClient(fleet)
                                    .recorded(Clock.system().now(), Duration.ofMinutes(minutes)));
            if (common.json()) {
                common.out().println(json(run).toPrettyString());
            } else {
                print(run, document.getRollout().getVersion(), common.out());
            }
            if (run.comparison().newlyRefused() > 0) {
                return ExitStatus.FAILED.code();
            }
            return (run.silent().isEmpty() ? ExitStatus.OK : ExitStatus.NOT_RUNNING).code();
        }
    }

    private PolicyDocument read() {
        String text =
                candidate.file.isPresent()
                        ? ConfigurationChange.text(candidate.file.get())
                        : PolicyCommand.text(common, "policy dry-run", candidate.version);
        try {
            return PolicyTexts.read(text);
        } catch (PolicyException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    String.valueOf(wrong.getMessage()),
                    "Correct the document.",
                    wrong);
        }
    }

    private static void print(PolicyDryRun run, long version, PrintStream out) {
        DryRunComparison found = run.comparison();
        run.silent().forEach(each -> out.println("NOT TRIED, does not answer: " + each));
        if (found.calls() == 0) {
            out.println("No calls are kept of that time: nothing was tried.");
        } else {
            out.printf(
                    "%d calls of %d instances from %s to %s (%d of them kept, which stand for all)%n",
                    found.calls(), run.instances().size(), found.from(), found.to(), found.kept());
            out.printf(
                    "version %d, in force for all, does not serve %d of them; this document would"
                            + " not serve %d%n",
                    version, found.refusedBefore(), found.refusedAfter());
            out.printf(
                    "only this document would refuse %d; only this one would serve %d%n",
                    found.newlyRefused(), found.newlyAdmitted());
        }
        found.changes().forEach(each -> out.println("  " + line(each)));
        for (PolicyReport each : found.policies()) {
            out.printf(
                    "%s (%s): would admit %d, refuse %d, queue %d, answer otherwise %d, faults %d%n",
                    each.policy(),
                    each.kind(),
                    each.admitted(),
                    each.refused(),
                    each.queued(),
                    each.degraded(),
                    each.faults());
        }
        found.notJudged().forEach(each -> out.println(line(each)));
    }

    private static String line(Change change) {
        String whose = change.caller().isEmpty() ? "" : " from " + change.caller();
        String what =
                change.after() == DryRun.Fate.ADMITTED
                        ? "would be served, which %s does not".formatted(change.policy())
                        : "would be %s by %s".formatted(word(change.after()), change.policy());
        String why = change.why().isEmpty() ? "" : ": " + change.why();
        return "%d calls %s/%s%s %s%s"
                .formatted(change.calls(), change.service(), change.method(), whose, what, why);
    }

    private static String word(DryRun.Fate fate) {
        return switch (fate) {
            case ADMITTED -> "served";
            case REFUSED -> "refused";
            case DEGRADED -> "answered otherwise";
            case FAILED -> "broken by order";
        };
    }

    private static String line(NotJudged each) {
        return "%s is not judged wholly: %s"
                .formatted(
                        each.policy(),
                        switch (each.why()) {
                            case PARAMETERS -> "fields of requests are not kept";
                            case LOAD -> "how busy the processors were is not kept";
                            case LEASES -> "quotas are counted as without a lease";
                            case OTHER_SIDE ->
                                    "it is applied elsewhere, and only what cells serve is kept";
                        });
    }

    private static ObjectNode json(PolicyDryRun run) {
        DryRunComparison found = run.comparison();
        ObjectNode root =
                BankClient.body()
                        .put("calls", found.calls())
                        .put("kept", found.kept())
                        .put("from_millis", found.from().toEpochMilli())
                        .put("to_millis", found.to().toEpochMilli())
                        .put("refused_in_force", found.refusedBefore())
                        .put("refused_by_candidate", found.refusedAfter())
                        .put("newly_refused", found.newlyRefused())
                        .put("newly_admitted", found.newlyAdmitted());
        ArrayNode changes = root.putArray("changes");
        found.changes()
                .forEach(each ->
                        changes.addObject()
                                .put("service", each.service())
                                .put("method", each.method())
                                .put("caller", each.caller())
                                .put("in_force", each.before().name())
                                .put("candidate", each.after().name())
                                .put("policy", each.policy())
                                .put("why", each.why())
                                .put("calls", each.calls()));
        ArrayNode policies = root.putArray("policies");
        found.policies()
                .forEach(each ->
                        policies.addObject()
                                .put("policy", each.policy().toString())
                                .put("kind", each.kind().name())
                                .put("admitted", each.admitted())
                                .put("refused", each.refused())
                                .put("queued", each.queued())
                                .put("degraded", each.degraded())
                                .put("faults", each.faults()));
        ArrayNode notJudged = root.putArray("not_judged");
        found.notJudged()
                .forEach(each ->
                        notJudged
                                .addObject()
                                .put("policy", each.policy().toString())
                                .put("why", each.why().name()));
        run.instances().forEach(root.putArray("instances")::add);
        run.silent().forEach(root.putArray("silent")::add);
        return root;
    }
}
