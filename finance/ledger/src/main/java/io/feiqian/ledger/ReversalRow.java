package io.feiqian.ledger;

/**
 * One part that was taken back of a movement (reversal-once).
 *
 * @param original the movement
 * @param part 1 for the first part, then one more each time
 * @param amount how much of it, in minor units
 * @param reversal the movement that took it back
 */
public record ReversalRow(EntryKey original, int part, long amount, EntryKey reversal) {}
