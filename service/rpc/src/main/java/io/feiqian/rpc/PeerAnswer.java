package io.feiqian.rpc;

import io.feiqian.rpc.contract.Reply;
import io.feiqian.vocabulary.OutcomeCode;

/** What came of one message to a peer cell: its reply, or a failure of the way there. */
public sealed interface PeerAnswer {
    /**
     * The peer answered.
     *
     * @param reply what it answered; its code may well be a refusal
     */
    record Replied(Reply reply) implements PeerAnswer {}

    /**
     * No answer came.
     *
     * @param code {@link OutcomeCode#UNKNOWN} where the message may have arrived; otherwise why it
     *     never left this process: CELL_UNAVAILABLE, OVERLOADED, DEADLINE_EXPIRED or BODY_TOO_LARGE
     * @param message what went wrong, for logs
     */
    record Failed(OutcomeCode code, String message) implements PeerAnswer {
        /** Whether the peer may have acted on the message, or may still. */
        public boolean perhapsSent() {
            return code == OutcomeCode.UNKNOWN;
        }
    }
}
