package io.feiqian.iso20022;

import com.google.protobuf.Message;
import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.iso20022.spi.Bank;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A bank of a few accounts in memory, which answers repetitions as the cells do. */
final class SmallBank implements Bank {
    private record Done(Message request, Outcome outcome, GetTransactionResponse shown) {}

    final Map<String, Long> balances = new TreeMap<>();
    final List<TraceNumber> asked = new ArrayList<>();
    private final Map<TraceNumber, Done> done = new HashMap<>();
    private OutcomeCode always = OutcomeCode.ACCEPTED;
    private int underWay;
    int mostUnderWay;

    /** From now on everything that is new ends so. */
    void always(OutcomeCode code) {
        always = code;
    }

    @Override
    public CompletableFuture<Outcome> transfer(TraceNumber trace, TransferRequest request) {
        return move(
                trace,
                request,
                request.getPayerAccount(),
                request.getPayeeAccount(),
                Money.parse(request.getAmount(), Currency.of(request.getCurrency())),
                "TRANSFER");
    }

    @Override
    public CompletableFuture<Outcome> interbank(TraceNumber trace, InterbankRequest request) {
        return move(
                trace,
                request,
                request.getNostroAccount(),
                request.getAccount(),
                Money.parse(request.getAmount(), Currency.of(request.getCurrency())),
                "INTERBANK");
    }

    @Override
    public synchronized CompletableFuture<Optional<GetTransactionResponse>> find(
            TraceNumber trace) {
        Done found = done.get(trace);
        return CompletableFuture.completedFuture(
                Optional.of(
                        found != null
                                ? found.shown()
                                : GetTransactionResponse.newBuilder()
                                        .setOutcome(outcome(OutcomeCode.UNKNOWN_TRANSACTION))
                                        .build()));
    }

    synchronized int moved() {
        return (int) done.values().stream().filter(each -> each.outcome().isAccepted()).count();
    }

    private CompletableFuture<Outcome> move(
            TraceNumber trace,
            Message request,
            String payer,
            String payee,
            Money amount,
            String kind) {
        synchronized (this) {
            asked.add(trace);
            mostUnderWay = Math.max(mostUnderWay, ++underWay);
        }
        return CompletableFuture.supplyAsync(() -> {
            synchronized (this) {
                underWay--;
                return once(trace, request, payer, payee, amount, kind);
            }
        });
    }

    private Outcome once(
            TraceNumber trace,
            Message request,
            String payer,
            String payee,
            Money amount,
            String kind) {
        Done before = done.get(trace);
        if (before != null) {
            return before.request().equals(request)
                    ? before.outcome()
                    : Outcome.refused(OutcomeCode.TRACE_CONTENT_DIFFERS, "other content");
        }
        if (always != OutcomeCode.ACCEPTED) {
            return Outcome.of(always, "as the test wants it");
        }
        Outcome outcome = moved(payer, payee, amount.minor());
        done.put(
                trace,
                new Done(
                        request,
                        outcome,
                        GetTransactionResponse.newBuilder()
                                .setOutcome(outcome(outcome.code()))
                                .setTraceNumber(trace.toString())
                                .setKind(kind)
                                .setPayerAccount(payer)
                                .setPayeeAccount(payee)
                                .setAmount(amount.decimal())
                                .setCurrency(amount.currency().code())
                                .setBusinessDate("2026-01-15")
                                .build()));
        return outcome;
    }

    private Outcome moved(String payer, String payee, long minor) {
        Long has = balances.get(payer);
        if (has == null || !balances.containsKey(payee)) {
            return Outcome.refused(OutcomeCode.UNKNOWN_ACCOUNT, "no such account");
        }
        if (has < minor) {
            return Outcome.refused(OutcomeCode.INSUFFICIENT_FUNDS, "not enough");
        }
        balances.merge(payer, -minor, Long::sum);
        balances.merge(payee, minor, Long::sum);
        return Outcome.accepted();
    }

    private static io.feiqian.rpc.contract.Outcome outcome(OutcomeCode code) {
        return io.feiqian.rpc.contract.Outcome.newBuilder().setCode(code.number()).build();
    }
}
