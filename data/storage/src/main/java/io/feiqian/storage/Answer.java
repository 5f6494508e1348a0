package io.feiqian.storage;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one {@link Work} ended: its outcome, what the contributions have to say about it, and whether
 * that is the recorded answer of an earlier call.
 *
 * @param outcome accepted, refused or unknown
 * @param value what the last contribution that had something to say said; see {@link #value(Class)}
 * @param recorded whether an earlier call with the same trace number was answered so
 */
public record Answer(Outcome outcome, @Nullable Object value, boolean recorded) {
    private static final Answer ACCEPTED = new Answer(Outcome.accepted(), null, false);

    /** Accepted, with nothing to add. */
    public static Answer accepted() {
        return ACCEPTED;
    }

    /** Accepted now, with this value. */
    public static Answer accepted(Object value) {
        return new Answer(Outcome.accepted(), value, false);
    }

    /** Refused now. */
    public static Answer refused(OutcomeCode code, String message) {
        return new Answer(Outcome.refused(code, message), null, false);
    }

    /** Not known. */
    public static Answer unknown(String message) {
        return new Answer(new Outcome.Unknown(message), null, false);
    }

    /** The same answer as the recorded one of an earlier call. */
    public Answer asRecorded() {
        return new Answer(outcome, value, true);
    }

    /** The same answer with another value. */
    public Answer with(Object newValue) {
        return new Answer(outcome, newValue, recorded);
    }

    /** The value, where it is of this type. */
    public <T> Optional<T> value(Class<T> type) {
        return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
    }

    /** Whether the effect is durable. */
    public boolean isAccepted() {
        return outcome.isAccepted();
    }

    /** The stable code. */
    public OutcomeCode code() {
        return outcome.code();
    }
}
