package io.feiqian.simulation;

import io.feiqian.ledger.LedgerCommand;
import io.feiqian.messaging.InboxCommand;
import io.feiqian.messaging.InboxMark;
import io.feiqian.messaging.Incoming;
import io.feiqian.messaging.OutboxCommand;
import io.feiqian.messaging.OutboxKey;
import io.feiqian.messaging.OutboxRow;
import io.feiqian.routing.StateTable;
import io.feiqian.routing.WorkKind;
import io.feiqian.simulation.database.Reply;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.transaction.BranchCommand;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SlotState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One database transaction over works, up to but without its commit. The order of the statements is
 * the real one: day lock, range locks, what they protect, locks of rows in the global order, reads,
 * clock and sequence.
 */
final class Attempt {
    /** What the transaction says of one work. */
    sealed interface Finding {
        /** Judged under all locks. */
        record Judged(Answer answer) implements Finding {}

        /** Refused by the fence, before anything was looked at. */
        record Fenced(Answer answer) implements Finding {}

        /** Its slot is in another range by now, or something was presumed that must be seen. */
        record LookAgain() implements Finding {}
    }

    private final CellId cell;
    private final List<Pending> works;
    private final Rules rules;
    private final Moment moment;
    private final LedgerShell ledger;
    private final DecisionShell decisions;
    private final BranchShell branches;
    private final NoteShell notes;
    private final OutboxShell outbox;
    private final InboxShell inbox;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Integer, Range> claimed = new TreeMap<>();
    private final Set<Integer> heldIds = new HashSet<>();
    private final List<Statement> rows = new ArrayList<>();
    private List<Range> ranges;
    private List<Statement> writes = List.of();

    Attempt(
            CellId cell,
            List<Pending> works,
            List<Range> ranges,
            Rules rules,
            boolean presumesNew,
            int worker,
            Dice dice) {
        this.cell = cell;
        this.works = works;
        this.ranges = ranges;
        this.rules = rules;
        this.moment = new Moment(cell, rules, presumesNew, worker);
        this.ledger = new LedgerShell(moment, rules, dice);
        this.decisions = new DecisionShell(moment, rules);
        this.branches = new BranchShell(moment);
        this.notes = new NoteShell(moment);
        this.outbox = new OutboxShell(moment, rules);
        this.inbox = new InboxShell(moment, rules);
        for (Pending each : works) {
            add(each.work);
        }
    }

    /** The first round trip. */
    List<Statement> lockAndRead() {
        List<Statement> statements = new ArrayList<>();
        List<String> locks = claimed.values().stream().map(Range::lock).toList();
        Statement.TryShared shared = new Statement.TryShared(locks);
        Statement.Read ownership =
                new Statement.Read(Tables.OWNERSHIP, ranges.stream().map(Range::id).toList());
        statements.add(new Statement.Shared(Tables.DAY_LOCK));
        if (rules.lack(Rule.FENCE_ORDER)) {
            statements.add(new Statement.LockAndRead(shared, ownership));
        } else if (rules.lack(Rule.FENCE_QUEUE)) {
            locks.forEach(each -> statements.add(new Statement.Shared(each)));
            statements.add(ownership);
        } else {
            statements.add(shared);
            statements.add(ownership);
        }
        statements.add(new Statement.Read(Tables.DAY, List.of(1)));
        if (rules.lack(Rule.DUPLICATE_AFTER_LOCK)) {
            rows.addAll(ledger.reads());
        }
        rows.addAll(ledger.locks());
        rows.addAll(decisions.locks());
        rows.addAll(branches.locks());
        rows.addAll(outbox.locks());
        rows.addAll(inbox.locks());
        if (!rules.lack(Rule.DUPLICATE_AFTER_LOCK)) {
            rows.addAll(ledger.reads());
        }
        rows.addAll(decisions.reads());
        rows.addAll(branches.reads());
        rows.addAll(outbox.reads());
        statements.addAll(rows);
        statements.add(new Statement.Now());
        return statements;
    }

    /** Reads the keys of the works and locks nothing. */
    List<Statement> lookOnly() {
        return List.of(ledger.look(), decisions.look(), branches.look(), outbox.look());
    }

    /** Whether {@link #lookOnly} found anything. */
    boolean found(Reply.Done reply) {
        return reply.results().stream()
                .anyMatch(each -> each instanceof Map<?, ?> rows && !rows.isEmpty());
    }

    /** Judges every work by what the first round trip found. */
    void judge(Reply.Done reply) {
        List<Object> results = new ArrayList<>(reply.results());
        results.removeFirst();
        readFence(results);
        Tables.Day day =
                (Tables.Day) ((Map<?, ?>) results.removeFirst()).values().iterator().next();
        moment.settle(day, (Statement.Tick) results.removeLast());
        for (Object each : results) {
            Map<?, ?> found = each instanceof List<?> list ? numbered(list) : (Map<?, ?>) each;
            load(found);
        }
        for (Pending each : works) {
            findings.add(judge(each.work));
        }
        List<Statement> all = new ArrayList<>(ledger.writes());
        all.addAll(decisions.writes());
        all.addAll(branches.writes());
        all.addAll(notes.writes());
        all.addAll(outbox.writes());
        all.addAll(inbox.writes());
        writes = all;
    }

    Finding finding(int work) {
        return findings.get(work);
    }

    List<Statement> writes() {
        return writes;
    }

    /** The ownership rows as this transaction saw them. */
    List<Range> ranges() {
        return ranges;
    }

    private void add(Work work) {
        for (Claim claim : work.claims()) {
            Range.of(claim.slot(), ranges).ifPresent(range -> claimed.put(range.id(), range));
        }
        for (Part<?> part : work.parts()) {
            switch (part.command()) {
                case LedgerCommand command -> ledger.add(command);
                case DecisionCommand command -> decisions.add(command);
                case BranchCommand command -> branches.add(command);
                case OutboxCommand command -> outbox.add(command);
                case InboxCommand command -> inbox.add(command);
                case Incoming command -> notes.add(command);
                default -> throw new IllegalStateException("command: " + part.command());
            }
        }
    }

    private void readFence(List<Object> results) {
        Object first = results.removeFirst();
        List<?> granted;
        Map<?, ?> ownership;
        if (rules.lack(Rule.FENCE_ORDER)) {
            granted = (List<?>) ((List<?>) first).getFirst();
            ownership = (Map<?, ?>) ((List<?>) first).getLast();
        } else if (rules.lack(Rule.FENCE_QUEUE)) {
            List<Object> waitedFor = new ArrayList<>(List.of(first));
            while (waitedFor.size() < claimed.size()) {
                waitedFor.add(results.removeFirst());
            }
            granted = waitedFor;
            ownership = (Map<?, ?>) results.removeFirst();
        } else {
            granted = (List<?>) first;
            ownership = (Map<?, ?>) results.removeFirst();
        }
        int i = 0;
        for (Integer id : claimed.keySet()) {
            if (granted.get(i++).equals(true)) {
                heldIds.add(id);
            }
        }
        ranges = ownership.values().stream().map(each -> (Range) each).toList();
    }

    private void load(Map<?, ?> found) {
        if (found.isEmpty()) {
            return;
        }
        switch (found.values().iterator().next()) {
            case io.feiqian.transaction.Decision ignored -> decisions.load(found);
            case io.feiqian.transaction.Branch ignored -> branches.load(found);
            case OutboxKey ignored -> outbox.load(found);
            case OutboxRow ignored -> outbox.load(found);
            case InboxMark ignored -> inbox.load(found);
            default -> ledger.load(found);
        }
    }

    private static Map<?, ?> numbered(List<?> list) {
        Map<Integer, Object> numbered = new LinkedHashMap<>();
        list.forEach(each -> numbered.put(numbered.size(), each));
        return numbered;
    }

    private Finding judge(Work work) {
        if (!rules.lack(Rule.FENCE)) {
            for (Claim claim : work.claims()) {
                Optional<Finding> refused = judge(claim);
                if (refused.isPresent()) {
                    return refused.get();
                }
            }
        }
        for (int i = 0; i < work.parts().size(); i++) {
            switch (check(work.parts().get(i).command())) {
                case Check.Fresh _ -> {}
                case Check.Ended ended -> {
                    return moment.presumesNew() && i > 0 && !rules.lack(Rule.PRESUMPTION)
                            ? new Finding.LookAgain()
                            : new Finding.Judged(ended.answer());
                }
                case Check.Unsure _ -> {
                    return new Finding.LookAgain();
                }
            }
        }
        Answer soFar = Answer.accepted();
        for (Part<?> part : work.parts()) {
            soFar = apply(part.command(), soFar);
        }
        return new Finding.Judged(soFar);
    }

    private Optional<Finding> judge(Claim claim) {
        Optional<Range> now = Range.of(claim.slot(), ranges);
        if (now.isEmpty()) {
            return fenced(OutcomeCode.WRONG_CELL, claim);
        }
        Range range = now.get();
        if (!claimed.containsKey(range.id())) {
            return Optional.of(new Finding.LookAgain());
        }
        if (!heldIds.contains(range.id())) {
            return fenced(OutcomeCode.SLOT_MOVING, claim);
        }
        if (claim.epoch().isPresent() && !claim.epoch().get().equals(range.epoch())) {
            boolean stale = claim.epoch().get().compareTo(range.epoch()) < 0;
            return fenced(stale ? OutcomeCode.STALE_EPOCH : OutcomeCode.WRONG_CELL, claim);
        }
        OutcomeCode admitted = admits(range.state(), claim.kind());
        return admitted == OutcomeCode.ACCEPTED ? Optional.empty() : fenced(admitted, claim);
    }

    private OutcomeCode admits(SlotState state, WorkKind kind) {
        if (rules.lack(Rule.STATE_TABLE) && state == SlotState.DRAINING) {
            return OutcomeCode.SLOT_DRAINING;
        }
        return StateTable.admits(state, kind);
    }

    private Optional<Finding> fenced(OutcomeCode code, Claim claim) {
        Answer answer = Answer.refused(code, cell + " slot " + claim.slot());
        return Optional.of(new Finding.Fenced(answer));
    }

    private Check check(Object command) {
        return switch (command) {
            case LedgerCommand it -> ledger.check(it);
            case DecisionCommand it -> decisions.check(it);
            case BranchCommand it -> branches.check(it);
            case OutboxCommand it -> outbox.check(it);
            case InboxCommand it -> inbox.check(it);
            case Incoming it -> notes.check(it);
            default -> throw new IllegalStateException("command: " + command);
        };
    }

    private Answer apply(Object command, Answer soFar) {
        return switch (command) {
            case LedgerCommand it -> ledger.apply(it, soFar);
            case DecisionCommand it -> decisions.apply(it, soFar);
            case BranchCommand it -> branches.apply(it, soFar);
            case OutboxCommand it -> outbox.apply(it, soFar);
            case InboxCommand it -> inbox.apply(it, soFar);
            case Incoming it -> notes.apply(it, soFar);
            default -> throw new IllegalStateException("command: " + command);
        };
    }
}
