package io.feiqian.bank;

import io.feiqian.bank.contract.LostBranch;
import io.feiqian.bank.contract.ProposeResolutionRequest;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.BranchSpec;
import io.feiqian.transaction.CellTransactions;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.DecisionBook;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.transaction.Resolution;
import io.feiqian.transaction.TransactionSearch.Rows;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/** What a resolution may be about, and what speaks against it. Thread-safe. */
final class ResolutionSubjects {
    private final CellTransactions transactions;

    ResolutionSubjects(CellTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * The branch of a decision of this cell that goes on neither by itself nor by a retry. While
     * nobody has said so definitely no confirm may leave any more: it must be suspended, or what is
     * corrected elsewhere could be credited here too.
     */
    Branch acknowledged(Rows rows, boolean suspended, int number, BranchState verdict) {
        Decision decision =
                rows.decisions().stream()
                        .findFirst()
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.UNKNOWN_TRANSACTION,
                                        "trace number: no decision (expected: one of this cell)"));
        if (number < 1 || number > decision.branches().size()) {
            throw malformed(
                    "branch: %d (expected: 1 to %d)".formatted(number, decision.branches().size()));
        }
        Branch branch = Resolution.listed(decision, number);
        refuse(DecisionBook.judge(decision, resolve(branch, verdict)));
        boolean stopped =
                transactions.driving(decision.trace()).stream()
                        .anyMatch(each -> each.phase().equals("STOPPED"));
        Duration stuckAfter = transactions.watchSettings().stuckAfter();
        boolean stuck = rows.databaseMillis() - decision.decideBy() >= stuckAfter.toMillis();
        if (!stopped && !(stuck && suspended)) {
            throw new RefusedException(
                    OutcomeCode.NOT_TO_BE_RESOLVED,
                    "transaction: may go on by itself (expected: a contradiction, or %d s overdue"
                                    .formatted(stuckAfter.toSeconds())
                            + " and suspended)");
        }
        return branch;
    }

    /** The branch of this cell, from its row or, where that is lost, from the decision's list. */
    static Branch corrected(Rows rows, TraceNumber trace, ProposeResolutionRequest request) {
        Optional<Branch> row =
                rows.branches().stream()
                        .filter(each -> each.key().branch() == request.getBranch())
                        .filter(each ->
                                !request.hasLost()
                                        || each.key().attempt() == request.getLost().getAttempt())
                        .max(Comparator.comparing(Branch::key));
        if (row.isEmpty() && !request.hasLost()) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_TRANSACTION,
                    "branch: %d of %s (expected: one of this cell)"
                            .formatted(request.getBranch(), trace));
        }
        Branch branch = row.orElseGet(() -> lost(trace, request.getBranch(), request.getLost()));
        if (!branch.service().equals(LedgerCredit.SERVICE)) {
            throw malformed(
                    "service: %s (expected: %s; correct others in their own books, then ACKNOWLEDGE)"
                            .formatted(branch.service(), LedgerCredit.SERVICE));
        }
        return branch;
    }

    private static Branch lost(TraceNumber trace, int number, LostBranch lost) {
        BranchSpec spec =
                BranchSpec.of(
                        number,
                        new Slot(lost.getSlot()),
                        lost.getService(),
                        Content.of(lost.getContent().toByteArray()));
        return Resolution.branch(
                new BranchKey(trace, lost.getAttempt(), number),
                spec.slot(),
                CellId.parse(lost.getInitiator()),
                Fields.digest("transaction_digest", lost.getTransactionDigest()),
                spec.digest(),
                spec.service(),
                spec.content(),
                BusinessDate.parse(lost.getBusinessDate()));
    }

    /** The command that ends a branch at its decision. */
    static DecisionCommand.Resolve resolve(Branch branch, BranchState verdict) {
        return new DecisionCommand.Resolve(
                branch.key(), branch.transactionDigest(), branch.digest(), verdict);
    }

    /** Refuses as the answer says, where there is one. */
    static void refuse(Optional<Answer> against) {
        against.ifPresent(answer -> {
            throw new RefusedException(answer.code(), answer.outcome().message());
        });
    }

    private static RefusedException malformed(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}
