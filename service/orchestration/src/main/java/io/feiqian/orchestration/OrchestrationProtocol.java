package io.feiqian.orchestration;

import io.feiqian.orchestration.OrchestrationTable.Action;
import io.feiqian.orchestration.OrchestrationTable.Row;
import io.feiqian.orchestration.OrchestrationTable.Trigger;
import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.StepCall.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The protocol of orchestrations as a pure function: no time, no chance, no row and no wire.
 * Whatever a step's outcome changes has to be durable before the effects are carried out, by a
 * compare-and-set on the row that the state came from: so an outcome that comes when compensation
 * has begun changes nothing any more (saga-steps). Immutable, thread-safe.
 *
 * @param alarmAfter at how many vain tries in a row an operator is told, 1 and up
 * @param largestOutput how many characters an answer may have, 1 and up
 */
public record OrchestrationProtocol(int alarmAfter, int largestOutput) {
    /** Refuses bounds out of range. */
    public OrchestrationProtocol {
        if (alarmAfter < 1 || largestOutput < 1) {
            throw new IllegalArgumentException(
                    "bounds: %d, %d (expected: each >= 1)".formatted(alarmAfter, largestOutput));
        }
    }

    /** The next state and what is to be done. */
    public Transition step(
            Definition definition, OrchestrationState state, OrchestrationEvent event) {
        List<OrchestrationEffect> effects = new ArrayList<>();
        if (state.phase().isEnd()) {
            return new Transition(state, effects);
        }
        OrchestrationState next = apply(definition, state, event, effects);
        if (event instanceof OrchestrationEvent.Closed) {
            return settle(definition, next, Trigger.SETTLED_BY_HAND, List.of(), effects);
        }
        return switch (next.phase()) {
            case FORWARD -> forward(definition, next, event, effects);
            case COMPENSATING -> compensating(definition, next, effects);
            case STOPPED, COMPLETED, COMPENSATED, CLOSED -> new Transition(next, effects);
        };
    }

    /** Whether an operator may still have it compensated: nothing final is done or asked for. */
    public boolean canBeForced(Definition definition, OrchestrationState state) {
        if (state.phase() != OrchestrationPhase.FORWARD) {
            return false;
        }
        Walk walk = Walk.through(definition, state).walk();
        return !walk.isBeyondReturn() && walk.pending().stream().noneMatch(Walk.Pending::isFinal);
    }

    private Transition forward(
            Definition definition,
            OrchestrationState state,
            OrchestrationEvent event,
            List<OrchestrationEffect> effects) {
        if (event instanceof OrchestrationEvent.Forced forced && canBeForced(definition, state)) {
            Walk walk = Walk.through(definition, state).walk();
            Failure why = new Failure(Failure.FORCED, forced.reason(), "");
            OrchestrationState left = abandon(state, walk.pending());
            return failed(definition, left.withFailure(why), effects);
        }
        OrchestrationState now = state;
        Walk.Result result = Walk.through(definition, now);
        while (!result.walk().abandoned().isEmpty()) {
            now = abandon(now, result.walk().abandoned());
            result = Walk.through(definition, now);
        }
        return switch (result.end()) {
            case DONE -> settle(definition, now, Trigger.ALL_DONE, List.of(), effects);
            case WAITS ->
                    settle(definition, now, Trigger.GOES_ON, result.walk().pending(), effects);
            case FAILED -> failed(definition, now.withFailure(result.walk().failure()), effects);
        };
    }

    private Transition failed(
            Definition definition, OrchestrationState state, List<OrchestrationEffect> effects) {
        Walk walk = Walk.through(definition, state).walk();
        if (walk.isBeyondReturn()) {
            return settle(definition, state, Trigger.FAILED_BEYOND_RETURN, List.of(), effects);
        }
        List<Walk.Pending> owed = walk.owed();
        return owed.isEmpty()
                ? settle(definition, state, Trigger.FAILED_WITHOUT_EFFECT, owed, effects)
                : settle(definition, state, Trigger.FAILED, owed.subList(0, 1), effects);
    }

    private Transition compensating(
            Definition definition, OrchestrationState state, List<OrchestrationEffect> effects) {
        List<Walk.Pending> owed = Walk.through(definition, state).walk().owed();
        return owed.isEmpty()
                ? settle(definition, state, Trigger.ALL_REVERSED, owed, effects)
                : settle(definition, state, Trigger.GOES_ON, owed.subList(0, 1), effects);
    }

    /** What may be under way goes on record as such: its reversal is owed, sent or not. */
    private static OrchestrationState abandon(OrchestrationState state, List<Walk.Pending> calls) {
        OrchestrationState next = state;
        for (Walk.Pending each : calls) {
            if (each.isForward()) {
                StepNumber number = each.ask().number();
                StepRecord record = next.records().get(number.place());
                StepRecord open = record == null ? StepRecord.open(number, 1) : record;
                Failure why =
                        new Failure(
                                Failure.ABANDONED,
                                "other steps failed, or an operator had them reversed",
                                number.step());
                next =
                        next.with(open.ended(next.nextOrder(), StepStanding.ABANDONED, why))
                                .notAsking(each.ask());
            }
        }
        return next;
    }

    private Transition settle(
            Definition definition,
            OrchestrationState state,
            Trigger trigger,
            List<Walk.Pending> pending,
            List<OrchestrationEffect> effects) {
        Optional<Row> row = OrchestrationTable.row(state.phase(), trigger);
        if (row.isEmpty()) {
            return new Transition(state, effects);
        }
        OrchestrationState next = state.withPhase(row.get().next());
        for (Action action : row.get().actions()) {
            switch (action) {
                case CALL -> next = call(next, pending, effects);
                case ALARM -> {
                    Failure why = next.failure().orElse(new Failure("", "", ""));
                    effects.add(
                            new OrchestrationEffect.Alarm(
                                    OrchestrationAlarms.Kind.STOPPED,
                                    "%s at %s: %s %s (expected: nothing that fails here)"
                                            .formatted(
                                                    definition,
                                                    why.step(),
                                                    why.code(),
                                                    why.message())));
                }
                case TELL -> effects.add(new OrchestrationEffect.Tell());
            }
        }
        return new Transition(next, effects);
    }

    private static OrchestrationState call(
            OrchestrationState state,
            List<Walk.Pending> pending,
            List<OrchestrationEffect> effects) {
        OrchestrationState next = state;
        if (state.isSuspended()) {
            return next;
        }
        for (Walk.Pending each : pending) {
            Ask ask = each.ask();
            if (!next.underWay().contains(ask)) {
                next = next.asking(ask);
                Step.Call call = each.visit().call();
                Optional<StepRecord> record =
                        Optional.ofNullable(next.records().get(ask.number().place()));
                boolean forward = each.isForward();
                effects.add(
                        new OrchestrationEffect.Call(
                                ask,
                                attempts(record, ask) + 1,
                                forward ? call.service() : call.undo().service(),
                                Json.text(each.visit().input()),
                                forward ? Optional.empty() : record.flatMap(StepRecord::output),
                                call.retry().timeout()));
            }
        }
        return next;
    }

    private static int attempts(Optional<StepRecord> record, Ask ask) {
        return record.map(each ->
                        ask.direction() == Direction.FORWARD
                                ? each.attempts()
                                : each.reverseAttempts())
                .orElse(0);
    }

    private OrchestrationState apply(
            Definition definition,
            OrchestrationState state,
            OrchestrationEvent event,
            List<OrchestrationEffect> effects) {
        if (event instanceof OrchestrationEvent.Answered answered) {
            return new StepAnswers(alarmAfter, largestOutput)
                    .taken(definition, state, answered, effects);
        }
        if (event instanceof OrchestrationEvent.RetryDue due) {
            return state.notAsking(due.ask());
        }
        if (event instanceof OrchestrationEvent.Suspended) {
            return state.withSuspended(true);
        }
        if (event instanceof OrchestrationEvent.TakenUp) {
            return forgetting(state);
        }
        if (event instanceof OrchestrationEvent.Resumed) {
            return forgetting(state.withSuspended(false));
        }
        if (event instanceof OrchestrationEvent.ReversedByHand byHand) {
            StepRecord record = state.records().get(byHand.place().place());
            boolean owed =
                    record != null
                            && definition.call(record.number().step()).stream()
                                    .anyMatch(record::owesReversal)
                            && state.phase() == OrchestrationPhase.COMPENSATING;
            return owed && record != null ? state.with(record.asReversed()) : state;
        }
        return state;
    }

    private static OrchestrationState forgetting(OrchestrationState state) {
        OrchestrationState next = state;
        for (Ask each : state.underWay()) {
            next = next.notAsking(each);
        }
        return next;
    }
}
