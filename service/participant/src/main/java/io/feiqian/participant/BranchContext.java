package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;
import java.time.Duration;

/**
 * What a call carries that takes part in a global transaction: which branch it is, who decides, and
 * how long there is still time. It crosses processes as a {@link ContextHeader}.
 *
 * @param key the branch; the initiator gives every call of its own another number
 * @param initiator the service that decides and answers inquiries
 * @param digest the digest of what the call asks for: a repetition with another is refused
 * @param businessDate the day under which every leg posts (business-date)
 * @param remaining how long until the initiator must have decided (decide-by)
 */
public record BranchContext(
        BranchKey key,
        String initiator,
        long digest,
        BusinessDate businessDate,
        Duration remaining) {
    /** Refuses an initiator that no row could name. */
    public BranchContext {
        ServiceName.checked("initiator", initiator);
    }
}
