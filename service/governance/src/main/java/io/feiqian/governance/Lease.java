package io.feiqian.governance;

import java.time.Duration;

/**
 * A share of a quota, promised for a time; what the lender answers.
 *
 * @param term of the lender: each that begins has a greater one than all before it
 * @param number counted by the lender for each node; a greater one replaces a smaller one
 * @param perSecond the share; 0 for none
 * @param length how long it is promised, from when the node asked
 * @param question the number of the question that is answered
 */
public record Lease(long term, long number, double perSecond, Duration length, long question) {
    /** Whether it replaces another. */
    boolean isNewerThan(Lease other) {
        return term != other.term ? term > other.term : number > other.number;
    }

    /**
     * What a node asks for, again and again: well before its lease has passed, three times at
     * least.
     *
     * @param node its name; after a restart it has another one, or it would take up leases that it
     *     has forgotten
     * @param number counted by the node
     * @param wanted pieces of work a second that it would use, as it has measured
     * @param term of the lease that it uses; 0 for none
     * @param lease number of the lease that it uses; 0 for none
     * @param perSecond the whole quota, as the node's policy says
     * @param length how long a lease is to last, as the node's policy says
     */
    public record Question(
            String node,
            long number,
            double wanted,
            long term,
            long lease,
            double perSecond,
            Duration length) {
        /** The same for leases of another length. */
        public Question lasting(Duration newLength) {
            return new Question(node, number, wanted, term, lease, perSecond, newLength);
        }
    }
}
