package io.feiqian.bank;

import com.google.protobuf.ByteString;
import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.ledger.Movement;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.BranchSpec;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.DecisionState;
import io.feiqian.transaction.TransactionSearch.Rows;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A cell's decisions and branches as its operators are shown them (P6.3.3-c, B12-c.2). Reads the
 * route map, nothing else. Thread-safe.
 */
final class TransactionRecords {
    private final CellParts parts;
    private final Replies replies;

    TransactionRecords(CellParts parts, Replies replies) {
        this.parts = parts;
        this.replies = replies;
    }

    /** A record for each row, decisions first. */
    Stream<TransactionRecord> of(Rows rows) {
        return Stream.concat(
                rows.decisions().stream().map(each -> record(each, rows.databaseMillis())),
                rows.branches().stream().map(each -> record(each, rows.databaseMillis())));
    }

    private TransactionRecord record(Decision decision, long now) {
        TransactionRecord.Builder record =
                TransactionRecord.newBuilder()
                        .setTraceNumber(decision.trace().toString())
                        .setCell(parts.cell().toString())
                        .setRole("INITIATOR")
                        .setState(decision.transactionState().name())
                        .setAttempt(decision.attempt())
                        .setInitiator(decision.initiator().toString())
                        .setBusinessDate(decision.businessDate().toString())
                        .setDecideByMillis(decision.decideBy())
                        .setFinishedAtMillis(decision.finishedAt())
                        .setNowMillis(now)
                        .setSaid(replies.of(decision.outcome()))
                        .setContent(inWords(decision.trace(), decision.content()))
                        .setChannel(decision.trace().channel())
                        .setHomeSlot(decision.trace().home().number())
                        .setTransactionDigest(Fields.digest(decision.digest()));
        for (BranchSpec each : decision.branches()) {
            record.addBranches(
                    BranchRecord.newBuilder()
                            .setBranch(each.branch())
                            .setService(each.service())
                            .setSlot(each.slot().number())
                            .setCell(ownerOf(each.slot()))
                            .setFinished(decision.isAcknowledged(each.branch()))
                            .setContent(ByteString.copyFrom(each.content().bytes()))
                            .setCorrectingEntry(correctingEntry(decision, each)));
        }
        return record.build();
    }

    private TransactionRecord record(Branch branch, long now) {
        return TransactionRecord.newBuilder()
                .setTraceNumber(branch.key().trace().toString())
                .setCell(parts.cell().toString())
                .setRole("BRANCH")
                .setState(branch.state().name())
                .setAttempt(branch.key().attempt())
                .setInitiator(branch.initiator().toString())
                .setBusinessDate(branch.businessDate().toString())
                .setDecideByMillis(branch.decideBy())
                .setFinishedAtMillis(branch.finishedAt())
                .setNowMillis(now)
                .setSaid(replies.of(branch.outcome()))
                .setContent(inWords(branch.key().trace(), branch.content()))
                .setChannel(branch.key().trace().channel())
                .setHomeSlot(branch.key().trace().home().number())
                .setTransactionDigest(Fields.digest(branch.transactionDigest()))
                .addBranches(
                        BranchRecord.newBuilder()
                                .setBranch(branch.key().branch())
                                .setService(branch.service())
                                .setSlot(branch.slot().number())
                                .setCell(ownerOf(branch.slot()))
                                .setFinished(branch.state() != BranchState.TRIED))
                .build();
    }

    private String ownerOf(Slot slot) {
        return parts.routes()
                .current()
                .find(slot)
                .map(route -> route.owner().toString())
                .orElse("");
    }

    /** The movement, where the content is one; a row of another service may be anything. */
    private static String inWords(TraceNumber trace, Content content) {
        try {
            MovementOrder order = CreditContent.read(trace, content);
            return "%s %s %s from %s to %s"
                    .formatted(
                            order.kind(),
                            order.amount().decimal(),
                            order.amount().currency().code(),
                            order.payer(),
                            order.payee());
        } catch (RefusedException unknown) {
            return "";
        }
    }

    /** What the confirm of a credit would post, for those who must put it right by hand. */
    private String correctingEntry(Decision decision, BranchSpec branch) {
        Optional<CellId> there =
                parts.routes().current().find(branch.slot()).map(route -> route.owner());
        if (!branch.service().equals(LedgerCredit.SERVICE)
                || decision.state() != DecisionState.COMMITTED
                || decision.isAcknowledged(branch.branch())
                || there.isEmpty()) {
            return "";
        }
        try {
            Movement leg =
                    CreditContent.read(decision.trace(), branch.content())
                            .payeeLeg(there.get(), decision.initiator());
            return Corrections.said(leg);
        } catch (RefusedException unreadable) {
            return "";
        }
    }
}
