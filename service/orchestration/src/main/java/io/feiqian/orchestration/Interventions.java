package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/**
 * What operators do to an orchestration, at any instance: it is taken over from the instance that
 * drives it, by a compare-and-set, and goes on here. Every method blocks until the change is
 * durable or refused, wants an operator and a reason, and leaves the audit to the caller.
 * Thread-safe. Row: B11.3-c.
 */
public final class Interventions {
    private static final int TRIES = 5;

    private final OrchestrationStore store;
    private final Drives drives;

    Interventions(OrchestrationStore store, Drives drives) {
        this.store = store;
        this.drives = drives;
    }

    /** Tries at once what pauses. */
    public Outcome retryNow(TraceNumber trace, String operator, String reason) {
        return act(
                trace,
                operator,
                reason,
                OutcomeCode.NOT_TO_BE_RESOLVED,
                row -> !row.suspended(),
                new OrchestrationEvent.TakenUp());
    }

    /** Calls nothing new until it is resumed. */
    public Outcome suspend(TraceNumber trace, String operator, String reason) {
        return act(
                trace,
                operator,
                reason,
                OutcomeCode.NOT_TO_BE_RESOLVED,
                row -> true,
                new OrchestrationEvent.Suspended());
    }

    /** Goes on. */
    public Outcome resume(TraceNumber trace, String operator, String reason) {
        return act(
                trace,
                operator,
                reason,
                OutcomeCode.NOT_TO_BE_RESOLVED,
                row -> true,
                new OrchestrationEvent.Resumed());
    }

    /**
     * Reverses what was done. Refused with {@link OutcomeCode#NOT_REVERSIBLE} behind a point of no
     * return, and while it may be passed at this moment.
     */
    public Outcome compensate(TraceNumber trace, String operator, String reason) {
        return act(
                trace,
                operator,
                reason,
                OutcomeCode.NOT_REVERSIBLE,
                drives::canBeForced,
                new OrchestrationEvent.Forced(operator + ": " + reason));
    }

    /** Takes a reversal as done that an operator has done by hand, and goes on with the next. */
    public Outcome reversedByHand(
            TraceNumber trace, StepNumber step, String operator, String reason) {
        return act(
                trace,
                operator,
                reason,
                OutcomeCode.NOT_TO_BE_RESOLVED,
                row ->
                        row.phase() == OrchestrationPhase.COMPENSATING
                                && row.records().stream()
                                        .anyMatch(each ->
                                                each.number().place().equals(step.place())
                                                        && !each.reversed()
                                                        && each.standing().mayHaveEffect()),
                new OrchestrationEvent.ReversedByHand(step));
    }

    /** Ends what has stopped, once an operator has settled it by hand. */
    public Outcome close(TraceNumber trace, String operator, String reason) {
        return act(
                trace,
                operator,
                reason,
                OutcomeCode.NOT_TO_BE_RESOLVED,
                row -> row.phase() == OrchestrationPhase.STOPPED,
                new OrchestrationEvent.Closed());
    }

    private Outcome act(
            TraceNumber trace,
            String operator,
            String reason,
            OutcomeCode otherwise,
            Predicate<OrchestrationRow> allowed,
            OrchestrationEvent event) {
        try {
            if (operator.isBlank() || reason.isBlank()) {
                throw new RefusedException(
                        OutcomeCode.OPERATOR_REQUIRED,
                        "operator or reason: empty (expected: both)");
            }
            for (int i = 0; i < TRIES; i++) {
                OrchestrationRow row = drives.row(trace);
                if (row.phase().isEnd() || !allowed.test(row)) {
                    throw new RefusedException(
                            otherwise,
                            "orchestration %s: %s, %s (expected: one for which this is allowed)"
                                    .formatted(trace, row.phase(), row.position()));
                }
                if (isDone(row, event)) {
                    return Outcome.accepted();
                }
            }
            throw new RefusedException(
                    OutcomeCode.WAIT,
                    "orchestration %s: changes too fast (expected: a moment's rest)"
                            .formatted(trace));
        } catch (RefusedException refused) {
            return refused.outcome();
        } catch (StoreException failed) {
            return new Outcome.Unknown(String.valueOf(failed.getMessage()));
        }
    }

    /** Makes the change durable, and drives it here from now on. */
    private boolean isDone(OrchestrationRow row, OrchestrationEvent event) {
        long revision = row.revision();
        OrchestrationState before = row.state();
        OrchestrationState next = drives.stepped(row, event);
        if (next.differsOnRecord(before)) {
            OrchestrationChange change =
                    OrchestrationChange.between(row.trace(), revision, before, next);
            if (!saved(change)) {
                return false;
            }
            revision++;
        }
        // Whoever drives it finds at its next compare-and-set that it does so no more.
        boolean ours =
                next.phase().isEnd() || store.takeOver(row.trace(), revision, drives.instance());
        drives.refresh(row.trace());
        return ours || revision > row.revision();
    }

    private boolean saved(OrchestrationChange change) {
        try {
            return store.save(change).toCompletableFuture().join();
        } catch (CompletionException failed) {
            throw new StoreException("orchestrations: change", failed);
        }
    }
}
