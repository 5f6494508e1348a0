package io.feiqian.sqlmode;

import java.time.Duration;

/**
 * What a branch in SQL mode may do and how long it waits.
 *
 * @param lockWait how long a statement of a branch waits for a row that another local transaction
 *     holds; 1 ms to 60 s
 * @param undoWait how long an undo waits for such a row before it is tried again later; 1 ms to 60
 *     s, at least {@code lockWait}, since undo has priority (sql-locks)
 * @param blindWrites whether rows may be changed that were not read FOR UPDATE
 */
public record SqlModeSettings(Duration lockWait, Duration undoWait, BlindWrites blindWrites) {
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** Refuses waits without bound. */
    public SqlModeSettings {
        check("lockWait", lockWait);
        check("undoWait", undoWait);
        if (undoWait.compareTo(lockWait) < 0) {
            throw new IllegalArgumentException(
                    "undoWait: " + undoWait + " (expected: >= lockWait " + lockWait + ")");
        }
    }

    /** Two seconds for a branch, ten for an undo, no blind writes. */
    public static SqlModeSettings defaults() {
        return new SqlModeSettings(
                Duration.ofSeconds(2), Duration.ofSeconds(10), BlindWrites.REFUSED);
    }

    /** These with another wait for rows. */
    public SqlModeSettings withLockWait(Duration wait) {
        return new SqlModeSettings(
                wait, undoWait.compareTo(wait) < 0 ? wait : undoWait, blindWrites);
    }

    /** These with another wait of an undo. */
    public SqlModeSettings withUndoWait(Duration wait) {
        return new SqlModeSettings(lockWait, wait, blindWrites);
    }

    /** These with blind writes refused or allowed. */
    public SqlModeSettings withBlindWrites(BlindWrites writes) {
        return new SqlModeSettings(lockWait, undoWait, writes);
    }

    private static void check(String name, Duration value) {
        if (value.toMillis() < 1 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: 1 ms to " + LONGEST.toSeconds() + " s)");
        }
    }
}
