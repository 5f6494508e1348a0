package io.feiqian.observatory;

/**
 * What became of one series within a stretch of time; values are in the unit in which they were
 * sent.
 *
 * @param from the process
 * @param labels what else tells the series from others, as in {@link MetricPoint}
 * @param firstMicros when its first value there was taken, microseconds since 1970
 * @param first that value
 * @param lastMicros when its last value there was taken
 * @param last that value
 * @param least the least of all values there
 * @param most the greatest
 * @param increase how much a counter counted in that time: from its first value on, or from 0 where
 *     it began within the time; one that began again counts from 0 again. Without a meaning for
 *     what may go up and down.
 */
public record MetricSeries(
        Source from,
        String labels,
        long firstMicros,
        double first,
        long lastMicros,
        double last,
        double least,
        double most,
        double increase) {}
