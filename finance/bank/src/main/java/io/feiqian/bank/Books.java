package io.feiqian.bank;

import io.feiqian.bank.contract.AuditBooksResponse;
import io.feiqian.bank.contract.CurrencySum;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.UnfinishedLeg;
import io.feiqian.ledger.BooksAudit;
import io.feiqian.ledger.BooksReport;
import io.feiqian.routing.Route;
import io.feiqian.security.AuditChain;
import io.feiqian.security.AuditHead;
import io.feiqian.storage.CellDatabase;
import io.feiqian.transaction.BranchSpec;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.TransactionQueries;
import io.feiqian.transaction.TransactionQueries.Unfinished;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What an audit of this cell tells: the ledger's count of its books, what transactions are
 * unfinished, and whether the audit of changes is whole. Thread-safe; blocks.
 */
final class Books {
    private static final int MOST_LEGS = 1_000;

    private final CellDatabase database;
    private final CellParts parts;
    private final ChangeTrail trail;

    Books(CellDatabase database, CellParts parts, ChangeTrail trail) {
        this.database = database;
        this.parts = parts;
        this.trail = trail;
    }

    AuditBooksResponse audit() throws SQLException {
        AuditBooksResponse.Builder response =
                AuditBooksResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString());
        try (Connection connection = database.pool().getConnection()) {
            Unfinished unfinished = TransactionQueries.unfinished(connection);
            response.setUnfinishedDecisions(unfinished.decisions())
                    .setUnfinishedBranches(unfinished.branches());
            response.addAllUnfinishedLegs(legs(connection));
            add(response, BooksAudit.run(connection));
        }
        if (AuditChain.verify(trail, AuditHead.NONE) instanceof AuditChain.Broken broken) {
            response.addFindings(
                            "change record %d: %s (expected: an unbroken chain)"
                                    .formatted(broken.sequence(), broken.why()))
                    .setFindingCount(response.getFindingCount() + 1);
        }
        return response.build();
    }

    private static void add(AuditBooksResponse.Builder response, BooksReport report) {
        response.setAccounts(report.accounts())
                .setEntries(report.entries())
                .addAllFindings(report.findings())
                .setFindingCount(report.findingCount());
        report.sums()
                .forEach(sum ->
                        response.addSums(
                                CurrencySum.newBuilder()
                                        .setCurrency(sum.currency().code())
                                        .setBalanceMinor(sum.balance())
                                        .setCustomersMinor(sum.customers())
                                        .setDebitsMinor(sum.moved())
                                        .setCreditsMinor(sum.moved())));
        report.peers().forEach(peer -> response.addPeers(position(peer)));
    }

    static PeerPosition position(BooksReport.PeerPosition peer) {
        return PeerPosition.newBuilder()
                .setPeer(peer.peer().toString())
                .setCurrency(peer.currency().code())
                .setBalanceMinor(peer.balance())
                .build();
    }

    /** Legs that are decided here and not known to be confirmed there; at most 1,000 decisions'. */
    List<UnfinishedLeg> legs(Connection connection) throws SQLException {
        List<UnfinishedLeg> legs = new ArrayList<>();
        TransactionQueries.decidedOnly(connection, MOST_LEGS)
                .forEach(decision -> addLegs(legs, decision));
        return legs;
    }

    private void addLegs(List<UnfinishedLeg> legs, Decision decision) {
        for (BranchSpec branch : decision.branches()) {
            if (decision.isAcknowledged(branch.branch())
                    || !branch.service().equals(LedgerCredit.SERVICE)) {
                continue;
            }
            MovementOrder order = CreditContent.read(decision.trace(), branch.content());
            legs.add(
                    UnfinishedLeg.newBuilder()
                            .setTraceNumber(decision.trace().toString())
                            .setBranch(branch.branch())
                            .setPeer(
                                    parts.routes()
                                            .current()
                                            .find(branch.slot())
                                            .map(Route::owner)
                                            .map(Object::toString)
                                            .orElse(""))
                            .setCurrency(order.amount().currency().code())
                            .setAmountMinor(order.amount().minor())
                            .build());
        }
    }
}
