package io.feiqian.transaction;

import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.InitiatorState.Phase;
import io.feiqian.transaction.InitiatorTable.Trigger;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;

/**
 * What an event means to the initiator in its state: the trigger, and the state with what the event
 * said taken down.
 *
 * @param trigger the column of the {@link InitiatorTable}
 * @param draft the state, before the row's actions
 * @param branch the branch it is about; 0 for none
 * @param text what a person reads
 */
record InitiatorReading(Trigger trigger, InitiatorDraft draft, int branch, String text) {
    /** The meaning; empty where it has none any more. */
    static Optional<InitiatorReading> of(
            InitiatorState state, InitiatorEvent event, int mostRestarts) {
        InitiatorDraft draft = new InitiatorDraft(state);
        return switch (event) {
            case InitiatorEvent.Begun _ -> some(Trigger.BEGUN, draft, 0, "begun");
            case InitiatorEvent.DeadlinePassed _ -> {
                draft.late = true;
                yield some(Trigger.DEADLINE, draft, 0, "deadline passed");
            }
            case InitiatorEvent.RetryDue(InitiatorEffect.Retry retry) ->
                    retryDue(state, retry, draft);
            case InitiatorEvent.Replied replied -> replied(state, replied, draft);
            case InitiatorEvent.Decided(Answer answer) ->
                    state.phase() == Phase.DECIDING
                            ? decided(answer, draft, mostRestarts)
                            : Optional.empty();
            case InitiatorEvent.Voided(Answer answer) ->
                    state.phase() == Phase.ABORTING
                            ? recorded(answer, draft, mostRestarts)
                            : Optional.empty();
            case InitiatorEvent.Looked(Answer answer) ->
                    state.phase() == Phase.LOOKING
                            ? looked(answer, draft, mostRestarts)
                            : Optional.empty();
        };
    }

    private static Optional<InitiatorReading> some(
            Trigger trigger, InitiatorDraft draft, int branch, String text) {
        return Optional.of(new InitiatorReading(trigger, draft, branch, text));
    }

    private static Optional<InitiatorReading> retryDue(
            InitiatorState state, InitiatorEffect.Retry retry, InitiatorDraft draft) {
        if (InitiatorEvent.isStale(retry, state.phase(), state.attempt())) {
            return Optional.empty();
        }
        if (state.phase() == Phase.DECIDING && state.late()) {
            draft.reason =
                    state.trouble()
                            .or(() ->
                                    Optional.of(
                                            new Outcome.Refused(
                                                    OutcomeCode.DEADLINE_EXPIRED,
                                                    "decision: not in time")));
            return some(Trigger.NOT_DECIDED, draft, 0, "late");
        }
        if (retry.branch() > 0) {
            long done = state.phase() == Phase.TRYING ? state.tried() : 0;
            if (!state.isOpen(retry.branch()) || (done & Decision.bit(retry.branch())) != 0) {
                return Optional.empty();
            }
        }
        return some(Trigger.RETRY_DUE, draft, retry.branch(), "again");
    }

    private static Optional<InitiatorReading> replied(
            InitiatorState state, InitiatorEvent.Replied replied, InitiatorDraft draft) {
        if (replied.attempt() != state.attempt() || !state.isOpen(replied.branch())) {
            return Optional.empty();
        }
        boolean expected =
                switch (state.phase()) {
                    case TRYING -> replied.kind() == PeerMessage.Kind.TRY;
                    case CONFIRMING -> replied.kind() == PeerMessage.Kind.CONFIRM;
                    case CANCELLING, RESTARTING -> replied.kind() == PeerMessage.Kind.CANCEL;
                    case DECIDING, ABORTING, LOOKING, SETTLED, STOPPED, LEFT -> false;
                };
        if (!expected) {
            return Optional.empty();
        }
        int branch = replied.branch();
        return switch (replied.reply()) {
            case PeerReply.Unheard(String message) ->
                    some(Trigger.UNCERTAIN, draft, branch, message);
            case PeerReply.Answered answered ->
                    replied.kind() == PeerMessage.Kind.TRY
                            ? tryAnswered(answered, branch, draft)
                            : finishAnswered(replied.kind(), answered, branch, draft);
        };
    }

    private static Optional<InitiatorReading> tryAnswered(
            PeerReply.Answered answered, int branch, InitiatorDraft draft) {
        if (answered.isAccepted()) {
            draft.tried |= Decision.bit(branch);
            draft.failures = 0;
            return some(
                    draft.isWhole(draft.tried) ? Trigger.ALL_TRIED : Trigger.BRANCH_TRIED,
                    draft,
                    branch,
                    "tried");
        }
        if (isWorthRepeating(answered.code())) {
            if (answered.code() != OutcomeCode.UNKNOWN) {
                draft.trouble =
                        Optional.of(new Outcome.Refused(answered.code(), answered.message()));
            }
            return some(Trigger.UNCERTAIN, draft, branch, answered.message());
        }
        draft.reason = Optional.of(new Outcome.Refused(ofBranch(answered), answered.message()));
        if (answered.standing() == Standing.REFUSED) {
            draft.acknowledged |= Decision.bit(branch);
        }
        return some(Trigger.BRANCH_REFUSED, draft, branch, answered.message());
    }

    /** Whose content counts is said by the row at the home slot alone, never by a branch. */
    private static OutcomeCode ofBranch(PeerReply.Answered answered) {
        return answered.code() == OutcomeCode.TRACE_CONTENT_DIFFERS
                ? OutcomeCode.ABORTED
                : answered.code();
    }

    private static Optional<InitiatorReading> finishAnswered(
            PeerMessage.Kind kind, PeerReply.Answered answered, int branch, InitiatorDraft draft) {
        boolean notOurs =
                kind == PeerMessage.Kind.CANCEL
                        && answered.code() == OutcomeCode.TRACE_CONTENT_DIFFERS;
        if (answered.isAccepted() || notOurs) {
            draft.acknowledged |= Decision.bit(branch);
            draft.failures = 0;
        } else if (contradicts(answered.code())) {
            draft.stuck |= Decision.bit(branch);
        } else {
            return some(Trigger.UNCERTAIN, draft, branch, answered.message());
        }
        boolean stuckNow = (draft.stuck & Decision.bit(branch)) != 0;
        Trigger trigger;
        if (!draft.isWhole(draft.acknowledged | draft.stuck)) {
            trigger = stuckNow ? Trigger.CONTRADICTED : Trigger.ACKNOWLEDGED;
        } else {
            trigger = draft.stuck == 0 ? Trigger.ALL_ACKNOWLEDGED : Trigger.ONLY_CONTRADICTIONS;
        }
        return some(trigger, draft, branch, answered.message());
    }

    private static Optional<InitiatorReading> decided(
            Answer answer, InitiatorDraft draft, int mostRestarts) {
        if (answer.value(Decision.class).isPresent()) {
            return recorded(answer, draft, mostRestarts);
        }
        if (answer.isAccepted()) {
            draft.answer = Optional.of(answer);
            draft.failures = 0;
            return some(
                    answer.recorded() ? Trigger.POSTED_BEFORE : Trigger.COMMITTED,
                    draft,
                    0,
                    "decided");
        }
        if (answer.outcome() instanceof Outcome.Refused refused
                && !isMoved(refused.code())
                && !isWorthRepeating(refused.code())) {
            draft.reason = Optional.of(refused);
            return some(Trigger.NOT_DECIDED, draft, 0, refused.message());
        }
        return unrecorded(answer, draft);
    }

    /** An answer of which the row is at hand, or nothing definite. */
    private static Optional<InitiatorReading> recorded(
            Answer answer, InitiatorDraft draft, int mostRestarts) {
        Optional<Decision> row = answer.value(Decision.class);
        if (row.isEmpty()) {
            return unrecorded(answer, draft);
        }
        draft.failures = 0;
        return row.get().state() == DecisionState.COMMITTED
                ? committed(answer, row.get(), draft)
                : voided(answer, row.get(), draft, mostRestarts);
    }

    private static Optional<InitiatorReading> unrecorded(Answer answer, InitiatorDraft draft) {
        String text = answer.outcome().message();
        if (isMoved(answer.code())) {
            draft.answer = Optional.of(answer);
            return some(Trigger.MOVED_AWAY, draft, 0, text);
        }
        if (answer.outcome() instanceof Outcome.Refused refused) {
            draft.trouble = Optional.of(refused);
        }
        if (draft.phase == Phase.ABORTING) {
            draft.answer = Optional.of(beforeItIsVoid(draft.reason()));
        } else if (draft.answer.filter(Answer::isAccepted).isEmpty()) {
            draft.answer = Optional.of(answer);
        }
        Trigger trigger =
                answer.code() == OutcomeCode.UNKNOWN ? Trigger.UNKNOWN : Trigger.UNCERTAIN;
        return some(trigger, draft, 0, text);
    }

    /** A refusal that is final must be on record before anybody is told. */
    private static Answer beforeItIsVoid(Outcome.Refused reason) {
        return reason.code().isFinal()
                ? Answer.unknown("transaction: refused, but that is not on record yet")
                : InitiatorProtocol.undecided(reason);
    }

    private static Optional<InitiatorReading> committed(
            Answer answer, Decision row, InitiatorDraft draft) {
        if (draft.answer.filter(Answer::isAccepted).isEmpty()) {
            draft.answer = Optional.of(answer.asRecorded());
        }
        if (row.attempt() != draft.attempt || !draft.isSame(row)) {
            return voidTrigger(Trigger.OVERTAKEN, draft, "another attempt committed");
        }
        draft.acknowledged = row.acknowledged();
        return some(
                row.isFinished() ? Trigger.SETTLED_BEFORE : Trigger.COMMITTED,
                draft,
                0,
                "committed");
    }

    private static Optional<InitiatorReading> voided(
            Answer answer, Decision row, InitiatorDraft draft, int mostRestarts) {
        String text = answer.outcome().message();
        if (draft.phase == Phase.LOOKING) {
            // The own share stands, posted by the local path after this attempt was void.
            return voidTrigger(Trigger.VOIDED, draft, text);
        }
        boolean mayFollow =
                row.state() == DecisionState.ABORTED
                        && answer.recorded()
                        && draft.isSame(row)
                        && !draft.late
                        // Told that nothing happened, the caller may do something else by now.
                        && !draft.answered
                        && draft.restarts < mostRestarts;
        if (mayFollow) {
            draft.followingAttempt = row.attempt() + 1;
            draft.reason = Optional.of(new Outcome.Refused(OutcomeCode.ABORTED, text));
            return some(
                    draft.isWhole(draft.acknowledged)
                            ? Trigger.VOIDED_WHOLLY_BEFORE
                            : Trigger.VOIDED_BEFORE,
                    draft,
                    0,
                    text);
        }
        draft.answer = Optional.of(callersAnswer(answer, row, draft));
        return voidTrigger(Trigger.VOIDED, draft, text);
    }

    private static Optional<InitiatorReading> voidTrigger(
            Trigger trigger, InitiatorDraft draft, String text) {
        return some(
                draft.isWhole(draft.acknowledged) ? Trigger.VOIDED_WHOLLY : trigger,
                draft,
                0,
                text);
    }

    private static Answer callersAnswer(Answer answer, Decision row, InitiatorDraft draft) {
        if (row.state() == DecisionState.ABORTED && answer.recorded() && draft.isSame(row)) {
            return InitiatorProtocol.undecided(
                    new Outcome.Refused(OutcomeCode.ABORTED, answer.outcome().message()));
        }
        return answer.outcome() instanceof Outcome.Refused refused
                ? new Answer(InitiatorProtocol.undecided(refused).outcome(), row, answer.recorded())
                : answer;
    }

    private static Optional<InitiatorReading> looked(
            Answer answer, InitiatorDraft draft, int mostRestarts) {
        if (answer.code() == OutcomeCode.UNKNOWN_TRANSACTION) {
            // The own share is posted and its decision cleaned away: it was settled long ago.
            return some(Trigger.SETTLED_BEFORE, draft, 0, "settled before");
        }
        return recorded(answer, draft, mostRestarts);
    }

    /** Whether the very same message may have another answer later. */
    private static boolean isWorthRepeating(OutcomeCode code) {
        return switch (code.kind()) {
            case ROUTING, UNKNOWN -> true;
            case UNAVAILABLE ->
                    code != OutcomeCode.DEADLINE_EXPIRED
                            && code != OutcomeCode.DAY_CLOSED
                            && code != OutcomeCode.ABORTED;
            case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT, FAULT -> false;
        };
    }

    /** Whether the home slot is not this cell's any more. */
    private static boolean isMoved(OutcomeCode code) {
        return code == OutcomeCode.WRONG_CELL
                || code == OutcomeCode.STALE_EPOCH
                || code == OutcomeCode.SLOT_CLOSED
                || code == OutcomeCode.NO_ROUTE;
    }

    private static boolean contradicts(OutcomeCode code) {
        return switch (code.kind()) {
            case BUSINESS, NOT_FOUND, CONFLICT -> true;
            case FAULT -> code == OutcomeCode.CONTRADICTION;
            case ACCEPTED, INVALID, ROUTING, UNAVAILABLE, UNKNOWN -> false;
        };
    }
}
