package io.feiqian.rpc;

import java.time.Duration;

/**
 * The bounds of the streams between cells.
 *
 * @param batchFrames the most messages in one batch
 * @param batchBytes the bytes after which a batch is closed; no single message may be longer
 * @param newInFlight the most unanswered TRY, DELIVER and SKIP messages per peer cell; more are
 *     OVERLOADED
 * @param finishingInFlight the most unanswered CONFIRM, CANCEL and INQUIRY messages per peer cell
 * @param firstBackOff the pause before a broken stream is opened again, doubled at each failure
 * @param longestBackOff the most that pause grows to
 * @param suspectAfter at how many stream resets a message that was present at each is sent alone
 */
public record PeerLimits(
        int batchFrames,
        int batchBytes,
        int newInFlight,
        int finishingInFlight,
        Duration firstBackOff,
        Duration longestBackOff,
        int suspectAfter) {
    /** What is used unless configured. */
    public static final PeerLimits DEFAULT =
            new PeerLimits(
                    512, 1 << 20, 8_192, 65_536, Duration.ofMillis(50), Duration.ofSeconds(2), 2);

    /** Refuses bounds below 1 and a back-off that shrinks. */
    public PeerLimits {
        if (batchFrames < 1
                || batchBytes < 1
                || newInFlight < 1
                || finishingInFlight < 1
                || suspectAfter < 1) {
            throw new IllegalArgumentException(
                    "peer limits: %d, %d, %d, %d, %d (expected: each >= 1)"
                            .formatted(
                                    batchFrames,
                                    batchBytes,
                                    newInFlight,
                                    finishingInFlight,
                                    suspectAfter));
        }
        if (firstBackOff.isNegative()
                || firstBackOff.isZero()
                || longestBackOff.compareTo(firstBackOff) < 0) {
            throw new IllegalArgumentException(
                    "back-off: %s to %s (expected: 0 < first <= longest)"
                            .formatted(firstBackOff, longestBackOff));
        }
    }
}
