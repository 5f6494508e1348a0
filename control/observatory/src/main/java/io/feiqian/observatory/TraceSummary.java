package io.feiqian.observatory;

import java.util.List;

/**
 * One trace in a list.
 *
 * @param traceId 32 hexadecimal digits
 * @param traceNumber the transaction's; empty where it is of none
 * @param first the name of its first span
 * @param startedMicros when that began, microseconds since 1970
 * @param durationMicros until its last span ended
 * @param spans how many it has
 * @param failures how many of them failed
 * @param nodes the cells and roles that took part
 */
public record TraceSummary(
        String traceId,
        String traceNumber,
        String first,
        long startedMicros,
        long durationMicros,
        long spans,
        long failures,
        List<String> nodes) {
    /** Copies the list. */
    public TraceSummary {
        nodes = List.copyOf(nodes);
    }
}
