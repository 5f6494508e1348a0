package io.feiqian.orchestration;

/**
 * How a call is undone (saga-steps).
 *
 * @param kind which way
 * @param service the service that reverses it; empty unless {@link Kind#REVERSE}
 */
public record Undo(Kind kind, String service) {
    /** The ways. */
    public enum Kind {
        /** Not said: right only behind a point of no return, where nothing is undone any more. */
        UNSAID,
        /** A service reverses it. */
        REVERSE,
        /** It has no effect: there is nothing to undo. */
        READ_ONLY,
        /** It cannot be undone: once it is accepted, the orchestration only goes forward. */
        NEVER
    }

    /** Not said. */
    public static final Undo UNSAID = new Undo(Kind.UNSAID, "");

    /** Nothing to undo. */
    public static final Undo READ_ONLY = new Undo(Kind.READ_ONLY, "");

    /** The point of no return. */
    public static final Undo NEVER = new Undo(Kind.NEVER, "");

    /** Refuses a service where none is called, and none where one is. */
    public Undo {
        if ((kind == Kind.REVERSE) == service.isEmpty()) {
            throw new IllegalArgumentException(
                    "reverse: "
                            + Texts.shown(service)
                            + " (expected: a service exactly for REVERSE)");
        }
    }

    /** Reversed by this service. */
    public static Undo by(String service) {
        return new Undo(Kind.REVERSE, service);
    }

    /** Whether an effect would remain for ever. */
    boolean isFinal() {
        return kind == Kind.NEVER || kind == Kind.UNSAID;
    }
}
