package io.feiqian.simulation;

import io.feiqian.ledger.LedgerCommand;
import io.feiqian.runtime.Backoff;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.Contribution;
import io.feiqian.transaction.BranchContribution;
import io.feiqian.transaction.CellTransactions;
import io.feiqian.transaction.DecisionContribution;
import io.feiqian.transaction.GatherSettings;
import io.feiqian.transaction.TransactionSettings;
import io.feiqian.vocabulary.BusinessDate;
import java.time.Duration;
import java.util.List;

/**
 * What an instance is between its start and its end: the real driver of global transactions over
 * simulated commits and messages. Not thread-safe.
 */
final class Life {
    private static final Duration MESSAGE_TIME = Duration.ofMillis(700);
    private static final TransactionSettings SETTINGS =
            TransactionSettings.DEFAULT
                    .withRetry(
                            MESSAGE_TIME,
                            new Backoff(Duration.ofMillis(50), Duration.ofMillis(1_500)))
                    .withGather(new GatherSettings(0, Duration.ofMillis(100), 3));

    private final SimulatedProcess process;
    private final SimulatedCommit commit;
    private final SimulatedMail mail;
    private final CellTransactions transactions;
    private final Teller teller;
    private int today;

    Life(World world, Cell cell, String name, SimulatedProcess process, Dice dice) {
        this.process = process;
        this.commit =
                new SimulatedCommit(
                        process,
                        cell.id(),
                        cell.database(),
                        cell.ranges(),
                        world.rules(),
                        dice.part());
        this.mail = new SimulatedMail(world, cell, name, process, commit, dice.part());
        DecisionContribution decisions = new DecisionContribution();
        Contribution<LedgerCommand> ledger = new Named<>("ledger", 100);
        this.transactions =
                new CellTransactions(
                        new CellTransactions.Ports(
                                cell.id(),
                                mail.commits(),
                                new NoDataSource(),
                                new SimulatedPeers(world, cell, name, process),
                                process.clock(),
                                process,
                                alarm -> world.alarmed(name, alarm)),
                        decisions,
                        new BranchContribution(),
                        List.of(new Credits(cell.id(), ledger, world.rules())),
                        SETTINGS);
        this.today = cell.day().open();
        this.teller =
                new Teller(
                        cell.id(),
                        process,
                        world.topology(),
                        mail,
                        transactions,
                        () -> BusinessDate.ofNumber(today),
                        ledger,
                        decisions,
                        world.rules());
        transactions.takeUp(List.of(), List.of(), cell.database().clock().millis());
    }

    SimulatedProcess process() {
        return process;
    }

    SimulatedCommit commit() {
        return commit;
    }

    CellTransactions transactions() {
        return transactions;
    }

    SimulatedMail mail() {
        return mail;
    }

    Teller teller() {
        return teller;
    }

    /** The business day was read. */
    void opened(Tables.Day day) {
        today = day.open();
    }

    /** It ends, at once. */
    void end() {
        process.kill();
        commit.abandon();
    }
}
