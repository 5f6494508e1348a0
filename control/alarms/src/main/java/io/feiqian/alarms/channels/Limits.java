package io.feiqian.alarms.channels;

import java.time.Duration;

/**
 * How long telling may take.
 *
 * @param connect until a connection stands
 * @param whole all of it
 */
record Limits(Duration connect, Duration whole) {
    /** What holds wherever the product runs; tests wait less. */
    static final Limits PRODUCT = new Limits(Duration.ofSeconds(5), Duration.ofSeconds(15));
}
