package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ConfigurationInstance;
import io.feiqian.bank.contract.PolicyState;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.cli.FleetClient.Said;
import io.feiqian.cli.PolicyStatus.Standing;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Which policies are in force where, and what each of them did (P6.2.3). */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Show which version is in force at each process, and what each policy did there.",
            "Ends with 1 where one does not go by the version that is meant for it, with 5 where",
            "one does not answer: what it did is not known then, and said to be so."
        })
final class PolicyStatusCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        try (RunningSystem system = RunningSystem.of(common, "policy status");
                FleetClient fleet = system.fleet()) {
            List<Said<ShowServedResponse>> served = new ServedClient(fleet).served();
            PolicyStatus status;
            String why = "";
            try {
                status =
                        PolicyStatus.of(
                                Optional.of(PolicyCommand.document(common, "policy status")),
                                served);
            } catch (CommandFailure silent) {
                // What is in force is known where it is applied, whoever else is down.
                status = PolicyStatus.of(Optional.empty(), served);
                why = silent.happened();
            }
            if (common.json()) {
                common.out().println(json(status, why).toPrettyString());
            } else {
                print(status, why, common.out());
            }
            if (status.differs()) {
                return ExitStatus.FAILED.code();
            }
            return (status.isPartial() ? ExitStatus.NOT_RUNNING : ExitStatus.OK).code();
        }
    }

    private static void print(PolicyStatus status, String why, PrintStream out) {
        status.document()
                .ifPresentOrElse(
                        it -> {
                            out.printf(
                                    "newest version %d; %s%n",
                                    it.getNewestVersion(),
                                    it.hasRollout()
                                            ? ConfigurationText.line(it.getRollout())
                                            : "nothing published");
                            if (!it.getRegistryAnswers()) {
                                out.println(
                                        "The registry does not answer; what processes reported is"
                                                + " from before.");
                            }
                        },
                        () -> out.println("What is meant to be in force is not known: " + why));
        status.instances().forEach(each -> out.println("  " + line(each)));
        for (String policy : status.policies()) {
            out.println(policy);
            for (Standing each : status.instances()) {
                if (each.isSilent()) {
                    out.printf("  %s: not known, it does not answer%n", each.name());
                } else {
                    each.of(policy).ifPresent(it -> out.println("  " + line(each.name(), it)));
                }
            }
        }
    }

    private static String line(Standing standing) {
        String reported =
                standing.reported()
                        .map(ConfigurationText::line)
                        .orElse(standing.name() + ": reports nothing");
        if (standing.isSilent()) {
            return reported + "; DOES NOT ANSWER: " + standing.failure();
        }
        return standing.said()
                .map(said ->
                        said.getRefusedDocument().isEmpty()
                                ? "%s; goes by document %d"
                                        .formatted(reported, said.getDocumentVersion())
                                : "%s; goes by document %d, REFUSED another: %s"
                                        .formatted(
                                                reported,
                                                said.getDocumentVersion(),
                                                said.getRefusedDocument()))
                .orElse(reported);
    }

    private static String line(String instance, PolicyState policy) {
        if (policy.getKind().equals("ROUTE")) {
            return "%s: v%d, ROUTE, applied by callers".formatted(instance, policy.getVersion());
        }
        StringBuilder did =
                new StringBuilder(
                        "%s: v%d, %s, admitted %d, refused %d"
                                .formatted(
                                        instance,
                                        policy.getVersion(),
                                        policy.getKind(),
                                        policy.getAdmitted(),
                                        policy.getRefused()));
        more(did, "queued", policy.getQueued());
        more(did, "answered otherwise", policy.getDegraded());
        more(did, "faults", policy.getFaults());
        if (!policy.getState().isEmpty()) {
            did.append("; ").append(policy.getState());
        }
        if (!policy.getLastWhy().isEmpty()) {
            did.append("; the last because: ").append(policy.getLastWhy());
        }
        return did.toString();
    }

    private static void more(StringBuilder did, String what, long count) {
        if (count > 0) {
            did.append(", ").append(what).append(' ').append(count);
        }
    }

    private static ObjectNode json(PolicyStatus status, String why) {
        ObjectNode root = BankClient.body();
        status.document()
                .ifPresentOrElse(
                        it -> {
                            root.put("newest_version", it.getNewestVersion())
                                    .put("registry_answers", it.getRegistryAnswers());
                            root.set("rollout", Json.of(it.getRollout()));
                        },
                        () -> root.put("failure", why));
        ArrayNode instances = root.putArray("instances");
        for (Standing each : status.instances()) {
            ObjectNode node =
                    instances
                            .addObject()
                            .put("instance", each.name())
                            .put("asked", each.isSilent() || each.said().isPresent())
                            .put("answers", each.said().isPresent())
                            .put("failure", each.failure());
            Optional<ConfigurationInstance> reported = each.reported();
            reported.ifPresent(it -> node.set("reported", Json.of(it)));
            each.said()
                    .ifPresent(it -> {
                        ObjectNode said = Json.of(it);
                        node.put("document_version", it.getDocumentVersion())
                                .put("refused_document", it.getRefusedDocument())
                                .set("policies", said.path("policies"));
                    });
        }
        return root;
    }
}
