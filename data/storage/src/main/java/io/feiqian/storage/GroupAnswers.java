package io.feiqian.storage;

import io.feiqian.storage.Contribution.Check;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction has to say to each of its works, before it is committed.
 *
 * <p>To most works it may say everything. A work of which an earlier commit may stand, since the
 * answer to that commit was lost, is settled by two things only (unknown-commit): the answer that
 * its own keys record, or that it was applied and what it was applied with is on record from now
 * on, so that its unique keys and the locks of its rows have met the earlier commit. Every other
 * answer stays unsaid and the work stays open: the fence's refusal, and a check's that no key
 * stands behind, speak of this transaction alone, while the first may have committed before the
 * slot changed hands, or its backend may still be committing.
 *
 * <p>Such a work's keys are looked at also where the fence refuses it: what is found there is true,
 * whoever owns the slot by now. That nothing is found proves nothing, also under the locks: the
 * fence is only tried, so that the first transaction may still hold it, and records move away with
 * their slot.
 *
 * <p>For one thread.
 */
final class GroupAnswers {
    private final List<Pending> works;
    private final @Nullable Answer[] answers;
    private final BitSet applied = new BitSet();
    private List<Pending> lookAgain = List.of();
    private List<Pending> open = List.of();

    private GroupAnswers(List<Pending> works) {
        this.works = works;
        this.answers = new Answer[works.size()];
    }

    /** Judges, checks and applies the works in their order. */
    static GroupAnswers of(WorkTransaction transaction, List<Pending> works) {
        GroupAnswers said = new GroupAnswers(works);
        for (int i = 0; i < works.size(); i++) {
            switch (transaction.judge(works.get(i).work())) {
                case REFUSED -> said.refused(i, transaction);
                case LOOK_AGAIN -> said.lookAgain = with(said.lookAgain, works.get(i));
                case HOLDS -> said.admitted(i, transaction);
            }
        }
        return said;
    }

    /**
     * The works whose range has another id by now, or of which something was presumed that has to
     * be looked up: nothing of them is in the transaction.
     */
    List<Pending> lookAgain() {
        return lookAgain;
    }

    /** The works that this transaction cannot settle, whatever becomes of it. */
    List<Pending> open() {
        return open;
    }

    /** Tells every work that may be told: the commit stands. */
    void complete() {
        for (int i = 0; i < answers.length; i++) {
            Answer answer = answers[i];
            if (answer != null) {
                works.get(i).complete(answer);
            }
        }
    }

    /** Tells the same works that the commit may not stand. */
    void unknown(String message) {
        for (int i = 0; i < answers.length; i++) {
            if (answers[i] != null) {
                works.get(i).unknown(message);
            }
        }
    }

    /**
     * The answer to the commit was lost. Of the works that were not applied it held nothing: they
     * are to be run again too, since they may have met one that was, but any answer settles them.
     */
    void commitLost() {
        applied.stream().forEach(i -> works.get(i).commitLost());
    }

    private void refused(int i, WorkTransaction transaction) {
        Answer refusal = transaction.fenceRefusal();
        Pending each = works.get(i);
        if (each.maybeCommitted()
                && transaction.check(each.work()) instanceof Check.Ended(Answer found)
                && found.recorded()) {
            answers[i] = found;
        } else {
            say(i, refusal);
        }
    }

    private void admitted(int i, WorkTransaction transaction) {
        Work work = works.get(i).work();
        switch (transaction.check(work)) {
            case Check.Fresh _ -> {
                applied.set(i);
                say(i, transaction.apply(work));
            }
            case Check.Ended(Answer answer) -> say(i, answer);
            case Check.Unsure _ -> lookAgain = with(lookAgain, works.get(i));
        }
    }

    private void say(int i, Answer answer) {
        Pending each = works.get(i);
        boolean settles =
                answer.recorded()
                        || (applied.get(i) && (answer.isAccepted() || answer.code().isFinal()));
        if (settles || !each.maybeCommitted()) {
            answers[i] = answer;
        } else {
            open = with(open, each);
        }
    }

    private static List<Pending> with(List<Pending> some, Pending another) {
        List<Pending> all = some.isEmpty() ? new ArrayList<>() : some;
        all.add(another);
        return all;
    }
}
