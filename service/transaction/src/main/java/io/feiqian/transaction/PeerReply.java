package io.feiqian.transaction;

import io.feiqian.participant.Standing;
import io.feiqian.vocabulary.OutcomeCode;

/** What came back for a {@link PeerMessage}. */
public sealed interface PeerReply {
    /**
     * The owner of the slot, or a process that knows it is not the owner, has answered.
     *
     * @param code accepted, or why not; {@code UNKNOWN} where even the answerer does not know
     * @param message what a person reads; empty where accepted
     * @param standing what is on record there now
     * @param recorded whether an earlier message had the effect
     */
    record Answered(OutcomeCode code, String message, Standing standing, boolean recorded)
            implements PeerReply {
        /** Whether what was asked for is durable there. */
        public boolean isAccepted() {
            return code == OutcomeCode.ACCEPTED;
        }
    }

    /**
     * No answer came: the message may or may not have had its effect.
     *
     * @param message what a person reads
     */
    record Unheard(String message) implements PeerReply {}

    /** Done, durable. */
    static Answered accepted(Standing standing) {
        return new Answered(OutcomeCode.ACCEPTED, "", standing, false);
    }

    /** Not done, and nothing happened. */
    static Answered refused(OutcomeCode code, String message) {
        return new Answered(code, message, Standing.NONE, false);
    }
}
