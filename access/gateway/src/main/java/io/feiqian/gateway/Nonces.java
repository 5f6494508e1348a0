package io.feiqian.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The nonces that have been used, each until its signature is too old to be used again. Signatures
 * from before this memory began do not count: what was used then is not known. Thread-safe.
 */
final class Nonces {
    /** What became of a nonce. */
    enum Taken {
        /** It counts, from now on no more. */
        FRESH,
        /** It was used before. */
        USED,
        /** There is no room to remember it, so it does not count. */
        FULL
    }

    private final Instant began;

    /** All guarded by this. */
    private final Set<String> used = new HashSet<>();

    private final TreeMap<Long, List<String>> byEnd = new TreeMap<>();

    /** Knows of nothing before now. */
    Nonces(Instant now) {
        this.began = now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    }

    /** Whether signatures of this time can be told from repeated ones. */
    boolean reachesBackTo(Instant signed) {
        return !signed.isBefore(began);
    }

    /**
     * Uses a nonce.
     *
     * @param signed when it was signed
     * @param window how long a signature counts
     * @param most how many are remembered
     */
    synchronized Taken take(
            String caller, String nonce, Instant signed, Instant now, Duration window, int most) {
        while (!byEnd.isEmpty() && byEnd.firstKey() < now.getEpochSecond()) {
            byEnd.pollFirstEntry().getValue().forEach(used::remove);
        }
        String name = caller + ',' + nonce;
        if (used.contains(name)) {
            return Taken.USED;
        }
        if (used.size() >= most) {
            return Taken.FULL;
        }
        used.add(name);
        // A second more than the window, since times are in whole seconds.
        long end = signed.plus(window).getEpochSecond() + 1;
        byEnd.computeIfAbsent(end, second -> new ArrayList<>()).add(name);
        return Taken.FRESH;
    }

    synchronized int size() {
        return used.size();
    }
}
