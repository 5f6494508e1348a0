package io.feiqian.participant;

import static io.feiqian.participant.BranchState.CANCELLED;
import static io.feiqian.participant.BranchState.CONFIRMED;
import static io.feiqian.participant.BranchState.TRIED;

import io.feiqian.participant.DecisionTable.Mark;
import io.feiqian.participant.ServicePicture.Suspension;
import io.feiqian.participant.ServiceProposal.State;
import io.feiqian.participant.ServiceProposal.Way;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/**
 * The rule of the two operators for a service's branches (decision 0015): never against the
 * decision, nothing that ends by itself, and approved is what was read. Thread-safe.
 */
final class ServiceResolutions {
    /** Every instance respects a suspension by then, and what was under way is over. */
    private static final Duration SUSPENDED_FOR = Duration.ofSeconds(3);

    private final String service;
    private final DataSource database;
    private final Dialect dialect;
    private final DecisionTable decisionTable;
    private final BranchTable branchTable;
    private final ServiceChannel channel;
    private final ServiceActions actions;
    private final Suspensions suspensions;
    private final TransactionSettings settings;

    ServiceResolutions(
            String service,
            DataSource database,
            Dialect dialect,
            ServiceChannel channel,
            ServiceActions actions,
            Suspensions suspensions,
            TransactionSettings settings) {
        this.service = service;
        this.database = database;
        this.dialect = dialect;
        this.decisionTable = new DecisionTable(dialect);
        this.branchTable = new BranchTable(dialect);
        this.channel = channel;
        this.actions = actions;
        this.suspensions = suspensions;
        this.settings = settings;
    }

    ServiceProposal propose(
            TraceNumber trace, int branch, BranchState verdict, String evidence, ServiceOperator by)
            throws SQLException {
        String where = evidence.strip();
        if (where.isEmpty() || where.length() > ServiceProposal.LONGEST_EVIDENCE) {
            throw new RefusedException(
                    OutcomeCode.MISSING_FIELD,
                    "evidence: %d characters (expected: where the correction is recorded, 1 to %d)"
                            .formatted(where.length(), ServiceProposal.LONGEST_EVIDENCE));
        }
        if (verdict != CONFIRMED && verdict != CANCELLED) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "verdict: " + verdict + " (expected: CONFIRMED or CANCELLED)");
        }
        Optional<BranchRow> row =
                ServiceOperations.read(
                        database,
                        connection ->
                                OperationsTable.branches(connection, trace).stream()
                                        .map(OperationsTable.Timed::row)
                                        .filter(each -> each.key().branch() == branch)
                                        .max(Comparator.comparing(BranchRow::key)));
        ServiceProposal draft =
                row.isPresent()
                        ? atBranch(row.get(), verdict, where, by)
                        : atDecision(trace, branch, verdict, where, by);
        return ServiceOperations.change(
                database,
                connection -> {
                    long now = OperationsTable.now(connection, dialect);
                    requireSuspended(connection, draft, now);
                    ServiceProposal proposal =
                            numbered(
                                    draft,
                                    OperationsTable.nextId(connection, "feiqian_proposal"),
                                    now);
                    OperationsTable.insert(connection, proposal);
                    OperationsTable.record(
                            connection,
                            trace,
                            now,
                            "propose " + proposal.id() + ", " + verdict,
                            by);
                    return proposal;
                });
    }

    private ServiceProposal atBranch(
            BranchRow row, BranchState verdict, String evidence, ServiceOperator by)
            throws SQLException {
        if (row.state() == TRIED && isInTime(row)) {
            throw notToBe("branch: " + row.key() + " is in time (expected: past its deadline)");
        }
        BranchState decided =
                decided(row.initiator(), new Inquiry(row.key(), row.digest()), row.state());
        requireAsDecided(row.key(), verdict, decided);
        if (row.state() == decided
                || (row.state() == BranchState.REFUSED && decided == CANCELLED)) {
            throw notToBe("branch: %s is %s already".formatted(row.key(), row.state()));
        }
        return draft(row, verdict, evidence, by);
    }

    private static ServiceProposal draft(
            BranchRow row, BranchState verdict, String evidence, ServiceOperator by) {
        return new ServiceProposal(
                0,
                row.key(),
                row.initiator(),
                row.digest(),
                row.businessDate(),
                Way.BRANCH,
                verdict,
                Optional.of(row.state()),
                evidence,
                0,
                by,
                State.OPEN,
                Optional.empty(),
                0);
    }

    private boolean isInTime(BranchRow row) throws SQLException {
        return ServiceOperations.read(
                        database, connection -> OperationsTable.now(connection, dialect))
                <= row.decideBy();
    }

    private ServiceProposal atDecision(
            TraceNumber trace, int branch, BranchState verdict, String evidence, ServiceOperator by)
            throws SQLException {
        DecisionRow decision =
                ServiceOperations.read(
                                database, connection -> decisionTable.find(connection, trace))
                        .orElseThrow(() -> nobody(trace, branch));
        ListedBranch listed =
                decision.branches().stream()
                        .filter(each -> each.branch() == branch)
                        .findFirst()
                        .orElseThrow(() -> nobody(trace, branch));
        BranchKey key = new BranchKey(trace, decision.attempt(), branch);
        requireAsDecided(key, verdict, verdict(decision));
        requireOpen(decision, key);
        return new ServiceProposal(
                0,
                key,
                service,
                listed.digest(),
                decision.businessDate(),
                Way.DECISION,
                verdict,
                Optional.empty(),
                evidence,
                0,
                by,
                State.OPEN,
                Optional.empty(),
                0);
    }

    private static ServiceProposal numbered(ServiceProposal draft, long id, long now) {
        return new ServiceProposal(
                id,
                draft.key(),
                draft.initiator(),
                draft.branchDigest(),
                draft.businessDate(),
                draft.way(),
                draft.verdict(),
                draft.found(),
                draft.evidence(),
                now,
                draft.proposer(),
                State.OPEN,
                Optional.empty(),
                0);
    }

    ServiceProposal approve(long id, long digest, ServiceOperator by) throws SQLException {
        // Asked before anything is locked; what can change until then is judged again.
        Optional<ServiceProposal> read =
                ServiceOperations.read(
                                database,
                                connection -> OperationsTable.lockProposal(connection, id))
                        .map(Map.Entry::getKey)
                        .filter(each -> each.state() == State.OPEN);
        if (read.isPresent() && read.get().way() == Way.BRANCH) {
            ServiceProposal row = read.get();
            Inquiry inquiry = new Inquiry(row.key(), row.branchDigest());
            BranchState found = row.found().orElse(TRIED);
            BranchState decided = decided(row.initiator(), inquiry, found);
            requireAsDecided(row.key(), row.verdict(), decided);
        }
        ServiceProposal approved =
                ServiceOperations.change(
                        database,
                        connection -> {
                            long now = OperationsTable.now(connection, dialect);
                            ServiceProposal row = locked(connection, id, Optional.of(digest));
                            if (row.proposer().isSame(by.name())) {
                                throw new RefusedException(
                                        OutcomeCode.SECOND_OPERATOR_REQUIRED,
                                        "operator: %s, who proposed it (expected: another one)"
                                                .formatted(row.proposer().name()));
                            }
                            if (!row.proposer().isOfSameDirectory(by)) {
                                throw new RefusedException(
                                        OutcomeCode.SECOND_OPERATOR_REQUIRED,
                                        ("operator: %s, perhaps %s under another name (expected: one"
                                                        + " who signs in the same way)")
                                                .formatted(by.name(), row.proposer().name()));
                            }
                            if (isRepeated(row, State.APPROVED, by)) {
                                return row;
                            }
                            requireOpen(row, now);
                            requireSuspended(connection, row, now);
                            if (row.way() == Way.BRANCH) {
                                try {
                                    endBranch(connection, row);
                                } finally {
                                    branchTable.unbound(connection);
                                }
                            } else {
                                acknowledge(connection, row);
                            }
                            return decide(connection, row.decided(State.APPROVED, by, now));
                        });
        suspensions.forget();
        return approved;
    }

    ServiceProposal reject(long id, ServiceOperator by) throws SQLException {
        return ServiceOperations.change(
                database,
                connection -> {
                    ServiceProposal row = locked(connection, id, Optional.empty());
                    if (isRepeated(row, State.REJECTED, by)) {
                        return row;
                    }
                    long now = OperationsTable.now(connection, dialect);
                    if (row.state() != State.OPEN) {
                        requireOpen(row, now);
                    }
                    return decide(connection, row.decided(State.REJECTED, by, now));
                });
    }

    private static ServiceProposal decide(Connection connection, ServiceProposal row)
            throws SQLException {
        OperationsTable.decide(connection, row);
        OperationsTable.record(
                connection,
                row.key().trace(),
                row.decidedAt(),
                (row.state() == State.APPROVED ? "approve " : "reject ") + row.id(),
                row.decider().orElseThrow());
        return row;
    }

    /** The row itself is judged under its lock: a confirm may have come through meanwhile. */
    private void endBranch(Connection connection, ServiceProposal row) throws SQLException {
        BranchRow there =
                branchTable
                        .lock(connection, List.of(row.key()), settings.lockTimeout().toMillis())
                        .stream()
                        .findFirst()
                        .orElseThrow(() -> differs("branch: gone"));
        if (row.found().filter(found -> found == there.state()).isEmpty()) {
            throw differs(
                    "branch: %s (expected: %s as it was proposed)"
                            .formatted(there.state(), row.found().map(Enum::name).orElse("none")));
        }
        if (there.state() == TRIED && there.kind() == BranchKind.SQL) {
            // The rows are as the operators left them: only images and locks are given up.
            actions.undo().confirm(LentConnection.of(connection), List.of(row.key()));
        }
        branchTable.finish(connection, List.of(row.key()), row.verdict());
    }

    private void acknowledge(Connection connection, ServiceProposal row) throws SQLException {
        DecisionRow decision =
                decisionTable
                        .lock(connection, row.key().trace())
                        .filter(each -> each.attempt() == row.key().attempt())
                        .orElseThrow(() -> differs("decision: of another attempt"));
        requireAsDecided(row.key(), row.verdict(), verdict(decision));
        requireOpen(decision, row.key());
        boolean last = decision.open().size() == 1;
        decisionTable.mark(
                connection,
                List.of(
                        new Mark(
                                row.key().trace(),
                                row.key().attempt(),
                                1L << row.key().branch(),
                                last)));
    }

    /** What the initiator says, durably; no answer is no permission. */
    private BranchState decided(String initiator, Inquiry inquiry, BranchState found) {
        Verdict verdict = ask(initiator, inquiry);
        return switch (verdict) {
            case COMMIT -> CONFIRMED;
            case ABORT -> CANCELLED;
            case ENDED -> {
                if (found != TRIED) {
                    throw notToBe(
                            "branch: %s is %s, and its end is on record"
                                    .formatted(inquiry.key(), found));
                }
                // A leftover of a try that came again: what it reserved is given back.
                yield CANCELLED;
            }
        };
    }

    private Verdict ask(String initiator, Inquiry inquiry) {
        String why;
        try {
            return channel.inquire(initiator, inquiry)
                    .toCompletableFuture()
                    .get(settings.messageTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | RuntimeException unheard) {
            why = DatabaseErrors.text(unheard);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            why = "interrupted";
        }
        throw new RefusedException(
                OutcomeCode.CELL_UNAVAILABLE,
                initiator + ": was not heard, " + why + " (expected: what it decided)");
    }

    private static BranchState verdict(DecisionRow decision) {
        return decision.state() == DecisionState.COMMITTED ? CONFIRMED : CANCELLED;
    }

    private static void requireAsDecided(BranchKey key, BranchState verdict, BranchState decided) {
        if (verdict != decided) {
            throw new RefusedException(
                    OutcomeCode.AGAINST_DECISION,
                    "branch: %s as %s (expected: %s, as was decided)"
                            .formatted(key, verdict, decided));
        }
    }

    private static void requireOpen(DecisionRow decision, BranchKey key) {
        if (decision.open().stream().noneMatch(each -> each.branch() == key.branch())) {
            throw notToBe("branch: " + key + " is recorded as finished");
        }
    }

    private static void requireOpen(ServiceProposal row, long now) {
        if (row.state() != State.OPEN) {
            throw new RefusedException(
                    OutcomeCode.PROPOSAL_ENDED,
                    "proposal: %s by %s (expected: open)"
                            .formatted(
                                    row.state(),
                                    row.decider().map(ServiceOperator::name).orElse("nobody")));
        }
        if (now > row.expiresAt()) {
            throw new RefusedException(
                    OutcomeCode.PROPOSAL_ENDED,
                    "proposal: expired (expected: approved in time; propose it again)");
        }
    }

    /** While two people look, no confirm and no cancel may come through. */
    private static void requireSuspended(Connection connection, ServiceProposal row, long now)
            throws SQLException {
        boolean mayGoOn = row.way() == Way.DECISION || row.found().equals(Optional.of(TRIED));
        if (!mayGoOn) {
            return;
        }
        Optional<Suspension> suspension =
                Optional.ofNullable(OperationsTable.suspensions(connection).get(row.key().trace()));
        if (suspension.filter(each -> each.since() + SUSPENDED_FOR.toMillis() <= now).isEmpty()) {
            throw notToBe(
                    "branch: %s may still end by itself (expected: its transaction suspended for"
                                    .formatted(row.key())
                            + " three seconds)");
        }
    }

    private static boolean isRepeated(ServiceProposal row, State as, ServiceOperator by) {
        return row.state() == as
                && row.decider().filter(each -> by.isSame(each.name())).isPresent();
    }

    private static ServiceProposal locked(Connection connection, long id, Optional<Long> digest)
            throws SQLException {
        Map.Entry<ServiceProposal, Long> found =
                OperationsTable.lockProposal(connection, id)
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.UNKNOWN_PROPOSAL,
                                        "proposal: " + id + " (expected: one of this service)"));
        ServiceProposal row = found.getKey();
        boolean isTrue = row.digest() == found.getValue();
        if (!isTrue || digest.filter(read -> read != row.digest()).isPresent()) {
            throw differs("proposal: another than was read (expected: its digest)");
        }
        return row;
    }

    private static RefusedException differs(String message) {
        return new RefusedException(OutcomeCode.PROPOSAL_DIFFERS, message);
    }

    private static RefusedException notToBe(String message) {
        return new RefusedException(OutcomeCode.NOT_TO_BE_RESOLVED, message);
    }

    private RefusedException nobody(TraceNumber trace, int branch) {
        return new RefusedException(
                OutcomeCode.UNKNOWN_TRANSACTION,
                "%s has no record of branch %d of %s".formatted(service, branch, trace));
    }
}
