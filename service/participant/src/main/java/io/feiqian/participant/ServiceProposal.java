package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;
import java.time.Duration;
import java.util.Optional;

/**
 * How one operator wants a branch to end that the protocol cannot end, and what a second one made
 * of it (decision 0015). Immutable.
 *
 * @param id its number in this service
 * @param key the branch
 * @param initiator who decides on the branch
 * @param branchDigest the digest of what the branch was asked for
 * @param businessDate the day that it posts under
 * @param way where approval takes effect
 * @param verdict confirmed or cancelled, as was decided
 * @param found the branch's state when it was proposed; empty where there is no row
 * @param evidence where the correction is recorded that was made by hand
 * @param proposedAt milliseconds since 1970 by the database's clock
 * @param proposer who proposed it, and why
 * @param state what became of it
 * @param decider who approved or rejected it; empty while open
 * @param decidedAt when, 0 while open
 */
public record ServiceProposal(
        long id,
        BranchKey key,
        String initiator,
        long branchDigest,
        BusinessDate businessDate,
        Way way,
        BranchState verdict,
        Optional<BranchState> found,
        String evidence,
        long proposedAt,
        ServiceOperator proposer,
        State state,
        Optional<ServiceOperator> decider,
        long decidedAt) {
    /** How long it can be approved. */
    public static final Duration LIFETIME = Duration.ofHours(24);

    static final int LONGEST_EVIDENCE = 500;

    /** Where an approval takes effect. */
    public enum Way {
        /** The branch's row is ended as was decided; the correction was made by hand. */
        BRANCH(1),
        /** The decision takes the branch for finished: its service is gone, or was corrected. */
        DECISION(2);

        private final int number;

        Way(int number) {
            this.number = number;
        }

        /** The stable number in tables. */
        public int number() {
            return number;
        }

        static Way ofNumber(int number) {
            return switch (number) {
                case 1 -> BRANCH;
                case 2 -> DECISION;
                default ->
                        throw new IllegalArgumentException(
                                "way: " + number + " (expected: 1 or 2)");
            };
        }
    }

    /** What became of a proposal. */
    public enum State {
        /** A second operator has not decided yet, or it has expired. */
        OPEN(1),
        /** Approved, and done in the same commit. */
        APPROVED(2),
        /** Rejected or withdrawn. */
        REJECTED(3);

        private final int number;

        State(int number) {
            this.number = number;
        }

        /** The stable number in tables. */
        public int number() {
            return number;
        }

        static State ofNumber(int number) {
            return switch (number) {
                case 1 -> OPEN;
                case 2 -> APPROVED;
                case 3 -> REJECTED;
                default ->
                        throw new IllegalArgumentException(
                                "state: " + number + " (expected: 1 to 3)");
            };
        }
    }

    /** When it can no longer be approved. */
    public long expiresAt() {
        return proposedAt + LIFETIME.toMillis();
    }

    /** The digest of all that is proposed, which an approver names: nothing else is approved. */
    public long digest() {
        return Content.ofText(
                        String.join(
                                "\n",
                                Long.toString(id),
                                key.toString(),
                                initiator,
                                Long.toHexString(branchDigest),
                                way.name(),
                                verdict.name(),
                                found.map(Enum::name).orElse("-"),
                                evidence,
                                proposer.name(),
                                Long.toString(proposedAt)))
                .digest();
    }

    ServiceProposal decided(State as, ServiceOperator by, long now) {
        return new ServiceProposal(
                id,
                key,
                initiator,
                branchDigest,
                businessDate,
                way,
                verdict,
                found,
                evidence,
                proposedAt,
                proposer,
                as,
                Optional.of(by),
                now);
    }
}
