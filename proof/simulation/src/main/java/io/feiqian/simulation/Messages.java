package io.feiqian.simulation;

import io.feiqian.participant.BranchKey;
import io.feiqian.transaction.PeerMessage;

/** How messages are rewritten where one of the rules about them does not hold. */
final class Messages {
    private Messages() {}

    /** The message with the keys of the first attempt. */
    static PeerMessage ofFirstAttempt(PeerMessage message) {
        return new PeerMessage(
                message.kind(),
                message.slot(),
                message.epoch(),
                new BranchKey(message.key().trace(), 1, message.key().branch()),
                message.initiator(),
                message.transactionDigest(),
                message.digest(),
                message.service(),
                message.content(),
                message.businessDate(),
                message.remaining(),
                message.decideByRemaining());
    }
}
