package io.feiqian.ledger;

import io.feiqian.vocabulary.BusinessDate;

/**
 * The window of trace numbers that a ledger recognises, against the cell's business date.
 *
 * @param retentionDays how many days back a trace number may be dated; older ones are refused as
 *     expired, never executed; 1 to 3650
 * @param futureDays how many days ahead a trace number of new work may be dated; 0 to 31
 */
public record LedgerRules(int retentionDays, int futureDays) {
    /**
     * How many days ahead a leg for another cell may be dated, whose business date may be set
     * forward before ours.
     */
    public static final int PEER_FUTURE_DAYS = 31;

    /** 400 days back, 1 day ahead. */
    public static final LedgerRules DEFAULT = new LedgerRules(400, 1);

    /** Refuses numbers out of range. */
    public LedgerRules {
        if (retentionDays < 1 || retentionDays > 3_650) {
            throw new IllegalArgumentException(
                    "retentionDays: " + retentionDays + " (expected: 1 to 3650)");
        }
        if (futureDays < 0 || futureDays > PEER_FUTURE_DAYS) {
            throw new IllegalArgumentException(
                    "futureDays: " + futureDays + " (expected: 0 to " + PEER_FUTURE_DAYS + ")");
        }
    }

    /** The first day that is still recognised. */
    public BusinessDate oldest(BusinessDate today) {
        return today.plusDays(-retentionDays);
    }
}
