package io.feiqian.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * One movement that a client asks for. Asking again sends the very same request.
 *
 * @param trace its trace number
 * @param kind what
 * @param payer who pays
 * @param payee who is paid
 * @param minor how much, in minor units
 * @param original what is reversed, for a reversal
 */
record Operation(
        TraceNumber trace,
        Kind kind,
        AccountNumber payer,
        AccountNumber payee,
        long minor,
        Optional<TraceNumber> original) {
    static final Currency CURRENCY = Currency.CNY;

    /** What is asked for. */
    enum Kind {
        TRANSFER_IN_CELL,
        TRANSFER_ACROSS_CELLS,
        DEPOSIT,
        WITHDRAWAL,
        REVERSAL;

        boolean isTransfer() {
            return this == TRANSFER_IN_CELL || this == TRANSFER_ACROSS_CELLS;
        }
    }

    /** Where the request goes. */
    String path() {
        return switch (kind) {
            case TRANSFER_IN_CELL, TRANSFER_ACROSS_CELLS -> "/v1/transfers";
            case DEPOSIT -> "/v1/deposits";
            case WITHDRAWAL -> "/v1/withdrawals";
            case REVERSAL -> "/v1/reversals";
        };
    }

    /** The request. */
    ObjectNode body() {
        ObjectNode body = BankClient.body();
        body.put("trace_number", trace.toString());
        switch (kind) {
            case TRANSFER_IN_CELL, TRANSFER_ACROSS_CELLS -> {
                body.put("payer_account", payer.toString());
                body.put("payee_account", payee.toString());
            }
            case DEPOSIT -> {
                body.put("cash_account", payer.toString());
                body.put("account", payee.toString());
            }
            case WITHDRAWAL -> {
                body.put("account", payer.toString());
                body.put("cash_account", payee.toString());
            }
            case REVERSAL ->
                    original.ifPresent(
                            number -> body.put("original_trace_number", number.toString()));
        }
        body.put("amount", new Money(minor, CURRENCY).decimal());
        body.put("currency", CURRENCY.code());
        body.put("text", kind.name());
        return body;
    }

    /** The same trace number with other content, which must never be executed. */
    Operation forged() {
        return new Operation(trace, kind, payer, payee, minor + 1, original);
    }
}
