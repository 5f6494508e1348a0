package io.feiqian.layer7;

import java.util.Arrays;

/**
 * What became of the newest streams of a client's connection, after they are gone: whoever speaks
 * on a stream that it has ended itself has lost count, and is not believed any more (RFC 9113,
 * 5.1); whoever speaks on one that was ended here may not know it yet. Not thread-safe.
 */
final class Http2Past {
    /** What became of a stream. */
    enum Fate {
        /** Nobody opened it, though later ones were. */
        SKIPPED,
        /** The client has said all, or called it off. */
        ENDED,
        /** It is open, was ended here before the client had said all, or is long gone. */
        OTHER
    }

    /** As many as may be open at a time. */
    private static final int KEPT = Http2Client.STREAMS;

    private final Fate[] fates = new Fate[KEPT];
    private int newest = -1;

    Http2Past() {
        Arrays.fill(fates, Fate.OTHER);
    }

    /** The client has opened this one, or tried to; those that it passed over will never be. */
    void opened(int id) {
        int place = id >> 1;
        if (place <= newest) {
            return;
        }
        for (int i = Math.max(newest + 1, place - KEPT + 1); i < place; i++) {
            fates[i % KEPT] = Fate.SKIPPED;
        }
        fates[place % KEPT] = Fate.OTHER;
        newest = place;
    }

    /** The client says nothing more on it. */
    void ended(int id) {
        int place = id >> 1;
        if (place <= newest && place > newest - KEPT) {
            fates[place % KEPT] = Fate.ENDED;
        }
    }

    /** What became of a client's stream that is not open. */
    Fate of(int id) {
        int place = id >> 1;
        return place <= newest && place > newest - KEPT ? fates[place % KEPT] : Fate.OTHER;
    }
}
