package io.feiqian.transaction;

import io.feiqian.runtime.Backoff;
import java.time.Duration;

/**
 * The bounds of a cell's transactions.
 *
 * @param messageTimeout how long an answer to a confirm, a cancel or an inquiry is waited for
 * @param retry the pauses between repetitions (retry-for-ever)
 * @param alarmAfter at how many failures in a row an operator is told
 * @param mostRestarts how many further attempts one execution may begin after aborted ones
 * @param unfinishedPerPeer how many unfinished transactions with one peer cell there may be before
 *     new ones are refused (two-lanes)
 * @param acknowledgeEvery how long finished branches are collected before they are recorded
 * @param acknowledgeBatch how many are recorded in one commit
 * @param scanEvery the pause between two scans for what was left behind
 * @param scanLimit how many rows one scan takes up
 * @param grace how long after {@code decide_by} others take up what its initiator has not finished
 * @param cleanEvery the pause between two cleanings
 * @param cleanBatch how many rows one statement of a cleaning deletes
 * @param keepFinished how long finished branches and void attempts are kept; far longer than the
 *     drift of clocks and the longest transaction together (cleaning)
 * @param keepFinal how long decisions that are final are kept, committed or refused: as long as
 *     trace numbers are recognised, so that whoever asks again is told the same
 * @param gather when confirms for which nobody waits are sent together
 * @param watch when operators are told of what is stuck
 */
public record TransactionSettings(
        Duration messageTimeout,
        Backoff retry,
        int alarmAfter,
        int mostRestarts,
        int unfinishedPerPeer,
        Duration acknowledgeEvery,
        int acknowledgeBatch,
        Duration scanEvery,
        int scanLimit,
        Duration grace,
        Duration cleanEvery,
        int cleanBatch,
        Duration keepFinished,
        Duration keepFinal,
        GatherSettings gather,
        WatchSettings watch) {
    private static final Duration SHORTEST_KEEP = Duration.ofMinutes(10);

    /** What is used unless configured. */
    public static final TransactionSettings DEFAULT =
            new TransactionSettings(
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2)),
                    10,
                    3,
                    20_000,
                    Duration.ofMillis(200),
                    1_024,
                    Duration.ofSeconds(1),
                    1_000,
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(10),
                    500,
                    Duration.ofDays(7),
                    Duration.ofDays(410),
                    GatherSettings.DEFAULT,
                    WatchSettings.DEFAULT);

    /** Refuses bounds out of range. */
    public TransactionSettings {
        if (alarmAfter < 1
                || mostRestarts < 0
                || unfinishedPerPeer < 1
                || acknowledgeBatch < 1
                || scanLimit < 1
                || cleanBatch < 1) {
            throw new IllegalArgumentException(
                    "settings: %d, %d, %d, %d, %d, %d (expected: each >= 1, restarts >= 0)"
                            .formatted(
                                    alarmAfter,
                                    mostRestarts,
                                    unfinishedPerPeer,
                                    acknowledgeBatch,
                                    scanLimit,
                                    cleanBatch));
        }
        if (keepFinished.compareTo(SHORTEST_KEEP) < 0 || keepFinal.compareTo(keepFinished) < 0) {
            throw new IllegalArgumentException(
                    "keep: %s, %s (expected: at least %s, final decisions no shorter)"
                            .formatted(keepFinished, keepFinal, SHORTEST_KEEP));
        }
    }

    /** The same with another limit of unfinished transactions per peer. */
    public TransactionSettings withUnfinishedPerPeer(int limit) {
        return new TransactionSettings(
                messageTimeout,
                retry,
                alarmAfter,
                mostRestarts,
                limit,
                acknowledgeEvery,
                acknowledgeBatch,
                scanEvery,
                scanLimit,
                grace,
                cleanEvery,
                cleanBatch,
                keepFinished,
                keepFinal,
                gather,
                watch);
    }

    /** The same with other times for scans: their pause, and the grace after {@code decide_by}. */
    public TransactionSettings withRecovery(Duration newScanEvery, Duration newGrace) {
        return new TransactionSettings(
                messageTimeout,
                retry,
                alarmAfter,
                mostRestarts,
                unfinishedPerPeer,
                acknowledgeEvery,
                acknowledgeBatch,
                newScanEvery,
                scanLimit,
                newGrace,
                cleanEvery,
                cleanBatch,
                keepFinished,
                keepFinal,
                gather,
                watch);
    }

    /** The same with other pauses and another time to wait for answers. */
    public TransactionSettings withRetry(Duration newMessageTimeout, Backoff newRetry) {
        return new TransactionSettings(
                newMessageTimeout,
                newRetry,
                alarmAfter,
                mostRestarts,
                unfinishedPerPeer,
                acknowledgeEvery,
                acknowledgeBatch,
                scanEvery,
                scanLimit,
                grace,
                cleanEvery,
                cleanBatch,
                keepFinished,
                keepFinal,
                gather,
                watch);
    }

    /** The same with other times after which operators are told. */
    public TransactionSettings withWatch(WatchSettings newWatch) {
        return new TransactionSettings(
                messageTimeout,
                retry,
                alarmAfter,
                mostRestarts,
                unfinishedPerPeer,
                acknowledgeEvery,
                acknowledgeBatch,
                scanEvery,
                scanLimit,
                grace,
                cleanEvery,
                cleanBatch,
                keepFinished,
                keepFinal,
                gather,
                newWatch);
    }

    /** The same with other bounds for confirms that are sent together. */
    public TransactionSettings withGather(GatherSettings newGather) {
        return new TransactionSettings(
                messageTimeout,
                retry,
                alarmAfter,
                mostRestarts,
                unfinishedPerPeer,
                acknowledgeEvery,
                acknowledgeBatch,
                scanEvery,
                scanLimit,
                grace,
                cleanEvery,
                cleanBatch,
                keepFinished,
                keepFinal,
                newGather,
                watch);
    }
}
