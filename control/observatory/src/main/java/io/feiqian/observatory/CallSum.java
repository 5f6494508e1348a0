package io.feiqian.observatory;

/**
 * Calls of one kind and name within some minutes.
 *
 * @param kind served or called
 * @param node who served or called: a cell, or else a role
 * @param target who was called; empty for what was served
 * @param name what
 * @param calls how many
 * @param failures how many of them failed
 * @param totalMicros how long all of them took together
 * @param longestMicros how long the longest took
 */
public record CallSum(
        SpanKind kind,
        String node,
        String target,
        String name,
        long calls,
        long failures,
        long totalMicros,
        long longestMicros) {
    /** How long one took on average, microseconds. */
    public long meanMicros() {
        return calls == 0 ? 0 : totalMicros / calls;
    }
}
