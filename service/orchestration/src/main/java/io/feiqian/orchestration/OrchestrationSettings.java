package io.feiqian.orchestration;

import java.time.Duration;

/**
 * The bounds of an engine.
 *
 * @param mostOpen how many orchestrations of one definition this instance drives before new ones
 *     are refused ({@code OVERLOADED})
 * @param largestInput how many characters an input may have in JSON
 * @param largestOutput how many characters a service's answer may have
 * @param alarmAfter at how many vain tries in a row an operator is told
 * @param lease how long after its last sign of life an instance's work is taken over
 * @param scanEvery the pause between two signs of life, and between two looks for what was left; at
 *     most a third of the lease
 * @param scanLimit how many are taken up by one look
 * @param cleanEvery the pause between two cleanings
 * @param cleanBatch how many one statement of a cleaning deletes
 * @param keepDays how many days after the date of its trace number a finished one is kept, and a
 *     repetition recognised; an older trace number is refused (trace-identity, cleaning)
 */
public record OrchestrationSettings(
        int mostOpen,
        int largestInput,
        int largestOutput,
        int alarmAfter,
        Duration lease,
        Duration scanEvery,
        int scanLimit,
        Duration cleanEvery,
        int cleanBatch,
        int keepDays) {
    /** What is used unless configured. */
    public static final OrchestrationSettings DEFAULT =
            new OrchestrationSettings(
                    10_000,
                    Walk.LARGEST_VALUE,
                    Walk.LARGEST_VALUE,
                    10,
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(3),
                    1_000,
                    Duration.ofMinutes(10),
                    500,
                    90);

    /** Refuses bounds out of range. */
    public OrchestrationSettings {
        if (mostOpen < 1 || alarmAfter < 1 || scanLimit < 1 || cleanBatch < 1 || keepDays < 1) {
            throw new IllegalArgumentException(
                    "settings: %d, %d, %d, %d, %d (expected: each >= 1)"
                            .formatted(mostOpen, alarmAfter, scanLimit, cleanBatch, keepDays));
        }
        requireSize("largest input", largestInput);
        requireSize("largest output", largestOutput);
        if (scanEvery.isZero()
                || scanEvery.isNegative()
                || scanEvery.multipliedBy(3).compareTo(lease) > 0) {
            throw new IllegalArgumentException(
                    "scan every: %s (expected: more than zero, at most a third of the lease %s)"
                            .formatted(scanEvery, lease));
        }
    }

    private static void requireSize(String name, int size) {
        if (size < 2 || size > Walk.LARGEST_VALUE) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: 2 to %d)".formatted(name, size, Walk.LARGEST_VALUE));
        }
    }

    /** The same with another limit of open ones. */
    public OrchestrationSettings withMostOpen(int most) {
        return new OrchestrationSettings(
                most,
                largestInput,
                largestOutput,
                alarmAfter,
                lease,
                scanEvery,
                scanLimit,
                cleanEvery,
                cleanBatch,
                keepDays);
    }

    /** The same with another lease and another pause between signs of life. */
    public OrchestrationSettings withLease(Duration length, Duration every) {
        return new OrchestrationSettings(
                mostOpen,
                largestInput,
                largestOutput,
                alarmAfter,
                length,
                every,
                scanLimit,
                cleanEvery,
                cleanBatch,
                keepDays);
    }

    /** The same with other limits of inputs and answers. */
    public OrchestrationSettings withSizes(int input, int output) {
        return new OrchestrationSettings(
                mostOpen,
                input,
                output,
                alarmAfter,
                lease,
                scanEvery,
                scanLimit,
                cleanEvery,
                cleanBatch,
                keepDays);
    }
}
