package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.Slot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * What one operator proposes for a branch that the protocol cannot end, and what a second one made
 * of it: a row of the cell where it takes effect (P6.3.3-d, B12-c.2). Immutable.
 *
 * @param id the row's key, unique in its cell
 * @param branch the branch as it was tried, or as the decision lists it
 * @param way what approval does
 * @param verdict how the branch is to end: {@code CONFIRMED} or {@code CANCELLED}
 * @param evidence where the correction is recorded, or what is going to be posted; may be empty
 * @param proposedAt milliseconds since 1970 by the database's clock
 * @param expiresAt the same clock, past which it cannot be approved
 * @param proposer who proposed it, and why
 * @param state what became of it
 * @param decider who approved or rejected it, and why; empty while open
 * @param decidedAt when, 0 while open
 */
public record Resolution(
        long id,
        Branch branch,
        Way way,
        BranchState verdict,
        String evidence,
        long proposedAt,
        long expiresAt,
        Person proposer,
        State state,
        Person decider,
        long decidedAt) {
    /** How long a proposal can be approved. */
    public static final Duration LIFETIME = Duration.ofHours(24);

    /** The most characters of the evidence. */
    public static final int LONGEST_EVIDENCE = 500;

    /** What approval does. */
    public enum Way {
        /** Marks the branch as finished at the decision: it was put right elsewhere. */
        ACKNOWLEDGE(1),
        /** Posts the correcting entry at the branch and ends it there. */
        CORRECT(2);

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
                case 1 -> ACKNOWLEDGE;
                case 2 -> CORRECT;
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

    /**
     * An operator and the reason given.
     *
     * @param operator who
     * @param reason why
     */
    public record Person(String operator, String reason) {
        /** Nobody so far. */
        public static final Person NOBODY = new Person("", "");

        /** Whether this is the same operator, however the name is written. */
        public boolean isSame(Person that) {
            return operator.strip().equalsIgnoreCase(that.operator.strip());
        }

        /**
         * Whether the same directory vouches for both, such as an OpenID provider for all whose
         * names begin with {@code oidc:}. One directory gives one person one name; of two nobody
         * can say who in the one is who in the other.
         */
        public boolean isOfSameDirectory(Person that) {
            return directory().equals(that.directory());
        }

        private String directory() {
            int colon = operator.indexOf(':');
            return colon < 0 ? "" : operator.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        }
    }

    /** Refuses a verdict that ends nothing. */
    public Resolution {
        if (verdict != BranchState.CONFIRMED && verdict != BranchState.CANCELLED) {
            throw new IllegalArgumentException(
                    "verdict: " + verdict + " (expected: CONFIRMED or CANCELLED)");
        }
    }

    /** A proposal, not on record yet; its times are set by the commit that records it. */
    public static Resolution proposed(
            long id,
            Branch branch,
            Way way,
            BranchState verdict,
            String evidence,
            Person proposer) {
        return new Resolution(
                id, branch, way, verdict, evidence, 0, 0, proposer, State.OPEN, Person.NOBODY, 0);
    }

    /** A branch as a decision lists it, for a proposal about it. */
    public static Branch listed(Decision decision, int number) {
        BranchSpec spec = decision.branches().get(number - 1);
        return branch(
                new BranchKey(decision.trace(), decision.attempt(), number),
                spec.slot(),
                decision.initiator(),
                decision.digest(),
                spec.digest(),
                spec.service(),
                spec.content(),
                decision.businessDate());
    }

    /** A branch of which there is no row here, as its decision describes it. */
    public static Branch branch(
            BranchKey key,
            Slot slot,
            CellId initiator,
            long transactionDigest,
            long digest,
            String service,
            Content content,
            BusinessDate businessDate) {
        return new Branch(
                key,
                BranchState.TRIED,
                slot,
                initiator,
                transactionDigest,
                digest,
                service,
                content,
                0,
                businessDate,
                Outcome.accepted(),
                0);
    }

    /**
     * The digest of everything that an approver is asked to approve: whoever approves names it, so
     * that nothing else is approved than what was read.
     */
    public long digest() {
        byte[] text = evidence.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(64 + text.length);
        all.putLong(id)
                .putLong(branch.key().trace().head())
                .putLong(branch.key().trace().serial())
                .putInt(branch.key().attempt())
                .putInt(branch.key().branch())
                .putLong(branch.transactionDigest())
                .putLong(branch.digest())
                .putInt(way.number())
                .putInt(verdict.number())
                .put(text);
        all.flip();
        byte[] bytes = new byte[all.remaining()];
        all.get(bytes);
        return Content.of(bytes).digest();
    }

    /** The row once it is recorded, at this time by the database's clock. */
    Resolution recorded(long nowMillis) {
        return new Resolution(
                id,
                branch,
                way,
                verdict,
                evidence,
                nowMillis,
                nowMillis + LIFETIME.toMillis(),
                proposer,
                State.OPEN,
                Person.NOBODY,
                0);
    }

    /** The row once it is decided, at this time by the database's clock. */
    Resolution decided(State newState, Person by, long nowMillis) {
        return new Resolution(
                id,
                branch,
                way,
                verdict,
                evidence,
                proposedAt,
                expiresAt,
                proposer,
                newState,
                by,
                nowMillis);
    }
}
