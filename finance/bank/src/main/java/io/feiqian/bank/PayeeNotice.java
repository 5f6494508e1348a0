package io.feiqian.bank;

import io.feiqian.messaging.Incoming;
import io.feiqian.messaging.Payload;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a payer tells the payee of a transfer, and how a message carries it.
 *
 * <p>Form, version 1: version (1 byte), payer (8), payee (8), minor units (8), currency (4), and
 * the text in UTF-8. Later versions keep reading this one (D5.7-c).
 *
 * @param trace the transfer
 * @param payer who pays
 * @param payee who is told
 * @param amount how much
 * @param text what is told
 */
record PayeeNotice(
        TraceNumber trace, AccountNumber payer, AccountNumber payee, Money amount, String text) {
    private static final byte VERSION = 1;
    private static final int HEAD = 29;

    static PayeeNotice of(MovementOrder order) {
        return new PayeeNotice(
                order.trace(), order.payer(), order.payee(), order.amount(), order.notice());
    }

    Payload payload() {
        byte[] told = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer form = ByteBuffer.allocate(HEAD + told.length);
        form.put(VERSION)
                .putLong(payer.number())
                .putLong(payee.number())
                .putLong(amount.minor())
                .putInt(amount.currency().number())
                .put(told);
        return Payload.of(form.array());
    }

    /**
     * Reads what a message carries.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it cannot be read
     */
    static PayeeNotice read(Incoming message) {
        try {
            ByteBuffer form = message.payload().buffer();
            byte version = form.get();
            if (version != VERSION) {
                throw refused("version " + version);
            }
            AccountNumber payer = new AccountNumber(form.getLong());
            AccountNumber payee = new AccountNumber(form.getLong());
            long minor = form.getLong();
            Money amount = new Money(minor, Currency.ofNumber(form.getInt()));
            String text = StandardCharsets.UTF_8.decode(form).toString();
            if (!payee.slot().equals(message.key().consumer())) {
                throw refused("slot " + message.key().consumer() + " for account " + payee);
            }
            return new PayeeNotice(message.trace(), payer, payee, amount, text);
        } catch (BufferUnderflowException | IllegalArgumentException wrong) {
            throw refused(message.payload().size() + " bytes");
        }
    }

    private static RefusedException refused(String what) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "notice: %s (expected: version %d, for an account of the slot)"
                        .formatted(what, VERSION));
    }
}
