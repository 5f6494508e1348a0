package io.feiqian.observatory;

/**
 * The value of a meter at one moment, in the unit in which it was sent. Its texts are bounded and
 * hold no characters that a database refuses.
 *
 * @param atMicros microseconds since 1970, by the clock of its process
 * @param beganMicros when the count or sum was 0, microseconds since 1970; 0 for what may go up and
 *     down, and where nobody says
 * @param from the process
 * @param name such as {@code feiqian.rpc.server.count}
 * @param labels what else tells the series from others: sorted, as {@code method=Transfer,
 *     status=OK}; empty for none
 * @param value finite
 */
public record MetricPoint(
        long atMicros, long beganMicros, Source from, String name, String labels, double value) {}
