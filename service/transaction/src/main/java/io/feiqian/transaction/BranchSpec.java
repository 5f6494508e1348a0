package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.Slot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One branch as the initiator orders it and as the decision lists it (branch-list).
 *
 * @param branch its number, 1 and up
 * @param slot the slot whose owner takes part
 * @param service the participant's name there
 * @param content what the participant is to do
 * @param digest the digest of slot, service and content
 */
public record BranchSpec(int branch, Slot slot, String service, Content content, long digest) {
    /** How many branches a transaction may have. */
    public static final int MOST = BranchKey.MOST_BRANCHES;

    private static final int LONGEST_SERVICE = 40;

    /** Refuses numbers and names that no row could hold. */
    public BranchSpec {
        if (branch < 1 || branch > MOST) {
            throw new IllegalArgumentException(
                    "branch: " + branch + " (expected: 1 to " + MOST + ")");
        }
        if (service.isEmpty()
                || service.length() > LONGEST_SERVICE
                || !service.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "service: %s (expected: 1 to %d printable characters)"
                            .formatted(service, LONGEST_SERVICE));
        }
    }

    /** The branch with its digest worked out. */
    public static BranchSpec of(int branch, Slot slot, String service, Content content) {
        byte[] name = service.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(5 + name.length + content.size());
        all.putInt(slot.number()).put((byte) name.length).put(name).put(content.buffer());
        return new BranchSpec(branch, slot, service, content, Content.of(all.array()).digest());
    }
}
