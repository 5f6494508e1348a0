package io.feiqian.observatory;

/** What a span observed; the numbers are stored. */
public enum SpanKind {
    /** A step inside a process. */
    INTERNAL(1),
    /** The serving of a call. */
    SERVER(2),
    /** A call, to a process or to a database. */
    CLIENT(3),
    /** The sending of a message. */
    PRODUCER(4),
    /** The taking of a message. */
    CONSUMER(5);

    private final int number;

    SpanKind(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The kind of this number, as OTLP counts them too; a step where there is none. */
    static SpanKind ofNumber(int number) {
        for (SpanKind each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        return INTERNAL;
    }

    /** Whether it went out of the process. */
    public boolean isCall() {
        return this == CLIENT || this == PRODUCER;
    }
}
