package io.feiqian.simulation;

import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.database.Reply;
import io.feiqian.simulation.database.Session;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.Answer;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Work;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.transaction.DecisionState;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The grouped local commits of one instance, in the order of the real driver: one transaction at a
 * time, fence and locks before reads, failures before COMMIT repeated or narrowed down, works of a
 * lost COMMIT run again until their keys show the truth (unknown-commit). Not thread-safe.
 */
final class SimulatedCommit implements LocalCommit {
    private static final int MOST_TRIES = 4;
    private static final int LARGEST_BATCH = 8;
    private static final int NEW_QUEUE = 40;
    private static final int SHORT_TIME = 50;
    private static final int BATCHES_WITH_A_LOOK = 3;

    /** Works that are tried in one transaction. */
    private record Group(List<Pending> works, int failures, boolean looks) {
        static Group of(List<Pending> works) {
            boolean tried = works.stream().anyMatch(each -> each.maybeCommitted);
            return new Group(works, 0, tried);
        }

        Group again() {
            return new Group(works, failures + 1, true);
        }

        /** A part of it, after a failure. */
        Group part(int from, int to) {
            return new Group(works.subList(from, to), failures, true);
        }
    }

    private final SimulatedProcess process;
    private final CellId cell;
    private final Database database;
    private final Rules rules;
    private final Dice dice;
    private final Deque<Pending> finishing = new ArrayDeque<>();
    private final Deque<Pending> fresh = new ArrayDeque<>();
    private final Deque<Group> todo = new ArrayDeque<>();
    private List<Pending> unresolved = new ArrayList<>();
    private List<Range> ranges;
    private @Nullable Session session;
    private boolean busy;
    private int rounds;
    private int looks;

    /** They are now the one worker's and now the other's, as far as it is booked in parts. */
    private int attempts;

    SimulatedCommit(
            SimulatedProcess process,
            CellId cell,
            Database database,
            List<Range> ranges,
            Rules rules,
            Dice dice) {
        this.process = process;
        this.cell = cell;
        this.database = database;
        this.ranges = ranges;
        this.rules = rules;
        this.dice = dice;
    }

    @Override
    public CompletableFuture<Answer> submit(Work work) {
        Optional<Answer> unrecorded = unrecordedAbort(work);
        if (unrecorded.isPresent()) {
            return CompletableFuture.completedFuture(unrecorded.get());
        }
        Pending pending = new Pending(work);
        boolean first = work.lane() == Lane.FINISHING;
        if (!first && fresh.size() >= NEW_QUEUE) {
            pending.refuse(OutcomeCode.OVERLOADED, "works waiting: too many");
        } else {
            (first ? finishing : fresh).add(pending);
            wake();
        }
        if (rules.lack(Rule.TWO_LANES)) {
            refuseWhenLate(pending);
        }
        return pending.answer;
    }

    /** What the rule abort-first forbids: an abort is answered as recorded, and is not. */
    private Optional<Answer> unrecordedAbort(Work work) {
        if (rules.lack(Rule.ABORT_FIRST)
                && work.parts().getFirst().command() instanceof DecisionCommand.Abort abort) {
            DecisionCommand.Decide decide = abort.decide();
            boolean isFinal = abort.outcome().code().isFinal();
            Decision row =
                    new Decision(
                            decide.trace(),
                            decide.attempt(),
                            isFinal ? DecisionState.REFUSED : DecisionState.ABORTED,
                            cell,
                            decide.digest(),
                            decide.decideBy(),
                            decide.businessDate(),
                            decide.branches(),
                            0,
                            abort.outcome(),
                            decide.content(),
                            0);
            return Optional.of(new Answer(abort.outcome(), row, false));
        }
        return Optional.empty();
    }

    /**
     * What the rule two-lanes forbids: a work is called too late and yet stays where it is. Time is
     * short in such a run, so that this is seen soon.
     */
    private void refuseWhenLate(Pending pending) {
        var _ =
                process.after(
                        pending.work.deadline().remaining().dividedBy(SHORT_TIME),
                        () -> pending.refuse(OutcomeCode.DEADLINE_EXPIRED, "deadline: passed"));
    }

    @Override
    public Answer solo(Work work, UserStatements statements) {
        throw new IllegalStateException("the simulation has no statements of users");
    }

    /** The ownership rows as the last transaction saw them. */
    List<Range> ranges() {
        return ranges;
    }

    /** How many works are not answered. */
    int waiting() {
        return finishing.size() + fresh.size() + unresolved.size() + (busy ? 1 : 0);
    }

    /** The process was killed: its connection is gone, the backend may not know yet. */
    void abandon() {
        discard();
    }

    private void wake() {
        if (!busy) {
            busy = true;
            process.later(dice.between(1, 150), this::next);
        }
    }

    private void next() {
        if (todo.isEmpty()) {
            takeUp();
        }
        Group group = todo.poll();
        if (group != null) {
            attempt(group);
        } else if (!unresolved.isEmpty()) {
            process.later(20_000L * Math.min(10, ++rounds), this::next);
        } else {
            busy = false;
            rounds = 0;
        }
    }

    private void takeUp() {
        List<Pending> open = unresolved;
        unresolved = new ArrayList<>();
        List<Pending> wanted = new ArrayList<>();
        for (Pending each : open) {
            if (each.isExpired()) {
                each.complete(Answer.unknown("commit: sent, and its answer was lost"));
            } else {
                wanted.add(each);
            }
        }
        if (!wanted.isEmpty()) {
            todo.add(Group.of(wanted));
        }
        List<Pending> batch = new ArrayList<>();
        take(finishing, batch);
        take(fresh, batch);
        if (!batch.isEmpty()) {
            todo.add(Group.of(batch));
        }
    }

    private static void take(Deque<Pending> queue, List<Pending> batch) {
        while (batch.size() < LARGEST_BATCH && !queue.isEmpty()) {
            Pending each = queue.remove();
            if (each.isExpired()) {
                each.refuse(OutcomeCode.DEADLINE_EXPIRED, "deadline: passed before it began");
            } else {
                batch.add(each);
            }
        }
    }

    private void attempt(Group group) {
        Session on = session == null ? database.connect() : session;
        session = on;
        boolean presumesNew = !group.looks && looks == 0 && !rules.lack(Rule.DUPLICATE_AFTER_LOCK);
        looks = Math.max(0, looks - 1);
        Attempt attempt =
                new Attempt(cell, group.works, ranges, rules, presumesNew, attempts++ % 2, dice);
        on.execute(
                attempt.lockAndRead(),
                reply -> process.run(() -> locked(group, attempt, on, reply)));
    }

    private void locked(Group group, Attempt attempt, Session on, Reply reply) {
        if (!(reply instanceof Reply.Done done)) {
            failed(group, reply);
            return;
        }
        attempt.judge(done);
        ranges = attempt.ranges();
        if (rules.lack(Rule.NO_POISON)) {
            answerRepeats(group, attempt);
        }
        if (attempt.writes().isEmpty()) {
            on.rollback();
            answered(group, attempt);
        } else {
            on.commit(
                    attempt.writes(),
                    committed -> process.run(() -> committed(group, attempt, committed)));
        }
    }

    /** What the rule no-poison forbids: a repeat hears of the first before that is committed. */
    private static void answerRepeats(Group group, Attempt attempt) {
        for (int i = 1; i < group.works.size(); i++) {
            Pending repeat = group.works.get(i);
            boolean repeats =
                    group.works.subList(0, i).stream()
                            .anyMatch(each -> each.work.parts().equals(repeat.work.parts()));
            if (repeats && attempt.finding(i) instanceof Attempt.Finding.Judged judged) {
                repeat.complete(judged.answer());
            }
        }
    }

    private void committed(Group group, Attempt attempt, Reply reply) {
        switch (reply) {
            case Reply.Done ignored -> answered(group, attempt);
            case Reply.Failed ignored -> failed(group, reply);
            case Reply.Lost ignored -> lostCommit(group);
        }
    }

    private void answered(Group group, Attempt attempt) {
        List<Pending> again = new ArrayList<>();
        for (int i = 0; i < group.works.size(); i++) {
            Pending pending = group.works.get(i);
            switch (attempt.finding(i)) {
                case Attempt.Finding.Judged judged -> pending.complete(judged.answer());
                case Attempt.Finding.Fenced fenced -> {
                    if (pending.maybeCommitted) {
                        unresolved.add(pending);
                    } else {
                        pending.complete(fenced.answer());
                    }
                }
                case Attempt.Finding.LookAgain ignored -> again.add(pending);
            }
        }
        if (!again.isEmpty()) {
            todo.addFirst(new Group(again, group.failures, true));
        }
        process.later(dice.between(1, 100), this::next);
    }

    private void lostCommit(Group group) {
        discard();
        if (rules.lack(Rule.UNKNOWN_COMMIT)) {
            lookInsteadOfRunningAgain(group);
            return;
        }
        group.works.forEach(each -> each.maybeCommitted = true);
        unresolved.addAll(group.works);
        process.later(dice.between(1, 5_000), this::next);
    }

    /** What the rule unknown-commit forbids: a select that finds nothing counts as proof. */
    private void lookInsteadOfRunningAgain(Group group) {
        Attempt attempt = new Attempt(cell, group.works, ranges, rules, false, 0, dice);
        Session on = database.connect();
        session = on;
        on.execute(
                attempt.lookOnly(),
                reply ->
                        process.run(() -> {
                            if (reply instanceof Reply.Done done && !attempt.found(done)) {
                                refuse(group.works, "not found after a lost commit");
                            } else {
                                discard();
                                group.works.forEach(each -> each.maybeCommitted = true);
                                unresolved.addAll(group.works);
                            }
                            process.later(1_000, this::next);
                        }));
    }

    /** Nothing of the group happened in this transaction. */
    private void failed(Group group, Reply reply) {
        boolean locked =
                reply.equals(new Reply.Failed(Reply.Reason.LOCK_TIMEOUT))
                        || reply.equals(new Reply.Failed(Reply.Reason.DEADLOCK));
        if (reply.equals(new Reply.Failed(Reply.Reason.CONFLICT))) {
            looks = BATCHES_WITH_A_LOOK;
        }
        if (reply instanceof Reply.Lost || reply.equals(new Reply.Failed(Reply.Reason.DOWN))) {
            discard();
        }
        if (group.works.size() > 1 && (locked || group.failures > 0)) {
            int middle = group.works.size() / 2;
            todo.addFirst(group.part(middle, group.works.size()));
            todo.addFirst(group.part(0, middle));
        } else if (group.failures + 1 < MOST_TRIES) {
            todo.addLast(group.again());
        } else {
            refuse(group.works, "database: " + reply);
        }
        process.later(dice.between(1, 30_000), this::next);
    }

    private void refuse(List<Pending> works, String why) {
        for (Pending each : works) {
            if (each.maybeCommitted) {
                unresolved.add(each);
            } else {
                each.refuse(OutcomeCode.DATABASE_UNAVAILABLE, why);
            }
        }
    }

    private void discard() {
        if (session != null) {
            session.lose();
            session = null;
        }
    }
}
