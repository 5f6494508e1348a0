package io.feiqian.transaction;

import io.feiqian.participant.Content;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.storage.Statements;
import io.feiqian.transaction.spi.Participant;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The smallest service that takes part: purses with a balance that is never negative. Its commands
 * of phase two count what they do and recognise nothing, so that whatever happens twice shows.
 */
final class Purses implements Contribution<Purses.Command>, Participant {
    /** What can be asked of purses. */
    sealed interface Command {
        long purse();

        long amount();
    }

    /** An effect with a key of its own; refused where the purse would be overdrawn. */
    record Post(TraceNumber trace, int sub, long purse, long amount) implements Command {}

    /** Phase one of a credit. */
    record Announce(long purse, long amount) implements Command {}

    /** Phase two of a credit. */
    record Capture(TraceNumber trace, int sub, long purse, long amount) implements Command {}

    /** Phase two of a void credit. */
    record Release(long purse, long amount) implements Command {}

    static final String SERVICE = "purses";

    /** With which label each branch came. */
    final Set<String> labels = ConcurrentHashMap.newKeySet();

    private record Key(TraceNumber trace, int sub) {}

    private record Row(long balance, long pending) {}

    private record Entry(Key key, long purse, long amount, OutcomeCode outcome) {}

    static Content credit(long purse, long amount) {
        return Content.ofText(purse + " " + amount);
    }

    /** The initiator's own share of a payment. */
    Share debit(TraceNumber trace, long purse, long amount) {
        return Share.of(new Part<>(this, new Post(trace, 0, purse, -amount)));
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public Share attempt(BranchCall call) {
        labels.add("try " + call.label());
        return share(new Announce(purse(call), amount(call)));
    }

    @Override
    public Share confirm(BranchCall call) {
        labels.add("confirm " + call.label());
        return share(
                new Capture(call.key().trace(), call.key().branch(), purse(call), amount(call)));
    }

    @Override
    public Share cancel(BranchCall call) {
        return share(new Release(purse(call), amount(call)));
    }

    @Override
    public Optional<Share> rebuild(BranchCall call) {
        return Optional.of(
                share(
                        new Post(
                                call.key().trace(),
                                call.key().branch(),
                                purse(call),
                                amount(call))));
    }

    private Share share(Command command) {
        return Share.of(new Part<>(this, command));
    }

    private static long purse(BranchCall call) {
        return Long.parseLong(call.content().text().split(" ", 2)[0]);
    }

    private static long amount(BranchCall call) {
        return Long.parseLong(call.content().text().split(" ", 2)[1]);
    }

    @Override
    public String name() {
        return SERVICE;
    }

    @Override
    public int order() {
        return 100;
    }

    @Override
    public Contribution.Batch<Command> open(CommitContext context) {
        return new PurseBatch();
    }

    private static final class PurseBatch implements Contribution.Batch<Command> {
        private final TreeSet<Long> purses = new TreeSet<>();
        private final List<Key> keys = new ArrayList<>();
        private final Map<Long, Row> rows = new TreeMap<>();
        private final Map<Key, Entry> entries = new HashMap<>();
        private final List<Entry> added = new ArrayList<>();
        private final TreeSet<Long> changed = new TreeSet<>();

        @Override
        public void add(Command command) {
            purses.add(command.purse());
            if (command instanceof Post post) {
                keys.add(new Key(post.trace, post.sub));
            }
        }

        @Override
        public void lock(Statements statements) {
            statements.query(
                    "select id, balance, pending from purse where id = any(?::bigint[])"
                            + " order by id for update",
                    parameters -> parameters.add(longs(purses)),
                    row -> rows.put(row.getLong(1), new Row(row.getLong(2), row.getLong(3))));
        }

        @Override
        public void read(Statements statements) {
            statements.query(
                    "select e.trace_head, e.trace_serial, e.sub, e.purse, e.amount, e.outcome"
                            + " from unnest(?::bigint[], ?::bigint[], ?::int[]) as k(h, s, b)"
                            + " join purse_entry e on e.trace_head = k.h and e.trace_serial = k.s"
                            + " and e.sub = k.b",
                    parameters -> {
                        parameters.add(keys.stream().mapToLong(k -> k.trace.head()).toArray());
                        parameters.add(keys.stream().mapToLong(k -> k.trace.serial()).toArray());
                        parameters.add(keys.stream().mapToInt(Key::sub).toArray());
                    },
                    row -> {
                        Key key =
                                new Key(
                                        new TraceNumber(row.getLong(1), row.getLong(2)),
                                        row.getInt(3));
                        entries.put(
                                key,
                                new Entry(
                                        key,
                                        row.getLong(4),
                                        row.getLong(5),
                                        OutcomeCode.ofNumber(row.getInt(6))));
                    });
        }

        @Override
        public Contribution.Check check(Command command) {
            if (command instanceof Post post) {
                Entry known = entries.get(new Key(post.trace, post.sub));
                if (known != null) {
                    return new Contribution.Check.Ended(
                            new Answer(Outcome.of(known.outcome, "recorded"), known.amount, true));
                }
            }
            return Contribution.Check.FRESH;
        }

        @Override
        public Answer apply(Command command, Answer soFar) {
            if (!soFar.isAccepted()) {
                return soFar;
            }
            Row row = rows.get(command.purse());
            if (row == null) {
                return Answer.refused(
                        OutcomeCode.UNKNOWN_ACCOUNT, "purse: " + command.purse() + " is not there");
            }
            long amount = command.amount();
            return switch (command) {
                case Post post -> post(post, row);
                case Announce _ -> put(command, row.balance, row.pending + amount);
                case Release _ -> put(command, row.balance, row.pending - amount);
                case Capture capture -> {
                    enter(new Key(capture.trace, capture.sub), command, OutcomeCode.ACCEPTED);
                    yield put(command, row.balance + amount, row.pending - amount);
                }
            };
        }

        private Answer post(Post post, Row row) {
            Key key = new Key(post.trace, post.sub);
            if (row.balance + post.amount < 0) {
                enter(key, post, OutcomeCode.INSUFFICIENT_FUNDS);
                return Answer.refused(OutcomeCode.INSUFFICIENT_FUNDS, "purse: " + row.balance);
            }
            enter(key, post, OutcomeCode.ACCEPTED);
            return put(post, row.balance + post.amount, row.pending);
        }

        private void enter(Key key, Command command, OutcomeCode outcome) {
            Entry entry = new Entry(key, command.purse(), command.amount(), outcome);
            entries.put(key, entry);
            added.add(entry);
        }

        private Answer put(Command command, long balance, long pending) {
            rows.put(command.purse(), new Row(balance, pending));
            changed.add(command.purse());
            return Answer.accepted(balance);
        }

        @Override
        public void write(Statements statements) {
            if (!changed.isEmpty()) {
                List<Row> written = changed.stream().map(this::row).toList();
                statements.update(
                        "update purse p set balance = u.b, pending = u.p"
                                + " from unnest(?::bigint[], ?::bigint[], ?::bigint[]) as u(i, b, p)"
                                + " where p.id = u.i",
                        parameters -> {
                            parameters.add(longs(changed));
                            parameters.add(written.stream().mapToLong(Row::balance).toArray());
                            parameters.add(written.stream().mapToLong(Row::pending).toArray());
                        },
                        written.size());
            }
            if (!added.isEmpty()) {
                statements.update(
                        "insert into purse_entry (trace_head, trace_serial, sub, purse, amount,"
                                + " outcome) select * from unnest(?::bigint[], ?::bigint[],"
                                + " ?::int[], ?::bigint[], ?::bigint[], ?::int[])",
                        parameters -> {
                            parameters.add(
                                    added.stream().mapToLong(e -> e.key.trace.head()).toArray());
                            parameters.add(
                                    added.stream().mapToLong(e -> e.key.trace.serial()).toArray());
                            parameters.add(added.stream().mapToInt(e -> e.key.sub).toArray());
                            parameters.add(added.stream().mapToLong(Entry::purse).toArray());
                            parameters.add(added.stream().mapToLong(Entry::amount).toArray());
                            parameters.add(
                                    added.stream().mapToInt(e -> e.outcome.number()).toArray());
                        },
                        added.size());
            }
        }

        private Row row(long id) {
            Row row = rows.get(id);
            if (row == null) {
                throw new IllegalStateException("purse " + id + ": absent (expected: locked)");
            }
            return row;
        }

        private static long[] longs(Set<Long> values) {
            return values.stream().mapToLong(Long::longValue).toArray();
        }
    }
}
