package io.feiqian.bank;

import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.JournalRow;
import io.feiqian.ledger.LedgerQueries;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.TransactionState;
import io.feiqian.transaction.Transactions;
import io.feiqian.transaction.Transactions.Found;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What became of a trace number: the decision where there is one, else what the journal recorded
 * under it. Answers come from the fenced primary (fenced-reads). Thread-safe.
 */
final class TransactionReads {
    private final FencedReads reads;
    private final Transactions transactions;
    private final Replies replies;

    /** What the journal says: the initiator's own step, and how much of it was taken back. */
    private record Recorded(Optional<JournalRow> row, long reversed) {}

    TransactionReads(FencedReads reads, Transactions transactions, Replies replies) {
        this.reads = reads;
        this.transactions = transactions;
        this.replies = replies;
    }

    /** What became of it; {@code UNKNOWN_TRANSACTION} where nothing is on record. */
    CompletableFuture<GetTransactionResponse> find(TraceNumber trace, Caller caller) {
        return transactions
                .find(trace)
                .thenCompose(
                        found -> recorded(trace, caller).thenApply(row -> of(trace, found, row)));
    }

    private CompletableFuture<Recorded> recorded(TraceNumber trace, Caller caller) {
        EntryKey own = EntryKey.own(trace);
        return reads.of(
                trace.home(),
                caller,
                connection ->
                        new Recorded(
                                LedgerQueries.find(connection, own),
                                LedgerQueries.reversed(connection, own)));
    }

    private GetTransactionResponse of(TraceNumber trace, Found found, Recorded recorded) {
        if (found.decision().isPresent()) {
            return decided(found.decision().get(), recorded);
        }
        if (!found.answer().isAccepted()
                && found.answer().code() != OutcomeCode.UNKNOWN_TRANSACTION) {
            return GetTransactionResponse.newBuilder()
                    .setOutcome(replies.of(found.answer()))
                    .setTraceNumber(trace.toString())
                    .build();
        }
        JournalRow row =
                recorded.row()
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.UNKNOWN_TRANSACTION,
                                        "trace number: nothing is on record of %s"
                                                .formatted(trace)));
        return local(row, recorded.reversed());
    }

    private GetTransactionResponse decided(Decision decision, Recorded recorded) {
        GetTransactionResponse.Builder response =
                GetTransactionResponse.newBuilder()
                        .setOutcome(replies.of(decision.outcome()))
                        .setTraceNumber(decision.trace().toString())
                        .setState(decision.transactionState().name())
                        .setBusinessDate(decision.businessDate().toString());
        // A row that an inquiry planted knows no content.
        if (decision.content().size() > 0) {
            MovementOrder order = CreditContent.read(decision.trace(), decision.content());
            response.setKind(order.kind().name())
                    .setPayerAccount(order.payer().toString())
                    .setPayeeAccount(order.payee().toString())
                    .setAmount(order.amount().decimal())
                    .setCurrency(order.amount().currency().code())
                    .setReversedAmount(
                            new Money(recorded.reversed(), order.amount().currency()).decimal());
        }
        return response.build();
    }

    private GetTransactionResponse local(JournalRow row, long reversed) {
        Outcome outcome =
                row.refusal()
                        .map(refusal -> Outcome.refused(refusal.code(), refusal.message()))
                        .orElseGet(Outcome::accepted);
        GetTransactionResponse.Builder response =
                GetTransactionResponse.newBuilder()
                        .setOutcome(replies.of(outcome))
                        .setTraceNumber(row.key().trace().toString())
                        .setState(
                                (row.refusal().isPresent()
                                                ? TransactionState.REFUSED
                                                : TransactionState.SETTLED)
                                        .name())
                        .setKind(row.kind().name())
                        .setBusinessDate(BusinessDate.ofNumber(row.date()).toString());
        if (row.kind().isMovement()) {
            Currency currency = Currency.ofNumber(row.currency());
            long payee = row.counter() == 0 ? row.credit() : row.counter();
            response.setPayerAccount(new AccountNumber(row.debit()).toString())
                    .setPayeeAccount(new AccountNumber(payee).toString())
                    .setAmount(new Money(row.amount(), currency).decimal())
                    .setCurrency(currency.code())
                    .setReversedAmount(new Money(reversed, currency).decimal());
        }
        return response.build();
    }
}
