package io.feiqian.transaction;

import static io.feiqian.transaction.InitiatorState.Phase.ABORTING;
import static io.feiqian.transaction.InitiatorState.Phase.CANCELLING;
import static io.feiqian.transaction.InitiatorState.Phase.CONFIRMING;
import static io.feiqian.transaction.InitiatorState.Phase.DECIDING;
import static io.feiqian.transaction.InitiatorState.Phase.LEFT;
import static io.feiqian.transaction.InitiatorState.Phase.LOOKING;
import static io.feiqian.transaction.InitiatorState.Phase.RESTARTING;
import static io.feiqian.transaction.InitiatorState.Phase.SETTLED;
import static io.feiqian.transaction.InitiatorState.Phase.STOPPED;
import static io.feiqian.transaction.InitiatorState.Phase.TRYING;

import io.feiqian.transaction.InitiatorState.Phase;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The initiator's transitions as data: phase and trigger lead to the next phase and to what is done
 * on the way. A pair that is not in the table changes nothing: late and repeated replies.
 */
public final class InitiatorTable {
    /** What an event means in the state it meets. */
    public enum Trigger {
        /** It begins or is taken up. */
        BEGUN,
        /** A branch is tried, others are not yet. */
        BRANCH_TRIED,
        /** The last branch is tried. */
        ALL_TRIED,
        /** A branch said definitely no. */
        BRANCH_REFUSED,
        /** Nothing definite came back. */
        UNCERTAIN,
        /** The fate of a commit is not known. */
        UNKNOWN,
        /** A pause is over. */
        RETRY_DUE,
        /** The time for a decision has passed. */
        DEADLINE,
        /** The decision of this attempt is durable, and branches are to be confirmed. */
        COMMITTED,
        /** It was decided, confirmed and acknowledged before. */
        SETTLED_BEFORE,
        /** The own share was posted before, by whatever decision. */
        POSTED_BEFORE,
        /** Another attempt or other content holds the key: this attempt is void. */
        OVERTAKEN,
        /** This attempt is durably void, and branches are to be cancelled. */
        VOIDED,
        /** This attempt is durably void, and every branch knows. */
        VOIDED_WHOLLY,
        /** This attempt was void before this execution began, and there is time for the next. */
        VOIDED_BEFORE,
        /** The same, and every branch knows. */
        VOIDED_WHOLLY_BEFORE,
        /** The decision was refused and nothing was recorded. */
        NOT_DECIDED,
        /** Another cell owns the home slot. */
        MOVED_AWAY,
        /** A branch is durably finished, others are not yet. */
        ACKNOWLEDGED,
        /** The last branch is durably finished. */
        ALL_ACKNOWLEDGED,
        /** A branch contradicts the decision, others go on. */
        CONTRADICTED,
        /** Only branches that contradict the decision are left. */
        ONLY_CONTRADICTIONS
    }

    /** What is done on the way. */
    public enum Action {
        /** Send a try to every branch. */
        SEND_TRIES,
        /** Send a confirm to every branch that is open. */
        SEND_CONFIRMS,
        /** Send a cancel to every branch that is open. */
        SEND_CANCELS,
        /** Send to the one branch again. */
        SEND_AGAIN,
        /** Commit the decision. */
        DECIDE,
        /** Commit the row that voids the attempt. */
        VOID,
        /** Read the decision. */
        LOOK,
        /** Tell the caller. */
        TELL,
        /** Tell whoever waits for the end. */
        SETTLE,
        /** Record what is finished. */
        ACKNOWLEDGE,
        /** Pause and repeat. */
        RETRY,
        /** Call an operator. */
        ALARM,
        /** Count a new attempt. */
        NEXT_ATTEMPT
    }

    /**
     * One row.
     *
     * @param next the next phase
     * @param actions what is done, in order
     */
    public record Row(Phase next, List<Action> actions) {}

    private static final Map<Phase, Map<Trigger, Row>> ROWS = new EnumMap<>(Phase.class);

    static {
        row(TRYING, Trigger.BEGUN, TRYING, Action.SEND_TRIES);
        row(TRYING, Trigger.BRANCH_TRIED, TRYING);
        row(TRYING, Trigger.ALL_TRIED, DECIDING, Action.DECIDE);
        row(TRYING, Trigger.BRANCH_REFUSED, ABORTING, Action.VOID);
        row(TRYING, Trigger.UNCERTAIN, TRYING, Action.RETRY);
        row(TRYING, Trigger.RETRY_DUE, TRYING, Action.SEND_AGAIN);
        row(TRYING, Trigger.DEADLINE, ABORTING, Action.VOID);

        row(DECIDING, Trigger.NOT_DECIDED, ABORTING, Action.VOID);
        row(DECIDING, Trigger.POSTED_BEFORE, LOOKING, Action.LOOK);
        row(DECIDING, Trigger.UNCERTAIN, DECIDING, Action.RETRY);
        row(DECIDING, Trigger.UNKNOWN, DECIDING, Action.TELL, Action.RETRY);
        row(DECIDING, Trigger.RETRY_DUE, DECIDING, Action.DECIDE);

        row(ABORTING, Trigger.UNCERTAIN, ABORTING, Action.TELL, Action.RETRY);
        row(ABORTING, Trigger.UNKNOWN, ABORTING, Action.TELL, Action.RETRY);
        row(ABORTING, Trigger.RETRY_DUE, ABORTING, Action.VOID);

        row(LOOKING, Trigger.UNCERTAIN, LOOKING, Action.TELL, Action.RETRY);
        row(LOOKING, Trigger.UNKNOWN, LOOKING, Action.TELL, Action.RETRY);
        row(LOOKING, Trigger.RETRY_DUE, LOOKING, Action.LOOK);

        for (Phase asking : List.of(DECIDING, ABORTING, LOOKING)) {
            row(asking, Trigger.COMMITTED, CONFIRMING, Action.TELL, Action.SEND_CONFIRMS);
            row(asking, Trigger.SETTLED_BEFORE, SETTLED, Action.TELL, Action.SETTLE);
            row(asking, Trigger.OVERTAKEN, CANCELLING, Action.TELL, Action.SEND_CANCELS);
            row(asking, Trigger.VOIDED, CANCELLING, Action.TELL, Action.SEND_CANCELS);
            row(
                    asking,
                    Trigger.VOIDED_WHOLLY,
                    SETTLED,
                    Action.TELL,
                    Action.ACKNOWLEDGE,
                    Action.SETTLE);
            row(asking, Trigger.VOIDED_BEFORE, RESTARTING, Action.SEND_CANCELS);
            row(
                    asking,
                    Trigger.VOIDED_WHOLLY_BEFORE,
                    TRYING,
                    Action.NEXT_ATTEMPT,
                    Action.SEND_TRIES);
            row(asking, Trigger.MOVED_AWAY, LEFT, Action.TELL, Action.SETTLE);
        }

        row(CONFIRMING, Trigger.BEGUN, CONFIRMING, Action.SEND_CONFIRMS);
        row(CANCELLING, Trigger.BEGUN, CANCELLING, Action.SEND_CANCELS);
        for (Phase finishing : List.of(CONFIRMING, CANCELLING)) {
            row(finishing, Trigger.ACKNOWLEDGED, finishing, Action.ACKNOWLEDGE);
            row(finishing, Trigger.ALL_ACKNOWLEDGED, SETTLED, Action.ACKNOWLEDGE, Action.SETTLE);
        }
        row(RESTARTING, Trigger.ACKNOWLEDGED, RESTARTING);
        row(RESTARTING, Trigger.ALL_ACKNOWLEDGED, TRYING, Action.NEXT_ATTEMPT, Action.SEND_TRIES);
        // Told once more: a repetition that waits belongs to the phase that is over.
        row(RESTARTING, Trigger.DEADLINE, CANCELLING, Action.TELL, Action.SEND_CANCELS);
        for (Phase finishing : List.of(CONFIRMING, CANCELLING, RESTARTING)) {
            row(finishing, Trigger.UNCERTAIN, finishing, Action.RETRY);
            row(finishing, Trigger.RETRY_DUE, finishing, Action.SEND_AGAIN);
            row(finishing, Trigger.CONTRADICTED, finishing, Action.ALARM);
            row(
                    finishing,
                    Trigger.ONLY_CONTRADICTIONS,
                    STOPPED,
                    Action.ALARM,
                    Action.ACKNOWLEDGE,
                    Action.TELL);
        }
    }

    private InitiatorTable() {}

    private static void row(Phase phase, Trigger trigger, Phase next, Action... actions) {
        ROWS.computeIfAbsent(phase, _ -> new EnumMap<>(Trigger.class))
                .put(trigger, new Row(next, List.of(actions)));
    }

    /** The row for a phase and a trigger; empty where the pair changes nothing. */
    public static Optional<Row> row(Phase phase, Trigger trigger) {
        return Optional.ofNullable(ROWS.getOrDefault(phase, Map.of()).get(trigger));
    }

    /** The table as a Mermaid state diagram, for the documentation. */
    public static String diagram() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n    [*] --> TRYING\n");
        ROWS.forEach((phase, rows) ->
                rows.forEach((trigger, row) -> {
                    if (row.next() != phase) {
                        text.append("    %s --> %s: %s\n".formatted(phase, row.next(), trigger));
                    }
                }));
        for (Phase phase : Phase.values()) {
            if (phase.isEnd()) {
                text.append("    ").append(phase).append(" --> [*]\n");
            }
        }
        return text.toString();
    }
}
