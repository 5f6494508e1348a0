package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.participant.HttpTransport;
import io.feiqian.participant.OperatorClient;
import io.feiqian.participant.OperatorLine;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/** The tx commands, asked of services of one's own: the same words, lines and exit statuses. */
final class TxServices {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final CommonOptions common;
    private final ServiceOptions options;

    TxServices(CommonOptions common, ServiceOptions options) {
        this.common = common;
        this.options = options;
    }

    /** What each service said, those without a record of it left out, and who said nothing. */
    private record Said(Map<String, List<OperatorLine>> answers, List<String> silent) {
        int end() {
            if (silent.isEmpty()) {
                return ExitStatus.OK.code();
            }
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    String.join("; ", silent),
                    "What is shown is what the other services have on record.");
        }

        List<OperatorLine> lines(String word) {
            return answers.values().stream()
                    .flatMap(List::stream)
                    .filter(each -> each.word().equals(word))
                    .toList();
        }
    }

    private Said askAll(String word, Map<String, String> values) {
        return ask(options.services(), word, values);
    }

    private Said ask(Map<String, URI> services, String word, Map<String, String> values) {
        Map<String, List<OperatorLine>> answers = new LinkedHashMap<>();
        List<String> silent = new ArrayList<>();
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            OperatorClient operator =
                    new OperatorClient(
                            new HttpTransport(client, services::get, TIMEOUT),
                            options.keys(),
                            Clock.system());
            for (String service : services.keySet()) {
                try {
                    answers.put(
                            service,
                            operator.ask(service, word, values).toCompletableFuture().join());
                } catch (CompletionException failed) {
                    Throwable why = failed.getCause() == null ? failed : failed.getCause();
                    if (!(why instanceof RefusedException refused)
                            || refused.code().kind() == OutcomeCode.Kind.UNAVAILABLE) {
                        silent.add(service + " does not answer: " + why.getMessage());
                    } else if (refused.code() != OutcomeCode.UNKNOWN_TRANSACTION) {
                        throw new CommandFailure(
                                ExitStatus.FAILED,
                                "%s: %s (%d): %s"
                                        .formatted(
                                                service,
                                                refused.code(),
                                                refused.code().number(),
                                                refused.getMessage()),
                                "",
                                refused);
                    }
                }
            }
        }
        return new Said(answers, silent);
    }

    /** An operator's change of one transaction. */
    private Map<String, String> change(String otherwise, Map<String, String> values) {
        Map<String, String> all = new TreeMap<>(values);
        all.put("operator", common.operator());
        all.put("reason", common.reason(otherwise));
        return all;
    }

    int totals() {
        Said said = askAll("totals", Map.of());
        if (common.json()) {
            return json(said);
        }
        Map<String, Long> unfinished = new TreeMap<>();
        Map<String, Long> newest = new TreeMap<>();
        said.lines("unfinished")
                .forEach(it ->
                        unfinished.merge(
                                "%-9s %-8s %-24s %s"
                                        .formatted(
                                                it.text("role"),
                                                it.text("state"),
                                                it.text("participant"),
                                                it.text("age")),
                                it.number("count"),
                                Long::sum));
        said.lines("newest")
                .forEach(it -> newest.merge(it.text("state"), it.number("count"), Long::sum));
        List<OperatorLine> counts = said.lines("counts");
        common.out().println(unfinished.isEmpty() ? "nothing is unfinished" : "unfinished:");
        unfinished.forEach((what, count) -> common.out().printf("%10d  %s%n", count, what));
        if (counts.stream().anyMatch(each -> each.text("cut").equals("true"))) {
            common.out().println("... and more: a service counts 50,000 of each kind");
        }
        common.out().println("the newest decisions on record, 10,000 of each service:");
        newest.forEach((state, count) -> common.out().printf("%10d  %s%n", count, state));
        common.out()
                .printf(
                        "%d records suspended, %d proposals wait for a second operator%n",
                        counts.stream().mapToLong(each -> each.number("suspended")).sum(),
                        counts.stream().mapToLong(each -> each.number("proposals")).sum());
        return said.end();
    }

    int list(String state, long overdueMillis, String participant, int limit) {
        Said said =
                askAll(
                        "list",
                        Map.of(
                                "state",
                                state,
                                "overdue",
                                Long.toString(overdueMillis),
                                "participant",
                                participant,
                                "limit",
                                Integer.toString(limit)));
        if (common.json()) {
            return json(said);
        }
        List<OperatorLine> records = said.lines("record");
        records.forEach(each -> common.out().println(line(each)));
        for (Map.Entry<String, List<OperatorLine>> each : said.answers().entrySet()) {
            long rows = each.getValue().stream().filter(it -> it.word().equals("record")).count();
            if (rows == limit) {
                common.out().println("... there may be more: raise --limit, or name fewer --at");
            }
        }
        common.out()
                .printf(
                        "%d decisions and %d branches of these are unfinished%n",
                        unfinished(records, "INITIATOR"), unfinished(records, "BRANCH"));
        return said.end();
    }

    private static long unfinished(List<OperatorLine> records, String role) {
        return records.stream()
                .filter(each -> each.text("role").equals(role) && each.number("finished") == 0)
                .count();
    }

    int show(String trace) {
        TraceNumber number = TraceNumber.parse(trace);
        Said said = askAll("show", Map.of("trace", number.toString()));
        if (said.silent().isEmpty() && said.answers().values().stream().allMatch(List::isEmpty)) {
            throw nobody(number);
        }
        if (common.json()) {
            return json(said);
        }
        said.answers().forEach((service, lines) -> lines.forEach(each -> print(service, each)));
        return said.end();
    }

    int retry(String trace) {
        Said said = changed("retry", trace);
        long taken = said.lines("done").stream().mapToLong(each -> each.number("count")).sum();
        if (common.json()) {
            common.out().println(BankClient.body().put("taken_up", taken).toPrettyString());
        } else if (taken == 0) {
            common.out().println("nothing of it is unfinished");
        } else {
            common.out().printf("%d records were taken up; see 'feiqian tx show'%n", taken);
        }
        return said.end();
    }

    /** Suspends or resumes. */
    int hold(String word, String done, String trace) {
        Said said = changed(word, trace);
        long changed = said.lines("done").stream().mapToLong(each -> each.number("count")).sum();
        if (common.json()) {
            common.out().println(BankClient.body().put(done, changed).toPrettyString());
        } else if (changed == 0) {
            common.out().printf("it was %s before%n", done);
        } else {
            common.out().printf("%s in %d services%n", done, changed);
        }
        return said.end();
    }

    private Said changed(String word, String trace) {
        TraceNumber number = TraceNumber.parse(trace);
        Said said = askAll(word, change("tx " + word, Map.of("trace", number.toString())));
        if (said.silent().isEmpty() && said.answers().isEmpty()) {
            throw nobody(number);
        }
        return said;
    }

    int resolve(String trace, int branch, String verdict, String correctedBy) {
        Said said =
                ask(
                        only("tx resolve"),
                        "resolve",
                        change(
                                "tx resolve",
                                Map.of(
                                        "trace",
                                        TraceNumber.parse(trace).toString(),
                                        "branch",
                                        Integer.toString(branch),
                                        "verdict",
                                        verdict,
                                        "evidence",
                                        correctedBy)));
        if (said.silent().isEmpty() && said.answers().isEmpty()) {
            throw nobody(TraceNumber.parse(trace));
        }
        if (common.json()) {
            return json(said);
        }
        said.lines("proposal")
                .forEach(each -> {
                    print(each);
                    common.out()
                            .printf(
                                    "another operator approves it: feiqian tx approve %s --digest"
                                            + " %s --operator NAME --reason TEXT --at NAME=URL%n",
                                    id(each), each.text("digest"));
                });
        return said.end();
    }

    int proposals() {
        Said said = askAll("proposals", Map.of());
        if (common.json()) {
            return json(said);
        }
        List<OperatorLine> all = said.lines("proposal");
        if (all.isEmpty()) {
            common.out().println("no proposal waits");
        }
        all.forEach(this::print);
        return said.end();
    }

    /** Approves, and lets the protocol do the rest at every service that is named. */
    int approve(String id, String digest) {
        Said said = decided("approve", id, Map.of("digest", digest));
        List<OperatorLine> rows = said.lines("proposal");
        for (OperatorLine each : rows) {
            Said unused = askAll("show", Map.of("trace", each.text("trace")));
            if (unused.lines("suspension").isEmpty()) {
                Said retried =
                        askAll(
                                "retry",
                                change("tx approve " + id, Map.of("trace", each.text("trace"))));
                retried.end();
            } else if (!common.json()) {
                common.out().println("it is suspended: 'feiqian tx resume' lets it go on");
            }
        }
        return said.end();
    }

    int reject(String id) {
        return decided("reject", id, Map.of()).end();
    }

    private Said decided(String word, String id, Map<String, String> values) {
        int hyphen = id.lastIndexOf('-');
        if (hyphen < 1 || !id.substring(hyphen + 1).matches("[0-9]{1,18}")) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "proposal: " + id + " (expected: the service's name, a hyphen and a number)",
                    "See 'feiqian tx proposals'.");
        }
        String service = id.substring(0, hyphen);
        URI there = options.services().get(service);
        if (there == null) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "service: " + service + " (expected: one that is named with --at)",
                    "");
        }
        Map<String, String> all = new TreeMap<>(values);
        all.put("id", id.substring(hyphen + 1));
        Said said = ask(Map.of(service, there), word, change("tx " + word, all));
        if (common.json()) {
            var _ = json(said);
        } else {
            said.lines("proposal").forEach(this::print);
        }
        return said;
    }

    private Map<String, URI> only(String command) {
        if (options.services().size() != 1) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    command
                            + " --at: %d services (expected: the one whose branch it is)"
                                    .formatted(options.services().size()),
                    "See 'feiqian tx show'.");
        }
        return options.services();
    }

    private static CommandFailure nobody(TraceNumber trace) {
        return new CommandFailure(
                ExitStatus.FAILED,
                "%s (%d): no service that was asked has a record of %s"
                        .formatted(
                                OutcomeCode.UNKNOWN_TRANSACTION,
                                OutcomeCode.UNKNOWN_TRANSACTION.number(),
                                trace),
                "It was never accepted there, or its records are older than they are kept.");
    }

    private int json(Said said) {
        ArrayNode all = BankClient.body().arrayNode();
        said.answers()
                .forEach((service, lines) -> {
                    ObjectNode answer = all.addObject();
                    answer.put("service", service);
                    for (OperatorLine each : lines) {
                        ObjectNode line = answer.withArray(each.word()).addObject();
                        each.values().forEach(line::put);
                    }
                });
        common.out().println(all.toPrettyString());
        return said.end();
    }

    private static String line(OperatorLine record) {
        long finished = record.number("finished");
        long over = record.number("now") - record.number("since");
        String pending =
                over < 0
                        ? "to be decided within " + -over / 1_000 + " s"
                        : "unfinished, overdue for " + over / 1_000 + " s";
        return "%s %s %-9s %-9s attempt %d of %s, %s%s"
                .formatted(
                        record.text("trace"),
                        record.text("service"),
                        record.text("role"),
                        record.text("state"),
                        record.number("attempt"),
                        record.text("initiator"),
                        finished > 0 ? "finished " + Instant.ofEpochMilli(finished) : pending,
                        record.text("kind").isEmpty()
                                ? ""
                                : ": branch %d, %s %s"
                                        .formatted(
                                                record.number("branch"),
                                                record.text("kind"),
                                                record.text("action")));
    }

    private void print(OperatorLine row) {
        common.out().println(row.text("trace"));
        print(row.text("service"), row);
    }

    private static String id(OperatorLine proposal) {
        return proposal.text("service") + "-" + proposal.text("id");
    }

    private void print(String service, OperatorLine line) {
        switch (line.word()) {
            case "record" -> {
                common.out().println(line(line));
                if (!line.text("message").isEmpty()) {
                    common.out()
                            .printf("    said %s: %s%n", line.text("code"), line.text("message"));
                }
            }
            case "branch" ->
                    common.out()
                            .printf(
                                    "    branch %d of %s%s: %s%n",
                                    line.number("branch"),
                                    line.text("service"),
                                    line.text("action").isEmpty()
                                            ? ""
                                            : ", message for " + line.text("action"),
                                    line.text("finished").equals("true")
                                            ? "finished"
                                            : "UNFINISHED");
            case "suspension" ->
                    common.out()
                            .printf(
                                    "    %s: SUSPENDED by %s since %s: %s%n",
                                    service,
                                    line.text("operator"),
                                    Instant.ofEpochMilli(line.number("since")),
                                    line.text("reason"));
            case "driving" ->
                    common.out()
                            .printf(
                                    "    %s is at it: branch %d failed %d times, last: %s; again"
                                            + " after %d ms%n",
                                    service,
                                    line.number("branch"),
                                    line.number("failures"),
                                    line.text("error"),
                                    line.number("next"));
            case "alarm" ->
                    common.out()
                            .printf(
                                    "    %s: alarm %s, %d times, last: %s%n",
                                    service,
                                    line.text("kind"),
                                    line.number("times"),
                                    line.text("message"));
            case "change" ->
                    common.out()
                            .printf(
                                    "    %s: %s by %s, %s: %s%n",
                                    service,
                                    line.text("what"),
                                    line.text("operator"),
                                    Instant.ofEpochMilli(line.number("at")),
                                    line.text("reason"));
            case "proposal" -> printProposal(line);
            default -> common.out().println("    " + service + ": " + line);
        }
    }

    private void printProposal(OperatorLine row) {
        common.out()
                .printf(
                        "    proposal %s, %s: branch %d is to be %s%n"
                                + "        corrected by: %s%n"
                                + "        proposed by %s until %s: %s%n",
                        id(row),
                        row.text("state"),
                        row.number("branch"),
                        row.text("verdict"),
                        row.text("evidence"),
                        row.text("proposer"),
                        Instant.ofEpochMilli(row.number("expires")),
                        row.text("reason"));
        if (row.number("decided") > 0) {
            common.out().printf("        by %s: %s%n", row.text("decider"), row.text("decision"));
        } else {
            common.out().printf("        digest %s%n", row.text("digest"));
        }
    }
}
