package io.feiqian.orchestration;

import static io.feiqian.orchestration.OrchestrationPhase.CLOSED;
import static io.feiqian.orchestration.OrchestrationPhase.COMPENSATED;
import static io.feiqian.orchestration.OrchestrationPhase.COMPENSATING;
import static io.feiqian.orchestration.OrchestrationPhase.COMPLETED;
import static io.feiqian.orchestration.OrchestrationPhase.FORWARD;
import static io.feiqian.orchestration.OrchestrationPhase.STOPPED;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The phases of an orchestration as data: phase and trigger lead to the next phase and to what is
 * done on the way. A pair that is not in the table changes nothing. Row: D7.3-b.
 */
public final class OrchestrationTable {
    /** What an event comes to in the state that it meets. */
    public enum Trigger {
        /** There is more to call or to reverse, or to wait for. */
        GOES_ON,
        /** Every step is done. */
        ALL_DONE,
        /** A failure that nothing caught, or an operator; something is to be reversed. */
        FAILED,
        /** The same, and nothing is to be reversed. */
        FAILED_WITHOUT_EFFECT,
        /** A failure that nothing caught behind the point of no return. */
        FAILED_BEYOND_RETURN,
        /** The last reversal is done. */
        ALL_REVERSED,
        /** An operator has settled it. */
        SETTLED_BY_HAND
    }

    /** What is done on the way. */
    public enum Action {
        /** Call what is to be called and is not under way. */
        CALL,
        /** Call an operator. */
        ALARM,
        /** Tell whoever waits. */
        TELL
    }

    /**
     * One row.
     *
     * @param next the next phase
     * @param actions what is done, in order
     */
    public record Row(OrchestrationPhase next, List<Action> actions) {}

    private static final Map<OrchestrationPhase, Map<Trigger, Row>> ROWS =
            new EnumMap<>(OrchestrationPhase.class);

    static {
        row(FORWARD, Trigger.GOES_ON, FORWARD, Action.CALL);
        row(FORWARD, Trigger.ALL_DONE, COMPLETED, Action.TELL);
        row(FORWARD, Trigger.FAILED, COMPENSATING, Action.CALL);
        row(FORWARD, Trigger.FAILED_WITHOUT_EFFECT, COMPENSATED, Action.TELL);
        row(FORWARD, Trigger.FAILED_BEYOND_RETURN, STOPPED, Action.ALARM, Action.TELL);
        row(COMPENSATING, Trigger.GOES_ON, COMPENSATING, Action.CALL);
        row(COMPENSATING, Trigger.ALL_REVERSED, COMPENSATED, Action.TELL);
        row(STOPPED, Trigger.SETTLED_BY_HAND, CLOSED, Action.TELL);
    }

    private OrchestrationTable() {}

    private static void row(
            OrchestrationPhase phase, Trigger trigger, OrchestrationPhase next, Action... actions) {
        ROWS.computeIfAbsent(phase, each -> new EnumMap<>(Trigger.class))
                .put(trigger, new Row(next, List.of(actions)));
    }

    /** The row for a phase and a trigger; empty where the pair changes nothing. */
    public static Optional<Row> row(OrchestrationPhase phase, Trigger trigger) {
        return Optional.ofNullable(ROWS.getOrDefault(phase, Map.of()).get(trigger));
    }

    /** The table as a Mermaid state diagram, for the documentation. */
    public static String diagram() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n    [*] --> FORWARD\n");
        ROWS.forEach((phase, rows) ->
                rows.forEach((trigger, row) -> {
                    if (row.next() != phase) {
                        text.append("    %s --> %s: %s\n".formatted(phase, row.next(), trigger));
                    }
                }));
        for (OrchestrationPhase phase : OrchestrationPhase.values()) {
            if (phase.isEnd()) {
                text.append("    ").append(phase).append(" --> [*]\n");
            }
        }
        return text.toString();
    }
}
