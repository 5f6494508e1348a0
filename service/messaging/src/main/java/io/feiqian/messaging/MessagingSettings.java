package io.feiqian.messaging;

import io.feiqian.runtime.Backoff;
import java.time.Duration;

/**
 * The bounds of a cell's messages.
 *
 * @param deliveryTimeout how long an answer to a delivery is waited for
 * @param retry the pauses between repetitions (retry-for-ever)
 * @param alarmAfter at how many failures in a row an operator is told
 * @param deadAfter how many refusals of the consumer make a message dead
 * @param window how many messages of one key are on the way at once
 * @param mostKeys how many keys one instance delivers at once; others wait for a scan
 * @param nearby how soon a delayed message must be due for the instance to wait for it itself
 * @param acknowledgeEvery how long acknowledgements are collected before they are recorded
 * @param scanEvery the pause between two scans for what was left behind
 * @param scanLimit how many keys one scan takes up
 * @param grace how long a key must have been due before a scan takes it up
 * @param lease how long a key that a scan took up is left alone by other scans
 * @param cleanEvery the pause between two cleanings
 * @param cleanBatch how many rows one statement of a cleaning deletes
 * @param keepFinished how long finished messages are kept, for queries and rewinds
 */
public record MessagingSettings(
        Duration deliveryTimeout,
        Backoff retry,
        int alarmAfter,
        int deadAfter,
        int window,
        int mostKeys,
        Duration nearby,
        Duration acknowledgeEvery,
        Duration scanEvery,
        int scanLimit,
        Duration grace,
        Duration lease,
        Duration cleanEvery,
        int cleanBatch,
        Duration keepFinished) {
    /** What is used unless configured. */
    public static final MessagingSettings DEFAULT =
            new MessagingSettings(
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2)),
                    10,
                    16,
                    32,
                    20_000,
                    Duration.ofMinutes(1),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(1),
                    1_000,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(10),
                    500,
                    Duration.ofDays(7));

    /** Refuses bounds out of range. */
    public MessagingSettings {
        if (alarmAfter < 1
                || deadAfter < 1
                || window < 1
                || mostKeys < 1
                || scanLimit < 1
                || cleanBatch < 1) {
            throw new IllegalArgumentException(
                    "settings: %d, %d, %d, %d, %d, %d (expected: each >= 1)"
                            .formatted(
                                    alarmAfter,
                                    deadAfter,
                                    window,
                                    mostKeys,
                                    scanLimit,
                                    cleanBatch));
        }
        if (keepFinished.isNegative() || grace.isNegative() || lease.isNegative()) {
            throw new IllegalArgumentException(
                    "times: %s, %s, %s (expected: none negative)"
                            .formatted(keepFinished, grace, lease));
        }
    }

    /** The same with other pauses, and other bounds of patience. */
    public MessagingSettings withRetry(Backoff newRetry, int newAlarmAfter, int newDeadAfter) {
        return new MessagingSettings(
                deliveryTimeout,
                newRetry,
                newAlarmAfter,
                newDeadAfter,
                window,
                mostKeys,
                nearby,
                acknowledgeEvery,
                scanEvery,
                scanLimit,
                grace,
                lease,
                cleanEvery,
                cleanBatch,
                keepFinished);
    }

    /** The same with other times for scans. */
    public MessagingSettings withScans(Duration newScanEvery, Duration newGrace) {
        return new MessagingSettings(
                deliveryTimeout,
                retry,
                alarmAfter,
                deadAfter,
                window,
                mostKeys,
                nearby,
                acknowledgeEvery,
                newScanEvery,
                scanLimit,
                newGrace,
                lease,
                cleanEvery,
                cleanBatch,
                keepFinished);
    }

    /** The same with finished messages kept for another time. */
    public MessagingSettings withKeepFinished(Duration newKeepFinished) {
        return new MessagingSettings(
                deliveryTimeout,
                retry,
                alarmAfter,
                deadAfter,
                window,
                mostKeys,
                nearby,
                acknowledgeEvery,
                scanEvery,
                scanLimit,
                grace,
                lease,
                cleanEvery,
                cleanBatch,
                newKeepFinished);
    }
}
