package io.feiqian.bank;

import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.AccountStatus;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.JournalRow;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.LedgerQueries;
import io.feiqian.ledger.Movement;
import io.feiqian.participant.BranchState;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.transaction.Branch;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The entry that puts this cell's books right where a credit branch contradicts its decision: what
 * its confirm would have posted, or what takes back that it was posted. Only works out; what it
 * proposes is posted in the commit of the approval, under a key that admits it once. Thread-safe.
 */
final class Corrections {
    /** Sub-numbers from here on are those of entries that take a branch's entry back. */
    private static final int TAKEN_BACK = 9_000;

    private static final int KEYS = 1_000;

    /**
     * A correction.
     *
     * @param share what is posted; nothing where the books are right already
     * @param inWords the same for people
     */
    record Correction(Share share, String inWords) {}

    private final CellId cell;
    private final Contribution<LedgerCommand> ledger;
    private final LedgerCredit credits;

    Corrections(CellId cell, Contribution<LedgerCommand> ledger, LedgerCredit credits) {
        this.cell = cell;
        this.ledger = ledger;
        this.credits = credits;
    }

    /**
     * What is to be posted so that the branch ends so.
     *
     * @param id the proposal's number, which makes the key of what takes an entry back
     * @throws RefusedException with {@link OutcomeCode#NOT_TO_BE_RESOLVED} where no entry of this
     *     cell puts it right, with what to do instead
     */
    Correction of(Connection connection, Branch branch, BranchState verdict, long id)
            throws SQLException {
        MovementOrder order = CreditContent.read(branch.key().trace(), branch.content());
        EntryKey key = EntryKey.branch(branch.key().trace(), branch.key().branch());
        Optional<JournalRow> posted = LedgerQueries.find(connection, key);
        boolean held = LedgerQueries.isAnnounced(connection, branch.key().trace());
        return verdict == BranchState.CONFIRMED
                ? credit(connection, branch, order, posted, held)
                : takeBack(connection, branch, order, posted, held, id);
    }

    private Correction credit(
            Connection connection,
            Branch branch,
            MovementOrder order,
            Optional<JournalRow> posted,
            boolean held)
            throws SQLException {
        if (posted.isPresent()) {
            if (posted.get().refusal().isPresent()) {
                throw refused("entry: a refusal is recorded for it (expected: none)");
            }
            return nothing("it is posted already");
        }
        Movement leg = order.payeeLeg(cell, branch.initiator());
        if (held) {
            return new Correction(
                    credits.confirm(branch.call("")), "capture the announced credit: " + said(leg));
        }
        requireOpen(connection, leg);
        return new Correction(
                post(
                        EntryKey.branch(branch.key().trace(), branch.key().branch()),
                        branch,
                        order,
                        leg),
                "post " + said(leg));
    }

    private Correction takeBack(
            Connection connection,
            Branch branch,
            MovementOrder order,
            Optional<JournalRow> posted,
            boolean held,
            long id)
            throws SQLException {
        if (held) {
            return new Correction(
                    credits.cancel(branch.call("")), "give the announced credit back");
        }
        if (posted.isEmpty() || posted.get().refusal().isPresent()) {
            return nothing("nothing was posted");
        }
        JournalRow row = posted.get();
        long left = row.amount() - LedgerQueries.reversed(connection, row.key());
        if (left <= 0) {
            return nothing("it is taken back already");
        }
        if (!row.kind().isReversible()) {
            throw refused("entry: a " + row.kind() + " (expected: one that can be taken back)");
        }
        Movement back =
                Movement.reversal(
                        row.key(),
                        new AccountNumber(row.credit()),
                        new AccountNumber(row.debit()),
                        new Money(left, Currency.ofNumber(row.currency())),
                        order.text());
        if (row.counter() != 0) {
            back = back.behind(new AccountNumber(row.counter()));
        }
        int sub = TAKEN_BACK + (int) (id % KEYS);
        return new Correction(
                post(new EntryKey(branch.key().trace(), new SubNumber(sub)), branch, order, back),
                "take back: " + said(back));
    }

    private Share post(EntryKey key, Branch branch, MovementOrder order, Movement movement) {
        return Share.of(
                new Part<>(
                        ledger,
                        new LedgerCommand.Post(
                                key,
                                branch.initiator(),
                                order.digest(),
                                movement,
                                Optional.empty())));
    }

    /**
     * Refused before anything is recorded: a refusal under the key of the leg would be final, and
     * the leg could never be posted.
     */
    private static void requireOpen(Connection connection, Movement leg) throws SQLException {
        Optional<AccountRow> payee = LedgerQueries.account(connection, leg.credit());
        if (payee.filter(
                        it ->
                                it.status() == AccountStatus.OPEN
                                        && it.currency() == leg.amount().currency().number())
                .isEmpty()) {
            throw refused(
                    "payee: %s takes no credit now (expected: an open account of %s)"
                            .formatted(leg.credit(), leg.amount().currency().code()));
        }
    }

    private static Correction nothing(String why) {
        return new Correction(Share.NOTHING, "no entry: " + why);
    }

    /** An entry as people read it. */
    static String said(Movement movement) {
        return "%s %s %s from %s to %s"
                .formatted(
                        movement.kind(),
                        movement.amount().decimal(),
                        movement.amount().currency().code(),
                        movement.debit(),
                        movement.credit());
    }

    private static RefusedException refused(String message) {
        return new RefusedException(
                OutcomeCode.NOT_TO_BE_RESOLVED,
                message + "; correct it elsewhere and have it acknowledged at the decision");
    }
}
