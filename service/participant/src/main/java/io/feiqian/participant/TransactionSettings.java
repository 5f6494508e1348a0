package io.feiqian.participant;

import io.feiqian.runtime.Backoff;
import java.time.Duration;

/**
 * The bounds of a service's transactions.
 *
 * @param within how long a transaction may take to its decision unless told otherwise
 * @param messageTimeout how long an answer of another service is waited for
 * @param retry the pauses between repetitions (retry-for-ever)
 * @param alarmAfter at how many failures in a row an operator is told
 * @param mostAttempts how many attempts one execution may make after aborted ones
 * @param mostUnfinished how many decided transactions may wait for their phase two before new ones
 *     are refused (two-lanes, S.dtx-5)
 * @param mostContent the longest content, answer or message, in bytes
 * @param finishBatch how many branches are finished in one local commit
 * @param endsEvery how long finished transactions are collected before they are marked
 * @param scanEvery the pause between two looks for what was left behind
 * @param scanLimit how many rows one look takes up
 * @param grace how long after their time rows are taken for left behind
 * @param lockTimeout how long phase two waits for a row that somebody else holds
 * @param keepFinished how long cancelled branches and aborted attempts are kept (cleaning)
 * @param recognised how long after its date a trace number is recognised; an older one is refused,
 *     never executed (trace-identity). What was decided is kept a little longer.
 * @param cleanBatch how many rows one statement of a cleaning deletes
 */
public record TransactionSettings(
        Duration within,
        Duration messageTimeout,
        Backoff retry,
        int alarmAfter,
        int mostAttempts,
        int mostUnfinished,
        int mostContent,
        int finishBatch,
        Duration endsEvery,
        Duration scanEvery,
        int scanLimit,
        Duration grace,
        Duration lockTimeout,
        Duration keepFinished,
        Duration recognised,
        int cleanBatch) {
    private static final Duration MARGIN = Duration.ofDays(10);
    private static final Duration SHORTEST_KEEP = Duration.ofMinutes(10);

    /** What is used unless configured. */
    public static final TransactionSettings DEFAULT =
            new TransactionSettings(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2)),
                    10,
                    3,
                    10_000,
                    64 * 1024,
                    128,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    1_000,
                    Duration.ofSeconds(2),
                    Duration.ofMillis(500),
                    Duration.ofDays(7),
                    Duration.ofDays(400),
                    500);

    /** Refuses bounds out of range. */
    public TransactionSettings {
        int least =
                Math.min(
                        Math.min(Math.min(alarmAfter, mostAttempts), mostUnfinished),
                        Math.min(
                                Math.min(mostContent, finishBatch),
                                Math.min(scanLimit, cleanBatch)));
        if (least < 1) {
            throw new IllegalArgumentException("settings: " + least + " (expected: each >= 1)");
        }
        if (keepFinished.compareTo(SHORTEST_KEEP) < 0 || recognised.compareTo(keepFinished) < 0) {
            throw new IllegalArgumentException(
                    "keep: %s, recognised: %s (expected: at least %s, recognised no shorter)"
                            .formatted(keepFinished, recognised, SHORTEST_KEEP));
        }
    }

    /**
     * How old the number of a message may be that is taken for the first time. Older than a number
     * that is recognised, since its decision was made before and only the delivery comes late;
     * younger than one whose rows may be deleted, since clocks differ.
     */
    Duration delivered() {
        return recognised.plus(MARGIN.dividedBy(2));
    }

    /**
     * How long what was decided is kept, since it was done and since the date of its number: no
     * repetition of a number that is recognised finds nothing.
     */
    Duration keepDecided() {
        return recognised.plus(MARGIN);
    }

    /** The same with other times for looks at what was left behind. */
    public TransactionSettings withRecovery(Duration every, Duration newGrace) {
        return new TransactionSettings(
                within,
                messageTimeout,
                retry,
                alarmAfter,
                mostAttempts,
                mostUnfinished,
                mostContent,
                finishBatch,
                endsEvery,
                every,
                scanLimit,
                newGrace,
                lockTimeout,
                keepFinished,
                recognised,
                cleanBatch);
    }

    /** The same with another bound of contents, answers and messages, in bytes. */
    public TransactionSettings withMostContent(int most) {
        return new TransactionSettings(
                within,
                messageTimeout,
                retry,
                alarmAfter,
                mostAttempts,
                mostUnfinished,
                most,
                finishBatch,
                endsEvery,
                scanEvery,
                scanLimit,
                grace,
                lockTimeout,
                keepFinished,
                recognised,
                cleanBatch);
    }

    /** The same with another bound of what waits for its phase two. */
    public TransactionSettings withMostUnfinished(int most) {
        return new TransactionSettings(
                within,
                messageTimeout,
                retry,
                alarmAfter,
                mostAttempts,
                most,
                mostContent,
                finishBatch,
                endsEvery,
                scanEvery,
                scanLimit,
                grace,
                lockTimeout,
                keepFinished,
                recognised,
                cleanBatch);
    }
}
