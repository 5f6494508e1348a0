package io.feiqian.observatory;

/**
 * One observed piece of work. Its texts are bounded and hold no characters that a database refuses.
 *
 * @param traceId 32 hexadecimal digits
 * @param id not 0
 * @param parent the span that it lies below; 0 for none
 * @param startedMicros microseconds since 1970, by the clock of its process
 * @param durationMicros not negative
 * @param kind what was observed
 * @param from the process
 * @param target who was called, such as {@code cell-2}; empty where it called nobody
 * @param name what was done, such as {@code feiqian.bank.Bank/Transfer}
 * @param slot the slot; -1 where none is named
 * @param failed whether it ended in a fault or unknown; refusals are no faults
 * @param outcome the name of its outcome code; empty where none is noted
 * @param message what the fault said
 * @param traceNumber the transaction's; empty where it is of none
 * @param notes what else it notes, a line each
 */
public record SpanRecord(
        String traceId,
        long id,
        long parent,
        long startedMicros,
        long durationMicros,
        SpanKind kind,
        Source from,
        String target,
        String name,
        int slot,
        boolean failed,
        String outcome,
        String message,
        String traceNumber,
        String notes) {
    /** When it ended, microseconds since 1970. */
    public long endedMicros() {
        return startedMicros + durationMicros;
    }
}
