package io.feiqian.observatory;

/** What is counted together: calls of one kind and name, from one process role to one target. */
record CallKey(int kind, String service, String cell, String target, String name) {
    static CallKey of(SpanRecord span) {
        return new CallKey(
                span.kind().number(),
                span.from().service(),
                span.from().cell(),
                span.target(),
                span.name());
    }

    /** Where there are too many to be told apart. */
    CallKey withoutNames() {
        return new CallKey(kind, "", "", "", "");
    }
}
