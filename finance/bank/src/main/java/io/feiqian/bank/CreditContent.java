package io.feiqian.bank;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a branch of service {@link LedgerCredit#SERVICE} carries, and what a decision keeps for
 * those who ask what the transaction was: the movement with its ultimate payer and payee.
 *
 * <p>Form, version 1: version (1 byte), digest (8), kind (4), payer (8), payee (8), minor units
 * (8), currency (4), original's head and serial (8 and 8, zeros for none), and the text in UTF-8.
 * Later versions keep reading this one (D5.7-c).
 */
final class CreditContent {
    private static final byte VERSION = 1;
    private static final int HEAD = 57;

    private CreditContent() {}

    static Content write(MovementOrder order) {
        byte[] text = order.text().getBytes(StandardCharsets.UTF_8);
        ByteBuffer form = ByteBuffer.allocate(HEAD + text.length);
        form.put(VERSION)
                .putLong(order.digest())
                .putInt(order.kind().number())
                .putLong(order.payer().number())
                .putLong(order.payee().number())
                .putLong(order.amount().minor())
                .putInt(order.amount().currency().number())
                .putLong(order.original().map(key -> key.trace().head()).orElse(0L))
                .putLong(order.original().map(key -> key.trace().serial()).orElse(0L))
                .put(text);
        return Content.of(form.array());
    }

    /**
     * Reads the content of this transaction.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it cannot be read
     */
    static MovementOrder read(TraceNumber trace, Content content) {
        try {
            ByteBuffer form = content.buffer();
            byte version = form.get();
            if (version != VERSION) {
                throw refused("version " + version);
            }
            long digest = form.getLong();
            EntryKind kind = EntryKind.ofNumber(form.getInt());
            AccountNumber payer = new AccountNumber(form.getLong());
            AccountNumber payee = new AccountNumber(form.getLong());
            long minor = form.getLong();
            Money amount = new Money(minor, Currency.ofNumber(form.getInt()));
            long head = form.getLong();
            long serial = form.getLong();
            // At the payee of a reversal, who paid the original: its own step there.
            Optional<EntryKey> original =
                    head == 0
                            ? Optional.empty()
                            : Optional.of(EntryKey.own(new TraceNumber(head, serial)));
            String text = StandardCharsets.UTF_8.decode(form).toString();
            return new MovementOrder(trace, kind, payer, payee, amount, text, digest, original, "");
        } catch (BufferUnderflowException | IllegalArgumentException wrong) {
            throw refused(content.size() + " bytes");
        }
    }

    private static RefusedException refused(String what) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "branch content: " + what + " (expected: version " + VERSION + ")");
    }
}
