package io.feiqian.ledger;

import io.feiqian.telemetry.Alarm;
import java.util.List;

/**
 * What a {@link LedgerBook} wants written, all of it in one transaction or none.
 *
 * @param opened accounts to insert
 * @param changed accounts to update: status, balance, held, pending, open items
 * @param onlyBalances whether of those accounts nothing but the balance changed
 * @param entries journal rows to insert
 * @param placed reservations to insert
 * @param ended reservations whose state to update
 * @param reversals parts taken back, to insert
 * @param alarms what an operator must be told
 */
public record LedgerChanges(
        List<AccountRow> opened,
        List<AccountRow> changed,
        boolean onlyBalances,
        List<JournalRow> entries,
        List<HoldRow> placed,
        List<HoldRow> ended,
        List<ReversalRow> reversals,
        List<Alarm> alarms) {}
