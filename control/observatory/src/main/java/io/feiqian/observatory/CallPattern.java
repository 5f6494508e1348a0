package io.feiqian.observatory;

/**
 * The same call many times within one trace, which one call, or one with many items, might do
 * (S.dst-9).
 *
 * @param traceId where it was seen
 * @param node who called
 * @param target who was called
 * @param name what
 * @param times how often
 * @param totalMicros how long all of them took together
 */
public record CallPattern(
        String traceId, String node, String target, String name, long times, long totalMicros) {}
