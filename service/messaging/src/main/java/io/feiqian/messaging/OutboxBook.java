package io.feiqian.messaging;

import io.feiqian.messaging.OutboxCommand.Sent;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The outbox as one local commit touches it, and the rules by which it changes: pure, without SQL,
 * time or chance of its own. Load the rows, check and apply the commands in order, and take the
 * changes. One thread.
 *
 * <p>A number is taken here, under the lock of its key's row and in the commit that makes it
 * visible: so no lower number of a key ever becomes visible after a higher one (outbox-horizon).
 */
public final class OutboxBook {
    /** How old the time of a key that is being delivered may get before it is written anew. */
    private static final long REFRESH_MILLIS = 1_000;

    private final CommitContext context;
    private final Map<MessageKey, OutboxKey> keys = new HashMap<>();
    private final Set<MessageKey> loaded = new HashSet<>();
    private final Set<MessageKey> changed = new TreeSet<>();
    private final Map<Identity, Known> known = new HashMap<>();
    private final List<OutboxRow> sent = new ArrayList<>();
    private final List<Finished> finished = new ArrayList<>();

    /** An empty book of one local commit. */
    public OutboxBook(CommitContext context) {
        this.context = context;
    }

    /**
     * What names a message whoever hands it over.
     *
     * @param trace the business transaction
     * @param sub the step
     */
    public record Identity(TraceNumber trace, SubNumber sub) {}

    /**
     * A message on record.
     *
     * @param identity which
     * @param digest of what content
     * @param sent under which number
     */
    public record Known(Identity identity, long digest, Sent sent) {}

    /**
     * Messages of a key that are finished now.
     *
     * @param key the key
     * @param from the first
     * @param to the last
     * @param state done or skipped
     */
    public record Finished(MessageKey key, long from, long to, MessageState state) {
        /** How many. */
        public int count() {
            return Math.toIntExact(to - from + 1);
        }
    }

    /**
     * What is to be written.
     *
     * @param inserted keys that were not there: one that is by then rolls the commit back
     * @param updated keys that were
     * @param sent new messages, in the order of their transactions: so are the keys locked that
     *     others may be inserting (lock-order)
     * @param finished messages that are finished; none of the new ones among them
     */
    public record Changes(
            List<OutboxKey> inserted,
            List<OutboxKey> updated,
            List<OutboxRow> sent,
            List<Finished> finished) {}

    /** Takes up a key's row that was read under its lock. */
    public void load(OutboxKey row) {
        keys.put(row.key(), row);
        loaded.add(row.key());
    }

    /** Takes up a message on record that has the identity of one to be sent. */
    public void load(Known message) {
        known.put(message.identity(), message);
    }

    /** Judges one command by the rows and by what was applied so far. */
    public Check check(OutboxCommand command) {
        if (command instanceof OutboxCommand.Send send) {
            return checkSend(send.message());
        }
        Optional<OutboxKey> row = find(command.key());
        return switch (command) {
            case OutboxCommand.Send _ -> Check.FRESH;
            case OutboxCommand.Acknowledge it -> checkProgress(row, it.key(), it.upTo());
            case OutboxCommand.Refused it -> checkRefused(row, it);
            case OutboxCommand.Postpone it ->
                    row.isPresent() && isNext(row.get(), it.position())
                            ? Check.FRESH
                            : recorded(row.map(Answer::accepted).orElse(Answer.accepted()));
            case OutboxCommand.Retry it -> checkRetry(row, it);
            case OutboxCommand.Skip it -> checkSkip(row, it);
            case OutboxCommand.Replay it -> checkReplay(row, it);
        };
    }

    /** Applies one command whose check was fresh. */
    public Answer apply(OutboxCommand command, Answer soFar) {
        if (!soFar.isAccepted()) {
            return soFar;
        }
        return switch (command) {
            case OutboxCommand.Send it -> send(it.message(), soFar);
            case OutboxCommand.Acknowledge it -> put(finish(row(it.key()), it.upTo()));
            case OutboxCommand.Refused it -> put(refuse(row(it.key()), it));
            case OutboxCommand.Postpone it -> {
                OutboxKey row = row(it.key());
                yield put(row.with(row.state(), row.attempts(), row.said(), it.dueAt()));
            }
            case OutboxCommand.Retry it ->
                    put(row(it.key()).with(KeyState.FLOWING, 0, Outcome.accepted(), now()));
            case OutboxCommand.Skip it -> {
                OutboxKey row = row(it.key());
                yield put(row.with(KeyState.SKIPPING, row.attempts(), row.said(), now()));
            }
            case OutboxCommand.Replay it -> replay(it);
        };
    }

    /** What is to be written, keys in order. */
    public Changes changes() {
        List<OutboxKey> inserted = new ArrayList<>();
        List<OutboxKey> updated = new ArrayList<>();
        for (MessageKey each : changed) {
            (loaded.contains(each) ? updated : inserted).add(row(each));
        }
        List<OutboxRow> rows = new ArrayList<>(sent);
        rows.sort(Comparator.comparing(OutboxRow::trace).thenComparing(OutboxRow::sub));
        return new Changes(inserted, updated, rows, List.copyOf(finished));
    }

    /** The row of a key, as this commit will leave it. */
    public Optional<OutboxKey> find(MessageKey key) {
        return Optional.ofNullable(keys.get(key));
    }

    private Check checkSend(Message message) {
        Known before = known.get(new Identity(message.trace(), message.sub()));
        if (before == null) {
            return Check.FRESH;
        }
        if (context.presumesNew()) {
            // The business before it was only presumed to be new: its own key is to answer.
            return Check.UNSURE;
        }
        if (before.digest() != message.digest()) {
            return new Check.Ended(
                    Answer.refused(
                            OutcomeCode.TRACE_CONTENT_DIFFERS,
                            "message: %s step %s was sent with other content (expected: the same)"
                                    .formatted(message.trace(), message.sub())));
        }
        return recorded(Answer.accepted(before.sent()));
    }

    /** What tells how far a key has come: nothing new where it came that far before. */
    private static Check checkProgress(Optional<OutboxKey> row, MessageKey key, long upTo) {
        if (row.isEmpty() || upTo > row.get().last()) {
            return new Check.Ended(
                    Answer.refused(
                            OutcomeCode.CONTRADICTION,
                            "acknowledged: %s up to %d (expected: at most %d, which were sent)"
                                    .formatted(key, upTo, row.map(OutboxKey::last).orElse(0L))));
        }
        return upTo <= row.get().done() ? recorded(Answer.accepted(row.get())) : Check.FRESH;
    }

    private static Check checkRefused(Optional<OutboxKey> row, OutboxCommand.Refused command) {
        Check progress = checkProgress(row, command.key(), command.position());
        if (progress instanceof Check.Fresh
                && row.isPresent()
                && isNext(row.get(), command.position())
                && row.get().state() != KeyState.FLOWING) {
            return recorded(Answer.accepted(row.get()));
        }
        return progress;
    }

    private static Check checkRetry(Optional<OutboxKey> row, OutboxCommand.Retry command) {
        if (row.isEmpty()) {
            return unknown(command.key());
        }
        boolean dead = row.get().state() == KeyState.DEAD;
        return dead && isNext(row.get(), command.position())
                ? Check.FRESH
                : notNext(row.get(), command.position(), "that is dead");
    }

    private static Check checkSkip(Optional<OutboxKey> row, OutboxCommand.Skip command) {
        if (row.isEmpty()) {
            return unknown(command.key());
        }
        if (!isNext(row.get(), command.position())) {
            return notNext(row.get(), command.position(), "of its key");
        }
        return row.get().state() == KeyState.SKIPPING
                ? recorded(Answer.accepted(row.get()))
                : Check.FRESH;
    }

    private static Check checkReplay(Optional<OutboxKey> row, OutboxCommand.Replay command) {
        return row.isEmpty() || command.rows().isEmpty() ? unknown(command.key()) : Check.FRESH;
    }

    private Answer send(Message message, Answer soFar) {
        OutboxKey before = find(message.key()).orElseGet(() -> OutboxKey.none(message.key()));
        long now = now();
        OutboxKey after = before.withOneMore(now + message.delay().toMillis());
        keys.put(message.key(), after);
        changed.add(message.key());
        Sent place = new Sent(message.key(), after.last());
        Identity identity = new Identity(message.trace(), message.sub());
        known.put(identity, new Known(identity, message.digest(), place));
        sent.add(
                new OutboxRow(
                        message.key(),
                        after.last(),
                        MessageState.READY,
                        message.trace(),
                        message.sub(),
                        message.digest(),
                        message.payload(),
                        now + message.delay().toMillis(),
                        now,
                        0,
                        0,
                        message.label()));
        return soFar.value() == null ? soFar.with(place) : soFar;
    }

    /** Everything up to a number is finished; what was to be skipped has been. */
    private OutboxKey finish(OutboxKey row, long upTo) {
        long from = row.done() + 1;
        if (row.state() == KeyState.SKIPPING) {
            finished.add(new Finished(row.key(), from, from, MessageState.SKIPPED));
            from++;
        }
        if (from <= upTo) {
            finished.add(new Finished(row.key(), from, upTo, MessageState.DONE));
        }
        boolean stale = row.dueAt() == 0 || now() - row.dueAt() >= REFRESH_MILLIS;
        return row.withDone(upTo, stale ? now() : row.dueAt());
    }

    private OutboxKey refuse(OutboxKey before, OutboxCommand.Refused command) {
        OutboxKey row =
                isNext(before, command.position())
                        ? before
                        : finish(before, command.position() - 1);
        int attempts = row.attempts() + 1;
        return attempts >= command.deadAfter()
                ? row.with(KeyState.DEAD, attempts, command.why(), 0)
                : row.with(row.state(), attempts, command.why(), row.dueAt());
    }

    private Answer replay(OutboxCommand.Replay command) {
        OutboxKey root = row(command.key()).withOneMoreReplay();
        keys.put(root.key(), root);
        changed.add(root.key());
        OutboxKey fresh = OutboxKey.none(command.key().ofReplay(root.lastReplay()));
        long now = now();
        for (OutboxRow each : command.rows()) {
            fresh = fresh.withOneMore(now);
            sent.add(
                    new OutboxRow(
                            fresh.key(),
                            fresh.last(),
                            MessageState.READY,
                            each.trace(),
                            each.sub(),
                            each.digest(),
                            each.payload(),
                            now,
                            now,
                            0,
                            each.position(),
                            each.label()));
        }
        return put(fresh);
    }

    private Answer put(OutboxKey row) {
        keys.put(row.key(), row);
        changed.add(row.key());
        return Answer.accepted(row);
    }

    private OutboxKey row(MessageKey key) {
        return find(key).orElseThrow();
    }

    private long now() {
        return context.databaseMillis();
    }

    private static boolean isNext(OutboxKey row, long position) {
        return position == row.done() + 1 && position <= row.last();
    }

    private static Check recorded(Answer answer) {
        return new Check.Ended(answer.asRecorded());
    }

    private static Check unknown(MessageKey key) {
        return new Check.Ended(
                Answer.refused(
                        OutcomeCode.UNKNOWN_MESSAGE,
                        "message: %s (expected: a key under which this cell sent)".formatted(key)));
    }

    private static Check notNext(OutboxKey row, long position, String which) {
        return new Check.Ended(
                Answer.refused(
                        OutcomeCode.MESSAGE_NOT_NEXT,
                        "message: %d of %s, which has come to %d of %d (expected: the next one %s)"
                                .formatted(position, row.key(), row.done(), row.last(), which)));
    }
}
