package io.feiqian.bank;

import io.feiqian.ledger.LedgerCommand;
import io.feiqian.routing.Routes;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.LocalCommit;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.vocabulary.CellId;

/**
 * What the bank's services of one cell share.
 *
 * @param cell the cell
 * @param routes the route map this process goes by
 * @param commits the cell's local commits
 * @param ledger the books
 * @param decisions the decisions, for the guard of local work
 * @param timer what happens later
 */
record CellParts(
        CellId cell,
        Routes routes,
        LocalCommit commits,
        Contribution<LedgerCommand> ledger,
        Contribution<DecisionCommand> decisions,
        Timer timer) {}
