package io.feiqian.storage;

import io.feiqian.vocabulary.OutcomeCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The smallest contribution that has everything: rows to lock, keys to recognise, a rule that can
 * refuse, and rows to write.
 */
final class Purses implements Contribution<Purses.Add> {
    /** Adds an amount to a purse once per id. */
    record Add(long id, long purse, long amount, String note) {
        static Add of(long id, long purse, long amount) {
            return new Add(id, purse, amount, "");
        }
    }

    /** What an addition led to. */
    record Added(long balanceAfter, long sequence, int businessDate) {}

    static final String NOTE_THAT_OUR_CODE_CHOKES_ON = "choke";

    /** Whether checks refuse whatever is not on record, as those of a closed day do. */
    private volatile boolean shut;

    /** How many rows too few the contribution claims to have written; a bug on purpose. */
    private final int miscount;

    Purses() {
        this(0);
    }

    Purses(int miscount) {
        this.miscount = miscount;
    }

    /** Refuses, in the check and without a record, whatever is not on record; or no longer. */
    void shut(boolean now) {
        shut = now;
    }

    @Override
    public String name() {
        return "purses";
    }

    @Override
    public int order() {
        return 100;
    }

    @Override
    public Contribution.Batch<Add> open(CommitContext context) {
        return new PurseBatch(context, miscount, shut);
    }

    private static final class PurseBatch implements Contribution.Batch<Add> {
        private final CommitContext context;
        private final int miscount;
        private final boolean shut;
        private final TreeSet<Long> purses = new TreeSet<>();
        private final TreeSet<Long> ids = new TreeSet<>();
        private final Map<Long, Long> balances = new HashMap<>();
        private final Map<Long, Answer> known = new HashMap<>();
        private final List<Add> added = new ArrayList<>();
        private final List<Long> after = new ArrayList<>();

        PurseBatch(CommitContext context, int miscount, boolean shut) {
            this.context = context;
            this.miscount = miscount;
            this.shut = shut;
        }

        @Override
        public void add(Add command) {
            purses.add(command.purse());
            ids.add(command.id());
        }

        @Override
        public void lock(Statements statements) {
            statements.query(
                    "select id, balance from purse where id = any(?) order by id for update",
                    parameters -> parameters.add(longs(purses)),
                    row -> balances.put(row.getLong(1), row.getLong(2)));
        }

        @Override
        public void read(Statements statements) {
            statements.query(
                    "select id, balance_after, sequence, day from purse_entry where id = any(?)",
                    parameters -> parameters.add(longs(ids)),
                    this::readKnown);
        }

        private void readKnown(ResultSet row) throws SQLException {
            Added value = new Added(row.getLong(2), row.getLong(3), row.getInt(4));
            known.put(row.getLong(1), Answer.accepted(value).asRecorded());
        }

        @Override
        public Contribution.Check check(Add command) {
            Answer recorded = known.get(command.id());
            if (recorded != null) {
                return new Contribution.Check.Ended(recorded);
            }
            return shut
                    ? new Contribution.Check.Ended(
                            Answer.refused(OutcomeCode.DAY_CLOSED, "purses: shut (expected: open)"))
                    : Contribution.Check.FRESH;
        }

        @Override
        public Answer apply(Add command, Answer soFar) {
            if (command.note().equals(NOTE_THAT_OUR_CODE_CHOKES_ON)) {
                throw new IllegalStateException("choked on " + command);
            }
            long balance = balances.merge(command.purse(), command.amount(), Long::sum);
            Answer answer =
                    Answer.accepted(
                            new Added(
                                    balance, context.sequence(), context.businessDate().number()));
            known.put(command.id(), answer.asRecorded());
            added.add(command);
            after.add(balance);
            return answer;
        }

        @Override
        public void write(Statements statements) {
            if (added.isEmpty()) {
                return;
            }
            TreeSet<Long> touched = new TreeSet<>();
            added.forEach(each -> touched.add(each.purse()));
            statements.update(
                    "update purse set balance = new.balance"
                            + " from unnest(?::bigint[], ?::bigint[]) as new (id, balance)"
                            + " where purse.id = new.id",
                    parameters -> {
                        parameters.add(longs(touched));
                        parameters.add(
                                touched.stream()
                                        .mapToLong(id -> balances.getOrDefault(id, 0L))
                                        .toArray());
                    },
                    touched.size());
            statements.update(
                    "insert into purse_entry (id, purse, amount, balance_after, note, sequence, day)"
                            + " select id, purse, amount, after, note, ?::bigint, ?::int from"
                            + " unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],"
                            + " ?::text[]) as new (id, purse, amount, after, note)",
                    parameters -> {
                        parameters.add(context.sequence());
                        parameters.add(context.businessDate().number());
                        parameters.add(added.stream().mapToLong(Add::id).toArray());
                        parameters.add(added.stream().mapToLong(Add::purse).toArray());
                        parameters.add(added.stream().mapToLong(Add::amount).toArray());
                        parameters.add(after.stream().mapToLong(Long::longValue).toArray());
                        parameters.add(added.stream().map(Add::note).toArray(String[]::new));
                    },
                    added.size() - miscount);
        }

        private static long[] longs(java.util.SortedSet<Long> values) {
            return values.stream().mapToLong(Long::longValue).toArray();
        }
    }
}
