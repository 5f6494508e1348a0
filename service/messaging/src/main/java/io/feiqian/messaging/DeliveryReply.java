package io.feiqian.messaging;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/** What came back for a {@link Delivery}. */
public sealed interface DeliveryReply {
    /**
     * The owner of the slot, or a process that knows it is not the owner, has answered.
     *
     * @param code accepted once effect and mark are durable, or why not
     * @param message what a person reads; empty where accepted
     * @param mark up to which number the key was consumed there, as far as that was looked at
     * @param recorded whether it was consumed before
     */
    record Answered(OutcomeCode code, String message, long mark, boolean recorded)
            implements DeliveryReply {
        /** Whether the message is consumed, or the mark has passed it. */
        public boolean isAccepted() {
            return code == OutcomeCode.ACCEPTED;
        }

        /**
         * Whether the consumer refuses the message for what it is, so that to deliver it once more
         * is of little use. Everything else is repeated for ever (retry-for-ever), also a topic
         * that nobody knows: the software that knows it may be on its way.
         */
        public boolean isRefusal() {
            return switch (code.kind()) {
                case INVALID, BUSINESS, CONFLICT -> true;
                case NOT_FOUND -> code != OutcomeCode.UNKNOWN_TOPIC;
                case FAULT -> code == OutcomeCode.CONTRADICTION;
                case ACCEPTED, ROUTING, UNAVAILABLE, UNKNOWN -> false;
            };
        }

        /** The refusal as an outcome. */
        public Outcome.Refused refusal() {
            return new Outcome.Refused(code, message);
        }
    }

    /**
     * No answer came: the message may or may not have been consumed.
     *
     * @param message what a person reads
     */
    record Unheard(String message) implements DeliveryReply {}

    /** Consumed, durable. */
    static Answered accepted(long mark, boolean recorded) {
        return new Answered(OutcomeCode.ACCEPTED, "", mark, recorded);
    }

    /** Not consumed, and nothing happened. */
    static Answered refused(OutcomeCode code, String message) {
        return new Answered(code, message, 0, false);
    }
}
