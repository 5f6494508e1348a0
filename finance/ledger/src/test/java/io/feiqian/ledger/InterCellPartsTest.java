package io.feiqian.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one cell owes another is booked in a part for each worker. */
final class InterCellPartsTest {
    private final RowStore store = new RowStore(Commands.CELL, LedgerRules.DEFAULT, Commands.DAY);

    @BeforeEach
    void open() {
        store.commit(Commands.open(1, Commands.ALICE, 1_000));
    }

    @Test
    void eachWorkerBooksAtItsOwnPartAndTheSumIsOwed() {
        accepted(0, Commands.post(2, Commands.ALICE, Commands.TO_PEER, 10));
        accepted(1, Commands.post(3, Commands.ALICE, Commands.TO_PEER, 5));
        LedgerCommand.Announce announced = Commands.announce(4, Commands.ALICE, 2);
        accepted(0, announced);
        accepted(1, Commands.capture(announced));

        assertThat(balance(Commands.TO_PEER)).isEqualTo(10);
        assertThat(balance(Commands.TO_PEER.part(1))).isEqualTo(3);
        assertThat(balance(Commands.ALICE)).isEqualTo(-13);
    }

    @Test
    void aReversalIsAnyWorkers() {
        LedgerCommand.Post original = Commands.post(2, Commands.ALICE, Commands.TO_PEER, 10);
        accepted(1, original);
        AccountNumber other = AccountNumber.interCell(Commands.CELL, new CellId(3), Currency.CZK);
        LedgerCommand.Post elsewhere =
                Commands.reversal(
                        3,
                        Commands.post(original.key(), Commands.move(Commands.ALICE, other, 10)),
                        10);

        assertThat(ask(0, elsewhere).code()).isEqualTo(OutcomeCode.NOT_REVERSIBLE);
        accepted(0, Commands.reversal(4, original, 10));

        assertThat(balance(Commands.TO_PEER)).isEqualTo(-10);
        assertThat(balance(Commands.TO_PEER.part(1))).isEqualTo(10);
    }

    private void accepted(int worker, LedgerCommand command) {
        assertThat(ask(worker, command).outcome().message()).isEmpty();
    }

    private Answer ask(int worker, LedgerCommand command) {
        store.worker = worker;
        return store.commit(command);
    }

    private long balance(AccountNumber account) {
        AccountRow row = Objects.requireNonNull(store.accounts.get(account.number()));
        return row.balance();
    }
}
