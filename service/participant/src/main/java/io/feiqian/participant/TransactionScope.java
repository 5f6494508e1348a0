package io.feiqian.participant;

import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One attempt at a global transaction, as its body sees it. For the body's thread, and threads that
 * it waits for: its methods may be called by several at once.
 */
public final class TransactionScope {
    private final TransactionOrder order;
    private final String initiator;
    private final int attempt;
    private final Deadline deadline;
    private final int mostContent;

    /** Guards the fields below. */
    private final Object lock = new Object();

    private final List<ListedBranch> issued = new ArrayList<>();
    private final Set<Integer> answered = new HashSet<>();
    private final Set<Integer> refused = new HashSet<>();
    private Optional<BranchWork> own = Optional.empty();

    TransactionScope(
            TransactionOrder order,
            String initiator,
            int attempt,
            Deadline deadline,
            int mostContent) {
        this.order = order;
        this.initiator = initiator;
        this.attempt = attempt;
        this.deadline = deadline;
        this.mostContent = mostContent;
    }

    /** A call of another service that carries the context of a new branch. */
    @FunctionalInterface
    public interface Call<E extends Exception> {
        /** Calls, and answers what the service answered; unknown where nothing was heard. */
        BranchAnswer with(BranchContext context) throws E;
    }

    /** The transaction. */
    public TraceNumber trace() {
        return order.trace();
    }

    /** Which attempt at it this is, 1 and up. */
    public int attempt() {
        return attempt;
    }

    /**
     * Calls another service as a new branch.
     *
     * @param service its name, by which phase two finds it
     * @param content what is asked for: its digest makes a repetition the same
     * @return what it answered: accepted
     * @throws RefusedException with the service's code where it refused: unless caught the
     *     transaction is refused with it. A branch that did not answer aborts the transaction.
     */
    public <E extends Exception> BranchAnswer call(String service, Content content, Call<E> call)
            throws E {
        BranchContext context = branch(service, content.digest());
        BranchAnswer answer = call.with(context);
        answered(context, answer);
        if (!answer.isAccepted()) {
            throw new RefusedException(refusal(answer), answer.outcome().message());
        }
        return answer;
    }

    /**
     * The context of a new branch, for a call that is made by other means; {@link #answered} must
     * follow.
     */
    public BranchContext branch(String service, long digest) {
        int number = issue(service, digest, "", Content.EMPTY);
        return new BranchContext(
                new BranchKey(order.trace(), attempt, number),
                initiator,
                digest,
                order.businessDate(),
                deadline.remaining());
    }

    /** Takes note of what a branch answered; only an accepted one takes part in the decision. */
    public void answered(BranchContext context, BranchAnswer answer) {
        synchronized (lock) {
            if (answer.isAccepted()) {
                answered.add(context.key().branch());
            } else if (answer.outcome() instanceof Outcome.Refused) {
                refused.add(context.key().branch());
            }
        }
    }

    /**
     * Sends a message exactly when the decision commits: the decision itself carries it, and taking
     * it and its effect are one commit at the receiver.
     *
     * @param service who receives it
     * @param action what takes it there
     */
    public void message(String service, String action, Content content) {
        ServiceName.checked("action", action);
        if (content.size() > mostContent) {
            throw new RefusedException(
                    OutcomeCode.TRANSACTION_TOO_LARGE,
                    "message: %d bytes (expected: at most %d)"
                            .formatted(content.size(), mostContent));
        }
        release(service, action, content);
    }

    /**
     * Takes back a message of an earlier transaction of this service, exactly when this decision
     * commits: a message like any other, whose effect at the receiver is the reversal of the
     * original's. Where that was not taken yet it will have no effect. However many transactions
     * reverse it, its effect is taken back once (D6.7-c).
     */
    public void reverse(SentMessage message) {
        if (!message.initiator().equals(initiator)) {
            throw new IllegalArgumentException(
                    "message: of %s (expected: one of %s)"
                            .formatted(message.initiator(), initiator));
        }
        release(message.service(), SentMessage.reversalOf(message.action()), message.reversal());
    }

    private void release(String service, String action, Content content) {
        int number = issue(service, content.digest(), action, content);
        synchronized (lock) {
            answered.add(number);
        }
    }

    /**
     * The own share: rides with the decision in one local commit, so it is no branch (last-agent
     * rule). Runs last; may run again where its commit could not be made.
     */
    public void own(BranchWork work) {
        synchronized (lock) {
            if (own.isPresent()) {
                throw new IllegalStateException(
                        "own share: two (expected: one, of many statements)");
            }
            own = Optional.of(work);
        }
    }

    Optional<BranchWork> own() {
        synchronized (lock) {
            return own;
        }
    }

    /** Every branch that was begun, whatever became of it: an abort cancels them all. */
    List<ListedBranch> issued() {
        synchronized (lock) {
            return issued.stream().filter(each -> !each.isMessage()).toList();
        }
    }

    /** What the decision lists: the branches that answered and accepted, and the messages. */
    List<ListedBranch> listed() {
        synchronized (lock) {
            return issued.stream().filter(each -> answered.contains(each.branch())).toList();
        }
    }

    /** A branch of which nothing was heard: with it nothing can be decided. */
    Optional<ListedBranch> unheard() {
        synchronized (lock) {
            return issued.stream()
                    .filter(each -> !answered.contains(each.branch()))
                    .filter(each -> !refused.contains(each.branch()))
                    .findFirst();
        }
    }

    private int issue(String service, long digest, String action, Content content) {
        synchronized (lock) {
            int number = issued.size() + 1;
            if (number > BranchKey.MOST_BRANCHES) {
                throw new RefusedException(
                        OutcomeCode.TRANSACTION_TOO_LARGE,
                        "branches: %d (expected: at most %d)"
                                .formatted(number, BranchKey.MOST_BRANCHES));
            }
            issued.add(new ListedBranch(number, service, digest, action, content));
            return number;
        }
    }

    private static OutcomeCode refusal(BranchAnswer answer) {
        return answer.outcome() instanceof Outcome.Refused
                ? answer.outcome().code()
                : OutcomeCode.ABORTED;
    }
}
