package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Statements;
import io.feiqian.transaction.Resolution.Person;
import io.feiqian.transaction.ResolutionBook.Change;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The proposals' share of a local commit: {@link ResolutionBook} with rows read and written by
 * array statements, and the look-ups of operators. Thread-safe.
 */
public final class ResolutionContribution implements Contribution<ResolutionCommand> {
    private static final int ORDER = 850;

    private static final String COLUMNS =
            "r.id, r.trace_head, r.trace_serial, r.attempt, r.branch, r.slot, r.initiator,"
                    + " r.transaction_digest, r.branch_digest, r.service, r.content,"
                    + " r.business_date, r.way, r.verdict, r.evidence, r.proposed_at,"
                    + " r.expires_at, r.proposer, r.proposal_reason, r.state, r.decider,"
                    + " r.decision_reason, r.decided_at, r.digest";

    private static final String LOCK =
            "select "
                    + COLUMNS
                    + " from resolution r where r.id = any(?::bigint[]) order by r.id for update";

    private static final String INSERT =
            """
            insert into resolution (id, trace_head, trace_serial, attempt, branch, slot, initiator,
                transaction_digest, branch_digest, service, content, business_date, way, verdict,
                evidence, proposed_at, expires_at, proposer, proposal_reason, state, decider,
                decision_reason, decided_at, digest)
            select * from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::int[],
                ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::text[], ?::bytea[], ?::int[],
                ?::int[], ?::int[], ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[],
                ?::int[], ?::text[], ?::text[], ?::bigint[], ?::bigint[])\
            """;

    private static final String DECIDE =
            """
            update resolution r set state = u.state, decider = u.decider,
                decision_reason = u.reason, decided_at = u.decided_at
            from unnest(?::bigint[], ?::int[], ?::text[], ?::text[], ?::bigint[])
                as u(id, state, decider, reason, decided_at)
            where r.id = u.id\
            """;

    private static final String NEXT_ID = "select nextval('resolution_number')";

    private static final String FIND = "select " + COLUMNS + " from resolution r where r.id = ?";

    private static final String OF_TRANSACTION =
            "select "
                    + COLUMNS
                    + " from resolution r where r.trace_serial = ? and r.trace_head = ?"
                    + " order by r.id";

    private static final String OPEN =
            "select "
                    + COLUMNS
                    + " from resolution r where r.state = 1 order by r.proposed_at"
                    + " limit ?";

    @Override
    public String name() {
        return "resolution";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Batch<ResolutionCommand> open(CommitContext context) {
        return new ResolutionBatch(context);
    }

    /** A number for a new proposal, never given before in this cell. */
    public static long nextId(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(NEXT_ID);
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The proposal with this number. */
    public static Optional<Resolution> find(Connection connection, long id) throws SQLException {
        return query(connection, FIND, id).stream().findFirst();
    }

    /** Everything that was ever proposed for this transaction in this cell, the oldest first. */
    public static List<Resolution> of(Connection connection, TraceNumber trace)
            throws SQLException {
        return query(connection, OF_TRANSACTION, trace.serial(), trace.head());
    }

    /** What waits for a second operator, the oldest first; at most so many. */
    public static List<Resolution> open(Connection connection, int atMost) throws SQLException {
        return query(connection, OPEN, atMost);
    }

    private static List<Resolution> query(Connection connection, String sql, long... parameters)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setLong(i + 1, parameters[i]);
            }
            List<Resolution> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(resolution(row));
                }
            }
            return found;
        }
    }

    private static Resolution resolution(ResultSet row) throws SQLException {
        Branch branch =
                Resolution.branch(
                        new BranchKey(
                                new TraceNumber(row.getLong(2), row.getLong(3)),
                                row.getInt(4),
                                row.getInt(5)),
                        new Slot(row.getInt(6)),
                        new CellId(row.getInt(7)),
                        row.getLong(8),
                        row.getLong(9),
                        row.getString(10),
                        Content.of(row.getBytes(11)),
                        BusinessDate.ofNumber(row.getInt(12)));
        return new Resolution(
                row.getLong(1),
                branch,
                Resolution.Way.ofNumber(row.getInt(13)),
                BranchState.ofNumber(row.getInt(14)),
                row.getString(15),
                row.getLong(16),
                row.getLong(17),
                new Person(row.getString(18), row.getString(19)),
                Resolution.State.ofNumber(row.getInt(20)),
                new Person(row.getString(21), row.getString(22)),
                row.getLong(23));
    }

    private static final class ResolutionBatch implements Batch<ResolutionCommand> {
        private static final int DIGEST = 24;

        private final ResolutionBook book;
        private final TreeSet<Long> ids = new TreeSet<>();

        ResolutionBatch(CommitContext context) {
            book = new ResolutionBook(context);
        }

        @Override
        public void add(ResolutionCommand command) {
            ids.add(command.id());
        }

        @Override
        public void lock(Statements statements) {
            long[] keys = ids.stream().mapToLong(Long::longValue).toArray();
            statements.query(
                    LOCK,
                    parameters -> parameters.add(keys),
                    row -> book.load(resolution(row), row.getLong(DIGEST)));
        }

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(ResolutionCommand command) {
            return book.check(command);
        }

        @Override
        public Answer apply(ResolutionCommand command, Answer soFar) {
            return book.apply(command, soFar);
        }

        @Override
        public void write(Statements statements) {
            List<Change> changes = book.changes();
            insert(statements, changes.stream().filter(Change::inserted).map(Change::row).toList());
            decide(
                    statements,
                    changes.stream().filter(each -> !each.inserted()).map(Change::row).toList());
        }

        private static void insert(Statements statements, List<Resolution> rows) {
            if (rows.isEmpty()) {
                return;
            }
            Columns columns = new Columns(rows);
            statements.update(
                    INSERT,
                    parameters -> {
                        parameters.add(columns.longs(Resolution::id));
                        parameters.add(columns.longs(it -> it.branch().key().trace().head()));
                        parameters.add(columns.longs(it -> it.branch().key().trace().serial()));
                        parameters.add(columns.ints(it -> it.branch().key().attempt()));
                        parameters.add(columns.ints(it -> it.branch().key().branch()));
                        parameters.add(columns.ints(it -> it.branch().slot().number()));
                        parameters.add(columns.ints(it -> it.branch().initiator().number()));
                        parameters.add(columns.longs(it -> it.branch().transactionDigest()));
                        parameters.add(columns.longs(it -> it.branch().digest()));
                        parameters.add(columns.texts(it -> it.branch().service()));
                        parameters.add(
                                rows.stream()
                                        .map(it -> it.branch().content().bytes())
                                        .toArray(byte[][]::new));
                        parameters.add(columns.ints(it -> it.branch().businessDate().number()));
                        parameters.add(columns.ints(it -> it.way().number()));
                        parameters.add(columns.ints(it -> it.verdict().number()));
                        parameters.add(columns.texts(Resolution::evidence));
                        parameters.add(columns.longs(Resolution::proposedAt));
                        parameters.add(columns.longs(Resolution::expiresAt));
                        parameters.add(columns.texts(it -> it.proposer().operator()));
                        parameters.add(columns.texts(it -> it.proposer().reason()));
                        parameters.add(columns.ints(it -> it.state().number()));
                        parameters.add(columns.texts(it -> it.decider().operator()));
                        parameters.add(columns.texts(it -> it.decider().reason()));
                        parameters.add(columns.longs(Resolution::decidedAt));
                        parameters.add(columns.longs(Resolution::digest));
                    },
                    rows.size());
        }

        private static void decide(Statements statements, List<Resolution> rows) {
            if (rows.isEmpty()) {
                return;
            }
            Columns columns = new Columns(rows);
            statements.update(
                    DECIDE,
                    parameters -> {
                        parameters.add(columns.longs(Resolution::id));
                        parameters.add(columns.ints(it -> it.state().number()));
                        parameters.add(columns.texts(it -> it.decider().operator()));
                        parameters.add(columns.texts(it -> it.decider().reason()));
                        parameters.add(columns.longs(Resolution::decidedAt));
                    },
                    rows.size());
        }
    }

    /** The columns of some rows as arrays. */
    private record Columns(List<Resolution> rows) {
        long[] longs(java.util.function.ToLongFunction<Resolution> column) {
            return rows.stream().mapToLong(column).toArray();
        }

        int[] ints(java.util.function.ToIntFunction<Resolution> column) {
            return rows.stream().mapToInt(column).toArray();
        }

        String[] texts(java.util.function.Function<Resolution, String> column) {
            return rows.stream().map(column).toArray(String[]::new);
        }
    }
}
