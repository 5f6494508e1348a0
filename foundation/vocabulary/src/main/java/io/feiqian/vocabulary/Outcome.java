package io.feiqian.vocabulary;

/**
 * How a request ended: accepted, refused, or unknown. A value, never a bare exception.
 *
 * <p>Whether an answer is the recorded one of an earlier call is said beside it, since an
 * acceptance and a refusal can both be recorded.
 */
public sealed interface Outcome {
    /** The stable code. */
    OutcomeCode code();

    /** What a person reads: what came and what was expected. Empty where accepted. */
    String message();

    /** Whether the effect is durable. */
    default boolean isAccepted() {
        return this instanceof Accepted;
    }

    /** The effect is durable. */
    record Accepted() implements Outcome {
        @Override
        public OutcomeCode code() {
            return OutcomeCode.ACCEPTED;
        }

        @Override
        public String message() {
            return "";
        }
    }

    /**
     * Nothing happened and nothing will happen by this request.
     *
     * @param code why
     * @param message what came and what was expected
     */
    record Refused(OutcomeCode code, String message) implements Outcome {
        /** Refuses codes that do not say "nothing happened". */
        public Refused {
            if (code.kind() == OutcomeCode.Kind.ACCEPTED
                    || code.kind() == OutcomeCode.Kind.UNKNOWN) {
                throw new IllegalArgumentException("code: " + code + " (expected: a refusal)");
            }
        }
    }

    /**
     * It is not known whether the effect happened; asking again with the same trace number finds
     * the truth.
     *
     * @param message what was being waited for
     */
    record Unknown(String message) implements Outcome {
        @Override
        public OutcomeCode code() {
            return OutcomeCode.UNKNOWN;
        }
    }

    /** The effect is durable. */
    static Outcome accepted() {
        return new Accepted();
    }

    /** Nothing happened. */
    static Outcome refused(OutcomeCode code, String message) {
        return new Refused(code, message);
    }

    /** The outcome with this code and message, as read from a row or a frame. */
    static Outcome of(OutcomeCode code, String message) {
        return switch (code.kind()) {
            case ACCEPTED -> new Accepted();
            case UNKNOWN -> new Unknown(message);
            case INVALID, NOT_FOUND, BUSINESS, CONFLICT, ROUTING, UNAVAILABLE, FAULT ->
                    new Refused(code, message);
        };
    }
}
