package io.feiqian.rpc;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many stream resets each message was present at (framed). A message that was there at several
 * may be what breaks the stream, so it is sent alone and takes nothing else down. Bounded: the
 * oldest are forgotten. Thread-safe.
 */
final class Suspects {
    private static final int MOST = 16_384;

    private final int threshold;
    private final Map<PeerMessage.Identity, Integer> resets = new LinkedHashMap<>();
    private volatile boolean some;

    Suspects(int threshold) {
        this.threshold = threshold;
    }

    /** Counts one reset for each of these. */
    synchronized void presentAtReset(Collection<PeerMessage> messages) {
        for (PeerMessage each : messages) {
            resets.merge(each.identity(), 1, Integer::sum);
        }
        var oldest = resets.keySet().iterator();
        while (resets.size() > MOST) {
            oldest.next();
            oldest.remove();
        }
        some = !resets.isEmpty();
    }

    /** Whether this message must be sent alone. */
    boolean isSuspect(PeerMessage message) {
        if (!some) {
            return false;
        }
        synchronized (this) {
            return resets.getOrDefault(message.identity(), 0) >= threshold;
        }
    }

    /** An answered message is above suspicion. */
    void clear(PeerMessage message) {
        if (some) {
            synchronized (this) {
                resets.remove(message.identity());
                some = !resets.isEmpty();
            }
        }
    }
}
