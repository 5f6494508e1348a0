package io.feiqian.chaos;

import io.feiqian.orchestration.Begun;
import io.feiqian.orchestration.Definition;
import io.feiqian.orchestration.OrchestrationResult;
import io.feiqian.orchestration.Orchestrations;
import io.feiqian.orchestration.Saga;
import io.feiqian.orchestration.Step;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.SentMessage;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.TransactionScope;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What an instance does when a client asks for a transaction of a kind. Thread-safe. */
final class GlobalInitiator {
    /** Three steps, one after the other. */
    static final Definition SAGA =
            Saga.named("in-order", 1)
                    .inputs("legs")
                    .step(Step.call("first", "move").input("{leg: legs[0]}").reverse("move"))
                    .step(Step.call("second", "move").input("{leg: legs[1]}").reverse("move"))
                    .step(Step.call("third", "move").input("{leg: legs[2]}").reverse("move"))
                    .definition();

    /** One step, two at the same time, then a loop. */
    static final Definition ORCHESTRATION =
            Definition.parse(
                    """
                    {"name": "spread", "version": 1, "inputs": ["legs", "rest"], "steps": [
                      {"call": "first", "service": "move", "input": "{leg: legs[0]}",
                       "reverse": "move"},
                      {"parallel": "both", "branches": [
                        [{"call": "left", "service": "move", "input": "{leg: legs[1]}",
                          "reverse": "move"}],
                        [{"call": "right", "service": "move", "input": "{leg: legs[2]}",
                          "reverse": "move"}]]},
                      {"loop": "others", "while": "i < size(rest)", "most": 10, "index": "i",
                       "steps": [
                        {"call": "other", "service": "move", "input": "{leg: rest[i]}",
                         "reverse": "move"}]}]}
                    """);

    /** How many legs come before the loop. */
    static final int LEGS_BEFORE_LOOP = 3;

    private static final Duration WITHIN = Duration.ofSeconds(6);

    private final GlobalTransactions transactions;
    private final Orchestrations orchestrations;
    private final PeerCalls peers;

    GlobalInitiator(
            GlobalTransactions transactions, Orchestrations orchestrations, PeerCalls peers) {
        this.transactions = transactions;
        this.orchestrations = orchestrations;
        this.peers = peers;
    }

    /** Executes it, or finds what became of it before; blocks for a few seconds at most. */
    Wire.Reply execute(GlobalRequest request) throws InterruptedException, SQLException {
        return request.kind().isOfSteps() ? inSteps(request) : decided(request);
    }

    private Wire.Reply decided(GlobalRequest request) throws SQLException {
        TraceNumber trace = TraceNumber.parse(request.trace());
        TransactionOrder order =
                TransactionOrder.of(
                                trace,
                                Content.ofText(Wire.write(request)),
                                new BusinessDate(trace.date().date()))
                        .within(WITHIN);
        List<SentMessage> recalled =
                request.recalls().isEmpty()
                        ? List.of()
                        : transactions.sentMessages(TraceNumber.parse(request.recalls()));
        TransactionAnswer answer =
                transactions.execute(
                        request.settled() ? order.settled() : order,
                        scope -> {
                            recalled.forEach(scope::reverse);
                            request.legs().forEach(leg -> include(scope, leg));
                        });
        return Wire.Reply.of(answer.outcome(), answer.recorded());
    }

    private void include(TransactionScope scope, Leg leg) {
        switch (leg.how()) {
            case OWN ->
                    scope.own(connection -> {
                        ServiceAccounts.move(
                                connection,
                                scope.trace().toString(),
                                scope.attempt() + "/own",
                                leg);
                        return Content.EMPTY;
                    });
            case MESSAGE ->
                    scope.message(leg.service(), ServiceWork.NAME, Content.ofText(leg.content()));
            case TCC, SQL, XA, REVERSAL -> {
                var _ =
                        scope.call(
                                leg.service(),
                                Content.ofText(leg.content()),
                                context -> peers.branch(context, leg));
            }
            case STEP ->
                    throw new IllegalArgumentException("leg: a step (expected: a branch, or own)");
        }
    }

    private Wire.Reply inSteps(GlobalRequest request) throws InterruptedException {
        boolean isSaga = request.kind() == GlobalKind.SAGA;
        List<Leg> legs = request.legs();
        String input =
                isSaga
                        ? Wire.write(Map.of("legs", legs))
                        : Wire.write(
                                Map.of(
                                        "legs",
                                        legs.subList(0, LEGS_BEFORE_LOOP),
                                        "rest",
                                        legs.subList(LEGS_BEFORE_LOOP, legs.size())));
        Begun begun =
                orchestrations.begin(
                        TraceNumber.parse(request.trace()),
                        isSaga ? SAGA.name() : ORCHESTRATION.name(),
                        input);
        try {
            Outcome started = begun.started().toCompletableFuture().get(3, TimeUnit.SECONDS);
            if (!started.isAccepted()) {
                return Wire.Reply.of(started, false);
            }
            return reply(
                    begun.ended()
                            .toCompletableFuture()
                            .get(WITHIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException notYet) {
            return Wire.Reply.unknown("orchestration: not ended yet");
        }
    }

    private static Wire.Reply reply(OrchestrationResult result) {
        return switch (result.phase()) {
            case COMPLETED -> Wire.Reply.of(Outcome.accepted(), true);
            case COMPENSATED ->
                    new Wire.Reply(OutcomeCode.INSUFFICIENT_FUNDS, "steps: reversed", true);
            case FORWARD, COMPENSATING, STOPPED, CLOSED ->
                    Wire.Reply.unknown("orchestration: " + result.phase());
        };
    }
}
