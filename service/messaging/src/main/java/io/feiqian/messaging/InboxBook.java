package io.feiqian.messaging;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The marks of the inbox that one local commit touches, and the rule by which they move
 * (inbox-mark): what is up to the mark was consumed before, exactly the next one is taken, and
 * beyond it waits. Pure; one thread.
 */
public final class InboxBook {
    private final CommitContext context;
    private final Map<MessageKey, InboxMark> marks = new HashMap<>();
    private final Set<MessageKey> loaded = new HashSet<>();
    private final Set<MessageKey> changed = new TreeSet<>();

    /** An empty book of one local commit. */
    public InboxBook(CommitContext context) {
        this.context = context;
    }

    /**
     * One changed mark.
     *
     * @param row the row to write
     * @param inserted whether it is new: a key that exists by then rolls the commit back
     */
    public record Change(InboxMark row, boolean inserted) {}

    /** Takes up a row that was read under its lock. */
    public void load(InboxMark row) {
        marks.put(row.key(), row);
        loaded.add(row.key());
    }

    /** Judges one command by the rows and by what was applied so far. */
    public Check check(InboxCommand command) {
        long mark = mark(command.key()).mark();
        if (command.position() <= mark) {
            return new Check.Ended(Answer.accepted(new InboxFinding(mark)).asRecorded());
        }
        if (command.position() > mark + 1) {
            return new Check.Ended(
                    Answer.refused(
                                    OutcomeCode.WAIT,
                                    "message: %d of %s (expected: %d, the next one)"
                                            .formatted(command.position(), command.key(), mark + 1))
                            .with(new InboxFinding(mark)));
        }
        return Check.FRESH;
    }

    /** Applies one command whose check was fresh; a message that is refused leaves no trace. */
    public Answer apply(InboxCommand command, Answer soFar) {
        if (command.place() == InboxCommand.Place.GUARD) {
            return soFar;
        }
        InboxMark before = mark(command.key());
        if (!soFar.isAccepted()) {
            return soFar.with(new InboxFinding(before.mark()));
        }
        InboxMark after =
                new InboxMark(
                        command.key(),
                        command.position(),
                        context.databaseMillis(),
                        before.skipped() + (command.skipped() ? 1 : 0));
        marks.put(command.key(), after);
        changed.add(command.key());
        return Answer.accepted(new InboxFinding(after.mark()));
    }

    /** The rows to write, in the order of their keys. */
    public List<Change> changes() {
        return changed.stream().map(key -> new Change(mark(key), !loaded.contains(key))).toList();
    }

    private InboxMark mark(MessageKey key) {
        return Optional.ofNullable(marks.get(key)).orElseGet(() -> InboxMark.none(key));
    }
}
