package io.feiqian.participant;

import io.feiqian.participant.ServiceOperations.Search;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Answers operators' questions in lines, by {@link ServiceOperations}. Thread-safe. */
final class OperatorDesk {
    /** How old a signed question may be: what is overheard cannot be asked again later. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    /** What may be asked once only; whoever wants it again signs again. */
    private static final Set<String> CHANGES =
            Set.of("retry", "suspend", "resume", "resolve", "approve", "reject");

    private static final int MOST_REMEMBERED = 10_000;

    /** When each change was asked for, as long as its signature is fresh; guarded by itself. */
    private final Map<String, Long> changes = new HashMap<>();

    private final String service;
    private final ServiceOperations operations;
    private final Clock clock;

    OperatorDesk(String service, ServiceOperations operations, Clock clock) {
        this.service = service;
        this.operations = operations;
        this.clock = clock;
    }

    String answer(String body) throws SQLException {
        List<OperatorLine> lines = OperatorLine.read(body);
        if (lines.size() != 1) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "operator: %d lines (expected: 1)".formatted(lines.size()));
        }
        OperatorLine asked = lines.get(0);
        long age = Math.abs(clock.now().toEpochMilli() - asked.number("at"));
        if (age > FRESH.toMillis()) {
            throw new RefusedException(
                    OutcomeCode.UNAUTHENTICATED,
                    "operator: asked %d s ago by the clocks (expected: at most %d)"
                            .formatted(age / 1_000, FRESH.toSeconds()));
        }
        if (CHANGES.contains(asked.word())) {
            refuseRepeated(body);
        }
        return OperatorLine.write(answer(asked));
    }

    /** What was overheard is not done again, by this instance. */
    private void refuseRepeated(String body) {
        long now = clock.now().toEpochMilli();
        synchronized (changes) {
            // The asker's clock may be as far ahead as behind.
            changes.values().removeIf(at -> now - at > 2 * FRESH.toMillis());
            if (changes.size() >= MOST_REMEMBERED) {
                throw new RefusedException(
                        OutcomeCode.OVERLOADED,
                        "operator: %d changes within ten minutes (expected: fewer)"
                                .formatted(changes.size()));
            }
            if (changes.putIfAbsent(body, now) != null) {
                throw new RefusedException(
                        OutcomeCode.UNAUTHENTICATED,
                        "operator: asked before with this signature (expected: signed again)");
            }
        }
    }

    private List<OperatorLine> answer(OperatorLine asked) throws SQLException {
        return switch (asked.word()) {
            case "totals" -> totals(operations.totals());
            case "list" -> records(operations.list(search(asked)));
            case "show" -> picture(operations.show(trace(asked)));
            case "retry" -> done(operations.retry(trace(asked), by(asked)));
            case "suspend" -> done(operations.suspend(trace(asked), by(asked)) ? 1 : 0);
            case "resume" -> done(operations.resume(trace(asked), by(asked)) ? 1 : 0);
            case "resolve" ->
                    List.of(
                            line(
                                    operations.propose(
                                            trace(asked),
                                            (int) asked.number("branch"),
                                            verdict(asked),
                                            asked.text("evidence"),
                                            by(asked))));
            case "proposals" -> operations.proposals().stream().map(this::line).toList();
            case "approve" ->
                    List.of(line(operations.approve(asked.number("id"), digest(asked), by(asked))));
            case "reject" -> List.of(line(operations.reject(asked.number("id"), by(asked))));
            default ->
                    throw new RefusedException(
                            OutcomeCode.UNKNOWN_PATH,
                            "operator: another word (expected: totals, list, show, retry, suspend,"
                                    + " resume, resolve, proposals, approve or reject)");
        };
    }

    private static ServiceOperator by(OperatorLine asked) {
        return new ServiceOperator(asked.text("operator"), asked.text("reason"));
    }

    private static TraceNumber trace(OperatorLine asked) {
        return TraceNumber.parse(asked.text("trace"));
    }

    private static long digest(OperatorLine asked) {
        String digest = asked.text("digest");
        if (!digest.matches("[0-9a-f]{16}")) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "digest (expected: 16 hexadecimal digits)");
        }
        return HexFormat.fromHexDigitsToLong(digest);
    }

    private static BranchState verdict(OperatorLine asked) {
        return switch (asked.text("verdict").toLowerCase(Locale.ROOT)) {
            case "confirmed" -> BranchState.CONFIRMED;
            case "cancelled" -> BranchState.CANCELLED;
            default ->
                    throw new RefusedException(
                            OutcomeCode.MALFORMED_REQUEST,
                            "verdict (expected: confirmed or cancelled)");
        };
    }

    private static Search search(OperatorLine asked) {
        return new Search(
                asked.text("state").isEmpty() ? "unfinished" : asked.text("state"),
                Duration.ofMillis(Math.max(asked.number("overdue"), 0)),
                asked.text("participant"),
                asked.text("limit").isEmpty() ? 50 : (int) asked.number("limit"));
    }

    private static List<OperatorLine> done(int count) {
        return List.of(OperatorLine.of("done", "count", count));
    }

    private static List<OperatorLine> totals(ServiceTotals totals) {
        List<OperatorLine> lines = new ArrayList<>();
        totals.unfinished()
                .forEach(each ->
                        lines.add(
                                OperatorLine.of(
                                        "unfinished",
                                        "role",
                                        each.role(),
                                        "state",
                                        each.state(),
                                        "participant",
                                        each.participant(),
                                        "age",
                                        each.age(),
                                        "count",
                                        each.count())));
        totals.newest()
                .forEach(each ->
                        lines.add(
                                OperatorLine.of(
                                        "newest", "state", each.state(), "count", each.count())));
        lines.add(
                OperatorLine.of(
                        "counts",
                        "suspended",
                        totals.suspended(),
                        "proposals",
                        totals.proposals(),
                        "cut",
                        totals.cut()));
        return lines;
    }

    private List<OperatorLine> records(List<ServiceRecord> records) {
        List<OperatorLine> lines = new ArrayList<>();
        for (ServiceRecord each : records) {
            lines.add(
                    OperatorLine.of(
                            "record",
                            "service",
                            service,
                            "role",
                            each.role(),
                            "trace",
                            each.trace(),
                            "attempt",
                            each.attempt(),
                            "branch",
                            each.branch(),
                            "state",
                            each.state(),
                            "kind",
                            each.kind(),
                            "initiator",
                            each.initiator(),
                            "action",
                            each.action(),
                            "code",
                            each.outcome().code(),
                            "message",
                            each.outcome().message(),
                            "since",
                            each.since(),
                            "finished",
                            each.finishedAt(),
                            "now",
                            each.now()));
            each.branches()
                    .forEach(branch ->
                            lines.add(
                                    OperatorLine.of(
                                            "branch",
                                            "branch",
                                            branch.branch(),
                                            "service",
                                            branch.service(),
                                            "action",
                                            branch.action(),
                                            "finished",
                                            branch.finished())));
        }
        return lines;
    }

    private List<OperatorLine> picture(ServicePicture picture) {
        List<OperatorLine> lines = new ArrayList<>(records(picture.records()));
        picture.suspension()
                .ifPresent(each ->
                        lines.add(
                                OperatorLine.of(
                                        "suspension",
                                        "since",
                                        each.since(),
                                        "operator",
                                        each.by().name(),
                                        "reason",
                                        each.by().reason())));
        picture.driving()
                .forEach(each ->
                        lines.add(
                                OperatorLine.of(
                                        "driving",
                                        "branch",
                                        each.branch(),
                                        "service",
                                        each.service(),
                                        "failures",
                                        each.failures(),
                                        "error",
                                        each.error(),
                                        "next",
                                        each.nextMillis())));
        picture.alarms()
                .forEach(each ->
                        lines.add(
                                OperatorLine.of(
                                        "alarm",
                                        "kind",
                                        each.kind(),
                                        "times",
                                        each.times(),
                                        "message",
                                        each.message())));
        picture.proposals().forEach(each -> lines.add(line(each)));
        picture.changes()
                .forEach(each ->
                        lines.add(
                                OperatorLine.of(
                                        "change",
                                        "at",
                                        each.at(),
                                        "what",
                                        each.what(),
                                        "operator",
                                        each.by().name(),
                                        "reason",
                                        each.by().reason())));
        return lines;
    }

    private OperatorLine line(ServiceProposal row) {
        return OperatorLine.of(
                "proposal",
                "service",
                service,
                "id",
                row.id(),
                "trace",
                row.key().trace(),
                "attempt",
                row.key().attempt(),
                "branch",
                row.key().branch(),
                "way",
                row.way(),
                "verdict",
                row.verdict(),
                "found",
                row.found().map(Enum::name).orElse(""),
                "evidence",
                row.evidence(),
                "proposed",
                row.proposedAt(),
                "expires",
                row.expiresAt(),
                "proposer",
                row.proposer().name(),
                "reason",
                row.proposer().reason(),
                "state",
                row.state(),
                "decider",
                row.decider().map(ServiceOperator::name).orElse(""),
                "decision",
                row.decider().map(ServiceOperator::reason).orElse(""),
                "decided",
                row.decidedAt(),
                "digest",
                "%016x".formatted(row.digest()));
    }
}
