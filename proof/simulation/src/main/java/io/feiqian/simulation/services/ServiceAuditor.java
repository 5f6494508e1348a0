package io.feiqian.simulation.services;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.DecisionState;
import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.ListedBranch;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.database.Commit;
import io.feiqian.simulation.jdbc.BranchLine;
import io.feiqian.simulation.jdbc.DecisionLine;
import io.feiqian.simulation.services.Rows.Effect;
import io.feiqian.simulation.services.Rows.What;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Watches the services' databases from outside and knows nothing of the library but its two tables:
 * what is decided, what happened to accounts, and what callers were told must fit together.
 */
final class ServiceAuditor {
    /** What somebody was told, and by whom it was asked. */
    private record Told(ServiceOrder order, TransactionAnswer answer) {}

    /** A branch and what it was asked for. */
    private record Work(BranchKey key, long digest) {}

    private static final Set<Set<What>> FINAL =
            Set.of(
                    EnumSet.of(What.TRIED, What.CONFIRMED),
                    EnumSet.of(What.DONE),
                    EnumSet.of(What.TAKEN));
    private static final Set<Set<What>> VOID =
            Set.of(
                    EnumSet.noneOf(What.class),
                    EnumSet.of(What.TRIED, What.CANCELLED),
                    EnumSet.of(What.DONE, What.REVERSED));

    private final Map<TraceNumber, DecisionLine> decisions = new LinkedHashMap<>();
    private final Map<Work, Set<What>> works = new LinkedHashMap<>();
    private final Map<TraceNumber, Integer> own = new HashMap<>();
    private final Map<TraceNumber, Integer> executions = new HashMap<>();
    private final Set<Work> cancelled = new HashSet<>();
    private final List<Told> told = new ArrayList<>();
    private long movements;
    private long messages;

    /** A transaction became visible. */
    void committed(Commit commit, long now) {
        for (Commit.Change each : commit.changes()) {
            if (each.after().isEmpty() && each.before().orElse("") instanceof BranchLine row) {
                long age = now - row.finishedAt();
                cleaned(row, age >= ServiceWorld.SETTINGS.keepFinished().toMillis());
            }
        }
        for (Commit.Change each : commit.changes()) {
            if (each.table().equals(DecisionLine.TABLE)) {
                each.after().ifPresent(row -> decided((DecisionLine) row));
            }
        }
        for (Commit.Change each : commit.changes()) {
            if (each.table().equals(Rows.EFFECT)) {
                each.before().ifPresent(row -> gone((Effect) row));
                each.after().ifPresent(row -> happened(commit.database(), (Effect) row));
            }
        }
    }

    /** Once its row may be gone, a key is as new. */
    private void cleaned(BranchLine row, boolean inTime) {
        Work work = new Work(row.key(), row.digest());
        if (inTime && VOID.contains(works.getOrDefault(work, Set.of()))) {
            works.remove(work);
            cancelled.remove(work);
        }
    }

    private void decided(DecisionLine row) {
        DecisionLine before = decisions.put(row.trace(), row);
        if (before == null) {
            return;
        }
        boolean same = before.state() == row.state() && before.attempt() == row.attempt();
        if (!same && before.state() != DecisionState.ABORTED) {
            throw new Violation("a final row changes: " + before + " to " + row);
        }
    }

    private void gone(Effect effect) {
        Work work = new Work(effect.key(), effect.digest());
        works.getOrDefault(work, new HashSet<>()).remove(effect.what());
    }

    private void happened(String database, Effect effect) {
        movements++;
        if (effect.what() == What.OWN) {
            own.merge(effect.key().trace(), 1, Integer::sum);
            return;
        }
        Work work = new Work(effect.key(), effect.digest());
        boolean fresh =
                works.computeIfAbsent(work, each -> EnumSet.noneOf(What.class)).add(effect.what());
        if (!fresh) {
            throw new Violation("twice at " + database + ": " + effect);
        }
        boolean begins = effect.what() == What.TRIED || effect.what() == What.DONE;
        if (begins && cancelled.contains(work)) {
            throw new Violation("done after its cancel was reported: " + effect);
        }
        boolean needsDecision = effect.what() == What.CONFIRMED || effect.what() == What.TAKEN;
        if (needsDecision && !isDecided(work)) {
            throw new Violation(
                    "final without its decision: %s (%s)"
                            .formatted(effect, decisions.get(effect.key().trace())));
        }
        if (effect.what() == What.TAKEN) {
            messages++;
        }
    }

    private boolean isDecided(Work work) {
        DecisionLine row = decisions.get(work.key.trace());
        return row != null
                && row.state() == DecisionState.COMMITTED
                && row.attempt() == work.key.attempt()
                && row.branches().stream()
                        .anyMatch(each ->
                                each.branch() == work.key.branch() && each.digest() == work.digest);
    }

    /** A participant answered orders of phase two. */
    void finished(List<FinishOrder> orders, List<FinishReport> reports) {
        Set<BranchKey> done = new HashSet<>();
        reports.stream()
                .filter(each -> each.outcome().isAccepted())
                .forEach(each -> done.add(each.key()));
        for (FinishOrder each : orders) {
            if (each.verb() == FinishOrder.Verb.CANCEL && done.contains(each.key())) {
                cancelled.add(new Work(each.key(), each.digest()));
            }
        }
    }

    /** An execution begins. */
    void executed(ServiceOrder order) {
        executions.merge(order.trace(), 1, Integer::sum);
    }

    /** A caller is answered. */
    void told(ServiceOrder order, TransactionAnswer answer) {
        Told now = new Told(order, answer);
        told.add(now);
        verify(now);
    }

    private void verify(Told each) {
        DecisionLine row = decisions.get(each.order.trace());
        boolean committed =
                row != null
                        && row.state() == DecisionState.COMMITTED
                        && row.digest() == each.order.content().digest();
        if (each.answer.isAccepted()) {
            boolean right = each.answer.answer().text().equals(each.order.answer());
            if (!committed || !right) {
                throw new Violation("told done: %s, but %s".formatted(each.order, row));
            }
        }
        boolean alone = executions.getOrDefault(each.order.trace(), 0) == 1;
        OutcomeCode code = each.answer.outcome().code();
        boolean refused = !each.answer.isAccepted() && code != OutcomeCode.UNKNOWN;
        if (committed && refused && (code.isFinal() || alone)) {
            throw new Violation("told refused: %s, but %s".formatted(each.order, row));
        }
        if (code == OutcomeCode.TRACE_CONTENT_DIFFERS && row == null) {
            throw new Violation("told of other content: %s, but no row".formatted(each.order));
        }
    }

    /** Faults have ended, and everything that could happen has. */
    void atRest(List<String> unfinished, long missing, List<String> reserved) {
        if (!unfinished.isEmpty()) {
            throw new Violation("not finished: " + unfinished);
        }
        told.forEach(this::verify);
        for (DecisionLine row : decisions.values()) {
            int shares = own.getOrDefault(row.trace(), 0);
            boolean committed = row.state() == DecisionState.COMMITTED;
            if (shares > (committed ? 1 : 0)) {
                throw new Violation("own share %d times: %s".formatted(shares, row));
            }
            if (committed) {
                row.branches().forEach(each -> mustBeFinal(row, each));
            }
        }
        works.forEach((work, what) -> {
            if (!isDecided(work) && !VOID.contains(what)) {
                throw new Violation(
                        "left of a void branch: %s %s (%s)"
                                .formatted(work.key, what, decisions.get(work.key.trace())));
            }
        });
        if (missing != 0 || !reserved.isEmpty()) {
            throw new Violation("money: %d missing, reserved %s".formatted(missing, reserved));
        }
    }

    private void mustBeFinal(DecisionLine row, ListedBranch each) {
        BranchKey key = new BranchKey(row.trace(), row.attempt(), each.branch());
        Set<What> what = works.getOrDefault(new Work(key, each.digest()), Set.of());
        if (!FINAL.contains(what)) {
            throw new Violation("decided, but %s is %s: %s".formatted(key, what, row));
        }
    }

    long movements() {
        return movements;
    }

    long messages() {
        return messages;
    }
}
