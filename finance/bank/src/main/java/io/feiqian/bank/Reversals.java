package io.feiqian.bank;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.JournalRow;
import io.feiqian.ledger.LedgerQueries;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Turns an order to take something back into an order to move money: finds the leg of the original
 * in this cell, whose credited account pays it back. Entries never change, so what is found here
 * still holds inside the commit, which locks the original and counts its parts (reversal-once).
 */
final class Reversals {
    /** The payee's leg of a movement over two cells is its only branch. */
    private static final int PAYEES_BRANCH = 1;

    private final FencedReads reads;

    Reversals(FencedReads reads) {
        this.reads = reads;
    }

    /**
     * The movement that takes it back. Completes exceptionally with a {@link RefusedException}
     * where this cell has no such leg: whether there is one elsewhere is not its to say.
     */
    CompletableFuture<MovementOrder> plan(ReversalOrder order, Caller caller) {
        return reads.of(order.trace().home(), caller, connection -> plan(order, connection));
    }

    private static MovementOrder plan(ReversalOrder order, Connection connection)
            throws SQLException {
        // Asked before the journal is read: what is settled in between is found there.
        boolean announced = LedgerQueries.isAnnounced(connection, order.original());
        EntryKey own = EntryKey.own(order.original());
        EntryKey branch = EntryKey.branch(order.original(), PAYEES_BRANCH);
        Optional<JournalRow> credited = LedgerQueries.find(connection, branch);
        if (credited.isEmpty()) {
            credited = LedgerQueries.find(connection, own);
        }
        if (credited.isEmpty() && announced) {
            throw new RefusedException(
                    OutcomeCode.WAIT,
                    "original: %s is not settled in the payee's cell yet (expected: ask again)"
                            .formatted(order.original()));
        }
        JournalRow original =
                credited.orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.UNKNOWN_TRANSACTION,
                                "original: %s (expected: a movement settled in the payee's cell)"
                                        .formatted(order.original())));
        // Whatever else speaks against it is judged, and recorded, inside the commit.
        if (!original.kind().isMovement()) {
            throw new RefusedException(
                    OutcomeCode.NOT_REVERSIBLE,
                    "original: %s (expected: a movement of money)".formatted(original.kind()));
        }
        boolean payersLegOnly = original.counter() != 0 && original.key().equals(own);
        AccountNumber payee =
                new AccountNumber(payersLegOnly ? original.counter() : original.credit());
        MovementOrder.requireHome(order.trace(), payee);
        AccountNumber payer =
                new AccountNumber(
                        original.counter() != 0 && !payersLegOnly
                                ? original.counter()
                                : original.debit());
        return new MovementOrder(
                order.trace(),
                EntryKind.REVERSAL,
                payee,
                payer,
                amount(order, original, connection),
                order.text(),
                order.digest(),
                Optional.of(original.key()),
                "");
    }

    /**
     * The part that was asked for, or all that is left. Where nothing is left the whole amount is
     * asked for, which the commit refuses and records.
     */
    private static Money amount(ReversalOrder order, JournalRow original, Connection connection)
            throws SQLException {
        if (order.amount().isPresent()) {
            return order.amount().get();
        }
        long left = original.amount() - LedgerQueries.reversed(connection, original.key());
        return new Money(
                left > 0 ? left : original.amount(), Currency.ofNumber(original.currency()));
    }
}
