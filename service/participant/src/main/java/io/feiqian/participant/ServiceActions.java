package io.feiqian.participant;

import io.feiqian.participant.spi.ActionCaller;
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.ReversibleMessageAction;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a service can do in transactions, by name. Immutable; made with {@link #none} and the {@code
 * with} methods.
 */
public final class ServiceActions {
    private final Map<String, TccAction> tcc = new LinkedHashMap<>();
    private final Map<String, ReversibleAction> reversible = new LinkedHashMap<>();
    private final Map<String, MessageAction> messages = new LinkedHashMap<>();
    private final @Nullable StatementUndo undo;

    private ServiceActions(@Nullable StatementUndo undo) {
        this.undo = undo;
    }

    /** Nothing. */
    public static ServiceActions none() {
        return new ServiceActions(null);
    }

    /** With a reservation. */
    public ServiceActions with(TccAction action) {
        ServiceActions more = copy(undo);
        put(more.tcc, action.name(), action);
        return more;
    }

    /** With a service that has a reversal. */
    public ServiceActions with(ReversibleAction action) {
        ServiceActions more = copy(undo);
        put(more.reversible, action.name(), action);
        return more;
    }

    /**
     * With a taker of messages.
     *
     * @throws IllegalArgumentException where there is one of this name, or the name of one that
     *     reverses leaves no room for its reversals' name
     */
    public ServiceActions with(MessageAction action) {
        if (action instanceof ReversibleMessageAction
                && action.name().length() > SentMessage.LONGEST_ACTION) {
            throw new IllegalArgumentException(
                    "action: %s (expected: at most %d characters, since its messages can be reversed)"
                            .formatted(action.name(), SentMessage.LONGEST_ACTION));
        }
        ServiceActions more = copy(undo);
        put(more.messages, action.name(), action);
        return more;
    }

    /** With ordinary statements that can be undone. */
    public ServiceActions with(StatementUndo statements) {
        return copy(statements);
    }

    /**
     * With the actions that an object's methods are marked as by {@link Tcc}, {@link Reversible}
     * and {@link OnMessage}.
     *
     * @throws IllegalArgumentException where none is marked, or a method has another form
     */
    public ServiceActions withAnnotated(Object object) {
        return AnnotatedActions.add(this, object);
    }

    /** The same for a type whose methods are called by other means, such as a framework's. */
    public ServiceActions withAnnotated(Class<?> type, ActionCaller caller) {
        return AnnotatedActions.add(this, type, caller);
    }

    /** With what takes the reversals of the messages that can be reversed. */
    ServiceActions withReversals(Dialect dialect, TransactionSettings settings, Clock clock) {
        ServiceActions more = this;
        for (MessageAction each : messages.values()) {
            if (each instanceof ReversibleMessageAction reversible) {
                more = more.with(new MessageReversal(reversible, dialect, settings, clock));
            }
        }
        return more;
    }

    TccAction tcc(String name) {
        return found("TCC", name, tcc.get(name));
    }

    ReversibleAction reversible(String name) {
        return found("reversible", name, reversible.get(name));
    }

    MessageAction message(String name) {
        return found("message", name, messages.get(name));
    }

    StatementUndo undo() {
        return found("SQL", "statements", undo);
    }

    Optional<StatementUndo> anyUndo() {
        return Optional.ofNullable(undo);
    }

    private ServiceActions copy(@Nullable StatementUndo other) {
        ServiceActions copy = new ServiceActions(other);
        copy.tcc.putAll(tcc);
        copy.reversible.putAll(reversible);
        copy.messages.putAll(messages);
        return copy;
    }

    private static <T> void put(Map<String, T> actions, String name, T action) {
        if (actions.put(ServiceName.checked("action", name), action) != null) {
            throw new IllegalArgumentException(
                    "action: " + name + " twice (expected: one of its kind and name)");
        }
    }

    private static <T> T found(String kind, String name, @Nullable T action) {
        if (action == null) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_ACTION,
                    "action: %s of kind %s (expected: one of this service)".formatted(name, kind));
        }
        return action;
    }
}
