package io.feiqian.sqlmode;

/**
 * A statement that may run in a branch.
 *
 * @param sql the text that is sent
 * @param blind whether it changes rows to values from outside, so that they must have been read
 */
record CheckedStatement(String sql, boolean blind) {
    /** The text to send under these settings. */
    String under(BlindWrites writes, Dialect dialect) {
        return blind && writes == BlindWrites.REFUSED ? sql : dialect.unread(sql);
    }
}
