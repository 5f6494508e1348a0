package io.feiqian.iso20022.spi;

import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The port of who moves the money. Thread-safe; never blocks; its futures never fail. */
public interface Bank {
    /** Moves money between two accounts of the bank. */
    CompletableFuture<Outcome> transfer(TraceNumber trace, TransferRequest request);

    /** Takes in a payment of another bank. */
    CompletableFuture<Outcome> interbank(TraceNumber trace, InterbankRequest request);

    /**
     * What became of a trace number.
     *
     * @return empty where that cannot be known now; else with the outcome UNKNOWN_TRANSACTION where
     *     there is none
     */
    CompletableFuture<Optional<GetTransactionResponse>> find(TraceNumber trace);
}
