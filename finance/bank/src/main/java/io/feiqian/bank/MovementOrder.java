package io.feiqian.bank;

import io.feiqian.ledger.ContentDigest;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.Movement;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * What a request asks the bank to move, read and found to be right in itself.
 *
 * @param trace the business transaction; its home slot is the payer's (trace-identity)
 * @param kind what it is about
 * @param payer whom it is taken from
 * @param payee whom it is given to
 * @param amount how much
 * @param text what a person reads on the statements
 * @param digest the canonical digest of the content
 * @param original the entry of this cell that is taken back, for reversals only
 * @param notice what the payee is told by a message; empty for no message
 */
record MovementOrder(
        TraceNumber trace,
        EntryKind kind,
        AccountNumber payer,
        AccountNumber payee,
        Money amount,
        String text,
        long digest,
        Optional<EntryKey> original,
        String notice) {
    /** Refuses what no account could book and a trace number that is not at home. */
    MovementOrder {
        requireHome(trace, payer);
        if (payer.equals(payee)) {
            throw new RefusedException(
                    OutcomeCode.SAME_ACCOUNT,
                    "payee: " + payee + " (expected: another account than the payer)");
        }
        if (amount.minor() > Movement.LARGEST) {
            throw new RefusedException(
                    OutcomeCode.AMOUNT_OVERFLOW,
                    "amount: %s (expected: at most %d minor units)"
                            .formatted(amount, Movement.LARGEST));
        }
        Fields.text("text", text, Movement.LONGEST_TEXT);
        Fields.text("notice", notice, Notices.LONGEST_TEXT);
    }

    /** A movement that takes nothing back. */
    static MovementOrder of(
            TraceNumber trace,
            EntryKind kind,
            AccountNumber payer,
            AccountNumber payee,
            Money amount,
            String text) {
        long digest = ContentDigest.ofMovement(kind, payer, payee, amount, text, Optional.empty());
        return new MovementOrder(
                trace, kind, payer, payee, amount, text, digest, Optional.empty(), "");
    }

    /** The same with a notice to the payee; its text is part of the content. */
    MovementOrder withNotice(String newNotice) {
        if (newNotice.isEmpty()) {
            return this;
        }
        long whole = ContentDigest.begin(kind).add(digest).add(newNotice).end();
        return new MovementOrder(
                trace, kind, payer, payee, amount, text, whole, original, newNotice);
    }

    /** Refuses a trace number whose home is not the payer's slot. */
    static void requireHome(TraceNumber trace, AccountNumber payer) {
        if (!trace.home().equals(payer.slot())) {
            throw new RefusedException(
                    OutcomeCode.TRACE_NOT_AT_HOME,
                    "trace number: home slot %s (expected: %s, the payer's)"
                            .formatted(trace.home(), payer.slot()));
        }
    }

    /** The whole movement, where both accounts live in one cell. */
    Movement within() {
        return new Movement(kind, payer, payee, amount, text, original, Optional.empty());
    }

    /** The payer's leg, where the payee lives in another cell. */
    Movement payerLeg(CellId here, CellId there) {
        AccountNumber between = AccountNumber.interCell(here, there, amount.currency());
        return new Movement(kind, payer, between, amount, text, original, Optional.of(payee));
    }

    /** The payee's leg, where the payer lives in another cell. */
    Movement payeeLeg(CellId here, CellId there) {
        AccountNumber between = AccountNumber.interCell(here, there, amount.currency());
        return new Movement(kind, between, payee, amount, text, original, Optional.of(payer));
    }
}
