package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;

/**
 * What an answer to a call or a reversal puts on record, and what follows where it has to be asked
 * again (retry-for-ever). Pure.
 *
 * @param alarmAfter at how many vain tries in a row an operator is told
 * @param largestOutput how many characters an answer may have
 */
record StepAnswers(int alarmAfter, int largestOutput) {
    /** The state in which the answer is on record; the same where nobody waits for it any more. */
    OrchestrationState taken(
            Definition definition,
            OrchestrationState state,
            OrchestrationEvent.Answered event,
            List<OrchestrationEffect> effects) {
        Optional<Step.Call> call = definition.call(event.ask().number().step());
        if (call.isEmpty()) {
            return state;
        }
        return event.ask().direction() == Direction.FORWARD
                ? answered(definition, call.get(), state, event, effects)
                : reversed(call.get(), state, event, effects);
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
