package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;

/**
 * A statement that may run in a branch.
 *
 * @param sql the text that is sent
 * @param blind whether it changes rows to values from outside, so that they must have been read
 */
record CheckedStatement(String sql, boolean blind) {
    /** The text to send in this branch under these settings. */
    String in(BranchKey branch, SqlModeSettings settings, Dialect dialect) {
        boolean unread = !blind || settings.blindWrites() == BlindWrites.ALLOWED;
        return dialect.sent(sql, branch, settings, unread);
    }
}
