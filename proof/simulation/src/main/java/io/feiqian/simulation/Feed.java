package io.feiqian.simulation;

import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.AccountStatus;
import io.feiqian.ledger.JournalRow;
import io.feiqian.messaging.Incoming;
import io.feiqian.messaging.OutboxBook;
import io.feiqian.messaging.OutboxRow;
import io.feiqian.simulation.audit.Auditor;
import io.feiqian.simulation.audit.Fact;
import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.database.Commit;
import io.feiqian.simulation.database.Database;
import io.feiqian.vocabulary.SlotState;
import java.util.ArrayList;
import java.util.List;

/** Tells the auditor in plain numbers what became visible in the cells' databases. */
final class Feed {
    private final Auditor auditor;

    Feed(Auditor auditor) {
        this.auditor = auditor;
    }

    /** Tells of everything that becomes visible in this cell. */
    void watch(int cell, Database database) {
        database.watch(commit -> auditor.committed(cell, facts(commit)));
        database.watchLost(lost -> {
            for (Fact each : facts(lost)) {
                if (each instanceof Fact.Movement movement && movement.accepted()) {
                    throw new Violation("a posted movement was forgotten: " + movement);
                }
            }
        });
    }

    /** Tells of an account before the world begins. */
    void opened(int cell, AccountRow row) {
        auditor.opened(cell, account(row));
    }

    private static List<Fact> facts(Commit commit) {
        List<Fact> facts = new ArrayList<>();
        for (Commit.Change change : commit.changes()) {
            Object row = change.after().orElse("");
            switch (row) {
                case AccountRow account -> facts.add(account(account));
                case JournalRow entry -> {
                    if (entry.kind().isMovement()) {
                        facts.add(movement(entry));
                    }
                }
                case Tables.Day day -> facts.add(new Fact.Day(day.closedThrough()));
                case Range range -> facts.add(ownership(range));
                case OutboxRow sent ->
                        facts.add(
                                new Fact.Sent(
                                        sent.key().toString(),
                                        sent.position(),
                                        sent.trace().toString()));
                case Incoming message ->
                        facts.add(
                                new Fact.Consumed(
                                        message.key().toString(), message.trace().toString()));
                case OutboxBook.Finished skipped ->
                        facts.add(new Fact.Skipped(skipped.key().toString(), skipped.from()));
                default -> {}
            }
        }
        return facts;
    }

    private static Fact.Account account(AccountRow row) {
        return new Fact.Account(
                row.id(),
                row.currency(),
                row.balance(),
                row.held(),
                row.pending(),
                row.overdraftLimit(),
                row.openItems(),
                row.status() == AccountStatus.CLOSED);
    }

    private static Fact.Movement movement(JournalRow row) {
        return new Fact.Movement(
                row.key().trace().toString(),
                row.key().sub().number(),
                row.refusal().isEmpty(),
                row.debit(),
                row.credit(),
                row.amount(),
                row.currency(),
                row.date());
    }

    private static Fact.Ownership ownership(Range range) {
        return new Fact.Ownership(
                range.slots().first().number(),
                range.slots().last().number(),
                range.state() != SlotState.MOVING && range.state() != SlotState.CLOSED);
    }
}
