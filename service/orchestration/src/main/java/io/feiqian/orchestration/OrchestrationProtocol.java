package io.feiqian.orchestration;

import io.feiqian.orchestration.OrchestrationTable.Action;
import io.feiqian.orchestration.OrchestrationTable.Row;
import io.feiqian.orchestration.OrchestrationTable.Trigger;
import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.vocabulary.RefusedException;
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
            return definition
                    .call(answered.ask().number().step())
                    .map(call ->
                            answered.ask().direction() == Direction.FORWARD
                                    ? answered(definition, call, state, answered, effects)
                                    : reversed(call, state, answered, effects))
                    .orElse(state);
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

    /** An answer counts only where the walk has come to its question, and not beyond it. */
    private static boolean isAwaited(Definition definition, OrchestrationState state, Ask ask) {
        return state.phase() == OrchestrationPhase.FORWARD
                && Walk.through(definition, state).walk().pending().stream()
                        .anyMatch(each -> each.ask().equals(ask));
    }

    private OrchestrationState answered(
            Definition definition,
            Step.Call call,
            OrchestrationState state,
            OrchestrationEvent.Answered event,
            List<OrchestrationEffect> effects) {
        StepNumber number = event.ask().number();
        if (!isAwaited(definition, state, event.ask())) {
            return state;
        }
        StepRecord record =
                Optional.ofNullable(state.records().get(number.place()))
                        .orElseGet(() -> StepRecord.open(number, state.nextOrder()));
        if (event.outcome() instanceof StepOutcome.Accepted accepted) {
            return state.with(accepted(call, state, record, accepted)).notAsking(event.ask());
        }
        if (event.outcome() instanceof StepOutcome.Refused refused) {
            return refused(call, state, record, refused, effects);
        }
        StepOutcome.Unknown unknown = (StepOutcome.Unknown) event.outcome();
        if (event.attempt() != record.attempts() + 1) {
            return state;
        }
        Failure why = new Failure(Failure.NO_ANSWER, unknown.message(), number.step());
        StepRecord next = record.askedInVain(why);
        if (call.retry().giveUpAfter() > 0 && next.attempts() >= call.retry().giveUpAfter()) {
            return state.with(next.ended(state.nextOrder(), StepStanding.GIVEN_UP, why))
                    .notAsking(event.ask());
        }
        again(
                call,
                event.ask(),
                next.attempts(),
                OrchestrationAlarms.Kind.UNANSWERED,
                why,
                effects);
        return state.with(next).asking(event.ask());
    }

    private StepRecord accepted(
            Step.Call call,
            OrchestrationState state,
            StepRecord record,
            StepOutcome.Accepted answer) {
        if (call.output().isEmpty()) {
            return record.done(state.nextOrder(), Optional.empty());
        }
        String step = call.name();
        if (answer.output().length() > largestOutput) {
            String message =
                    "output: %d characters (expected: at most %d)"
                            .formatted(answer.output().length(), largestOutput);
            return record.ended(
                    state.nextOrder(),
                    StepStanding.UNUSABLE,
                    new Failure(Failure.OUTPUT_TOO_LARGE, message, step));
        }
        try {
            String read = Json.text(Json.read(answer.output(), largestOutput));
            return record.done(state.nextOrder(), Optional.of(read));
        } catch (RefusedException wrong) {
            return record.ended(
                    state.nextOrder(),
                    StepStanding.UNUSABLE,
                    new Failure(
                            Failure.OUTPUT_MALFORMED, String.valueOf(wrong.getMessage()), step));
        }
    }

    private OrchestrationState refused(
            Step.Call call,
            OrchestrationState state,
            StepRecord record,
            StepOutcome.Refused refused,
            List<OrchestrationEffect> effects) {
        int round = record.number().round();
        Failure why = new Failure(refused.code(), refused.message(), call.name());
        Ask ask = new Ask(record.number(), Direction.FORWARD);
        if (!call.retry().forward() && round >= call.retry().tries()) {
            return state.with(record.ended(state.nextOrder(), StepStanding.REFUSED, why))
                    .notAsking(ask);
        }
        StepRecord next = record.nextRound(why);
        Ask nextAsk = new Ask(next.number(), Direction.FORWARD);
        again(call, nextAsk, round, OrchestrationAlarms.Kind.REFUSED_AGAIN, why, effects);
        return state.with(next).notAsking(ask).asking(nextAsk);
    }

    private OrchestrationState reversed(
            Step.Call call,
            OrchestrationState state,
            OrchestrationEvent.Answered event,
            List<OrchestrationEffect> effects) {
        StepRecord record = state.records().get(event.ask().number().place());
        if (record == null || !record.owesReversal(call)) {
            return state;
        }
        if (event.outcome() instanceof StepOutcome.Accepted) {
            return state.with(record.asReversed()).notAsking(event.ask());
        }
        if (event.attempt() != record.reverseAttempts() + 1) {
            return state;
        }
        boolean refused = event.outcome() instanceof StepOutcome.Refused;
        Failure why = why(event.outcome(), call);
        StepRecord next = record.reversalAskedInVain(why);
        if (refused && next.reverseAttempts() == 1 && alarmAfter > 1) {
            alarm(OrchestrationAlarms.Kind.REVERSAL_REFUSED, event.ask(), 1, why, effects);
        }
        again(
                call,
                event.ask(),
                next.reverseAttempts(),
                refused
                        ? OrchestrationAlarms.Kind.REVERSAL_REFUSED
                        : OrchestrationAlarms.Kind.UNANSWERED,
                why,
                effects);
        return state.with(next).asking(event.ask());
    }

    private static Failure why(StepOutcome outcome, Step.Call call) {
        if (outcome instanceof StepOutcome.Refused refused) {
            return new Failure(refused.code(), refused.message(), call.name());
        }
        return new Failure(
                Failure.NO_ANSWER, ((StepOutcome.Unknown) outcome).message(), call.name());
    }

    private void again(
            Step.Call call,
            Ask ask,
            int failures,
            OrchestrationAlarms.Kind kind,
            Failure why,
            List<OrchestrationEffect> effects) {
        if (failures == alarmAfter) {
            alarm(kind, ask, failures, why, effects);
        }
        effects.add(new OrchestrationEffect.Pause(ask, call.retry().pauses().after(failures)));
    }

    private static void alarm(
            OrchestrationAlarms.Kind kind,
            Ask ask,
            int failures,
            Failure why,
            List<OrchestrationEffect> effects) {
        effects.add(
                new OrchestrationEffect.Alarm(
                        kind,
                        "%s of %s: %s %s, %d times (expected: done)"
                                .formatted(
                                        ask.direction(),
                                        ask.number(),
                                        why.code(),
                                        why.message(),
                                        failures)));
    }
}
