package io.feiqian.bank;

import io.feiqian.ledger.JournalPartitions;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.storage.BusinessDays;
import io.feiqian.storage.CellDatabase;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.Map;

/**
 * Moves a cell's business date forward (日切): makes the journal's partitions for it, then changes
 * the day and writes the audit record in one transaction. Thread-safe; blocks.
 */
final class DayChange {
    private final CellDatabase database;
    private final BusinessDays days;
    private final LedgerRules rules;
    private final ChangeTrail trail;

    /**
     * What came of it.
     *
     * @param outcome accepted, or why not
     * @param before the open day before
     * @param now the open day since
     */
    record Changed(Outcome outcome, BusinessDate before, BusinessDate now) {}

    DayChange(CellDatabase database, LedgerRules rules, ChangeTrail trail) {
        this.database = database;
        this.days = database.businessDays();
        this.rules = rules;
        this.trail = trail;
    }

    /** Opens the first day of a cell that has none yet, and makes the open day's partitions. */
    void initialise(BusinessDate first) throws SQLException {
        days.initialise(first);
        preparePartitions(days.current().open());
    }

    /**
     * Opens this day. The day that is open already is accepted without effect and without a record;
     * an earlier one is refused with {@code DATE_NOT_FORWARD}.
     */
    Changed open(BusinessDate day, Caller caller) throws SQLException {
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        BusinessDate before = days.current().open();
        if (day.equals(before)) {
            return new Changed(Outcome.accepted(), before, before);
        }
        if (YearMonth.from(day.date()).isAfter(YearMonth.from(before.date()))) {
            preparePartitions(day);
        }
        Outcome outcome =
                days.open(
                        day,
                        (connection, was) -> {
                            if (!was.open().equals(day)) {
                                trail.append(connection, entry(order, was.open(), day));
                            }
                        });
        return new Changed(outcome, before, outcome.isAccepted() ? day : before);
    }

    private AuditEntry entry(ChangeOrder order, BusinessDate before, BusinessDate day) {
        return new AuditEntry(
                order,
                "business-date.set",
                database.cell().toString(),
                Map.of("from", before.toString(), "to", day.toString(), "outcome", "ACCEPTED"));
    }

    private void preparePartitions(BusinessDate day) throws SQLException {
        try (Connection connection = database.pool().getConnection()) {
            JournalPartitions.ensure(connection, rules, day);
        }
    }
}
