package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The statements of decisions and branches, and their rows read column by column. The texts are
 * constants, so that the database prepares each once.
 */
final class TransactionSql {
    /** A decision's columns in the order in which {@link #decision} reads them. */
    static final String DECISION_COLUMNS =
            "d.trace_head, d.trace_serial, d.attempt, d.state, d.initiator, d.digest, d.decide_by,"
                    + " d.business_date, d.branches, d.acknowledged, d.outcome, d.message,"
                    + " d.content, d.finished_at";

    static final String LOCK_DECISIONS =
            "select "
                    + DECISION_COLUMNS
                    + " from unnest(?::bigint[], ?::bigint[]) as k(head, serial)"
                    + " join decision d on d.trace_head = k.head and d.trace_serial = k.serial"
                    + " order by 1, 2 for update of d";

    static final String INSERT_DECISIONS =
            """
            insert into decision (trace_head, trace_serial, attempt, state, initiator, digest,
                decide_by, business_date, branches, acknowledged, outcome, message, content,
                finished_at, home_slot)
            select u.head, u.serial, u.attempt, u.state, u.initiator, u.digest, u.decide_by,
                u.business_date, u.branches, u.acknowledged, u.outcome, u.message, u.content,
                nullif(u.finished_at, 0), u.home_slot
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[],
                ?::bigint[], ?::bigint[], ?::int[], ?::bytea[], ?::bigint[], ?::int[], ?::text[],
                ?::bytea[], ?::bigint[], ?::int[])
                as u(head, serial, attempt, state, initiator, digest, decide_by, business_date,
                    branches, acknowledged, outcome, message, content, finished_at, home_slot)\
            """;

    static final String REPLACE_DECISIONS =
            """
            update decision d set attempt = u.attempt, state = u.state, initiator = u.initiator,
                digest = u.digest, decide_by = u.decide_by, business_date = u.business_date,
                branches = u.branches, acknowledged = u.acknowledged, outcome = u.outcome,
                message = u.message, content = u.content, finished_at = nullif(u.finished_at, 0)
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[],
                ?::bigint[], ?::bigint[], ?::int[], ?::bytea[], ?::bigint[], ?::int[], ?::text[],
                ?::bytea[], ?::bigint[])
                as u(head, serial, attempt, state, initiator, digest, decide_by, business_date,
                    branches, acknowledged, outcome, message, content, finished_at)
            where d.trace_head = u.head and d.trace_serial = u.serial\
            """;

    static final String ACKNOWLEDGE_DECISIONS =
            """
            update decision d set acknowledged = u.acknowledged,
                finished_at = nullif(u.finished_at, 0)
            from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                as u(head, serial, acknowledged, finished_at)
            where d.trace_head = u.head and d.trace_serial = u.serial\
            """;

    /**
     * Locks and acknowledges at once, in the order in which they are named; {@link
     * BranchList#write} keeps the number of branches in the second byte. What a row does not list
     * is left out of it, and a row of another attempt or content is left alone.
     */
    static final String MARK_DECISIONS =
            """
            update decision d set acknowledged = d.acknowledged | (k.branches & %1$s),
                finished_at = case when d.acknowledged | (k.branches & %1$s) = %1$s then %2$s end
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::bigint[], ?::bigint[])
                as k(head, serial, attempt, digest, branches)
            where d.trace_head = k.head and d.trace_serial = k.serial and d.attempt = k.attempt
                and d.digest = k.digest and k.branches & %1$s & ~d.acknowledged <> 0
            returning 1\
            """
                    .formatted("((1::bigint << get_byte(d.branches, 1)) - 1)", TransactionSql.NOW);

    /** A branch's columns in the order in which {@link #branch} reads them. */
    static final String BRANCH_COLUMNS =
            "b.trace_head, b.trace_serial, b.attempt, b.branch, b.state, b.slot, b.initiator,"
                    + " b.transaction_digest, b.digest, b.service, b.content, b.decide_by,"
                    + " b.business_date, b.outcome, b.message, b.finished_at";

    static final String LOCK_BRANCHES =
            "select "
                    + BRANCH_COLUMNS
                    + " from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[])"
                    + " as k(head, serial, attempt, branch)"
                    + " join branch b on b.trace_head = k.head and b.trace_serial = k.serial"
                    + " and b.attempt = k.attempt and b.branch = k.branch"
                    + " order by 1, 2, 3, 4 for update of b";

    static final String INSERT_BRANCHES =
            """
            insert into branch (trace_head, trace_serial, attempt, branch, state, slot, initiator,
                transaction_digest, digest, service, content, decide_by, business_date, outcome,
                message, finished_at)
            select u.head, u.serial, u.attempt, u.branch, u.state, u.slot, u.initiator,
                u.transaction_digest, u.digest, u.service, u.content, u.decide_by, u.business_date,
                u.outcome, u.message, nullif(u.finished_at, 0)
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[], ?::int[],
                ?::int[], ?::bigint[], ?::bigint[], ?::text[], ?::bytea[], ?::bigint[], ?::int[],
                ?::int[], ?::text[], ?::bigint[])
                as u(head, serial, attempt, branch, state, slot, initiator, transaction_digest,
                    digest, service, content, decide_by, business_date, outcome, message,
                    finished_at)\
            """;

    /**
     * Locks those of the branches that are tried and not finished, in the order in which they are
     * named, and answers them as {@link #LOCK_BRANCHES} does: as they were before, though finished.
     * The sum keeps the index of tried branches out of it: every branch leaves a dead entry there,
     * and a plan made for an empty table read all of them each time (decision 0024).
     */
    static final String END_BRANCHES =
            """
            update branch b set state = k.state, finished_at = %s
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[])
                as k(head, serial, attempt, branch, state)
            where b.trace_head = k.head and b.trace_serial = k.serial and b.attempt = k.attempt
                and b.branch = k.branch and b.state + 0 = 1
            returning b.trace_head, b.trace_serial, b.attempt, b.branch, 1, b.slot, b.initiator,
                b.transaction_digest, b.digest, b.service, b.content, b.decide_by,
                b.business_date, b.outcome, b.message, 0\
            """
                    .formatted(TransactionSql.NOW);

    static final String FINISH_BRANCHES =
            """
            update branch b set state = u.state, finished_at = u.finished_at
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[], ?::bigint[])
                as u(head, serial, attempt, branch, state, finished_at)
            where b.trace_head = u.head and b.trace_serial = u.serial and b.attempt = u.attempt
                and b.branch = u.branch\
            """;

    /** The database's clock, milliseconds since 1970. */
    static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    /** The database's clock, for those outside a commit. */
    static final String CLOCK = "select " + NOW;

    /** What recovery may have to finish; the rows are candidates, every answer comes later. */
    static final String UNFINISHED_DECISIONS =
            "select "
                    + DECISION_COLUMNS
                    + " from decision d where d.finished_at is null and d.decide_by < "
                    + NOW
                    + " - ? order by d.decide_by limit ?";

    /** The same for scans: what operators have suspended is nobody's to take up. */
    static final String UNFINISHED_NOT_SUSPENDED =
            "select "
                    + DECISION_COLUMNS
                    + " from decision d where d.finished_at is null and d.decide_by < "
                    + NOW
                    + " - ? and not exists (select 1 from suspension s where s.trace_serial ="
                    + " d.trace_serial and s.trace_head = d.trace_head)"
                    + " order by d.decide_by limit ?";

    static final String OVERDUE_BRANCHES =
            "select "
                    + BRANCH_COLUMNS
                    + " from branch b where b.state = 1 and b.decide_by < "
                    + NOW
                    + " - ? order by b.decide_by limit ?";

    /** The same for scans. */
    static final String OVERDUE_NOT_SUSPENDED =
            "select "
                    + BRANCH_COLUMNS
                    + " from branch b where b.state = 1 and b.decide_by < "
                    + NOW
                    + " - ? and not exists (select 1 from suspension s where s.trace_serial ="
                    + " b.trace_serial and s.trace_head = b.trace_head)"
                    + " order by b.decide_by limit ?";

    /** What is suspended or waits for a second operator keeps all of its rows (cleaning). */
    private static final String NOT_IN_HAND =
            """
            not exists (select 1 from suspension s
                    where s.trace_serial = t.trace_serial and s.trace_head = t.trace_head)
                and not exists (select 1 from resolution r where r.state = 1
                    and r.trace_serial = t.trace_serial and r.trace_head = t.trace_head)\
            """;

    /**
     * Finished decisions of a certain age: what is void soon, what is final only once its trace
     * number is not recognised any more. Without the row, a repetition whose try fails would be
     * voided and told that nothing happened.
     */
    static final String CLEAN_DECISIONS =
            """
            delete from decision where ctid = any(array(
                select t.ctid from decision t
                where t.finished_at < %s - ? and (t.state = 2 or t.finished_at < %s - ?)
                and %s
                limit ? for update of t skip locked))\
            """
                    .formatted(NOW, NOW, NOT_IN_HAND);

    static final String CLEAN_BRANCHES =
            """
            delete from branch where ctid = any(array(
                select t.ctid from branch t
                where t.finished_at < %s - ? and t.decide_by < %s - ?
                and %s
                limit ? for update of t skip locked))\
            """
                    .formatted(NOW, NOW, NOT_IN_HAND);

    /** Alarms of a certain age about what has no unfinished record. */
    static final String CLEAN_ALARMS =
            """
            delete from transaction_alarm where ctid = any(array(
                select t.ctid from transaction_alarm t
                where t.last_at < %1$s - ? and t.last_at < %1$s - ?
                and not exists (select 1 from decision d where d.finished_at is null
                    and d.trace_serial = t.trace_serial and d.trace_head = t.trace_head)
                and not exists (select 1 from branch b where b.state = 1
                    and b.trace_serial = t.trace_serial and b.trace_head = t.trace_head)
                and %2$s
                limit ? for update of t skip locked))\
            """
                    .formatted(NOW, NOT_IN_HAND);

    private TransactionSql() {}

    static Decision decision(ResultSet row) throws SQLException {
        return new Decision(
                new TraceNumber(row.getLong(1), row.getLong(2)),
                row.getInt(3),
                DecisionState.ofNumber(row.getInt(4)),
                new CellId(row.getInt(5)),
                row.getLong(6),
                row.getLong(7),
                BusinessDate.ofNumber(row.getInt(8)),
                BranchList.read(row.getBytes(9)),
                row.getLong(10),
                outcome(row.getInt(11), row.getString(12)),
                Content.of(row.getBytes(13)),
                row.getLong(14));
    }

    static Branch branch(ResultSet row) throws SQLException {
        return new Branch(
                new BranchKey(
                        new TraceNumber(row.getLong(1), row.getLong(2)),
                        row.getInt(3),
                        row.getInt(4)),
                BranchState.ofNumber(row.getInt(5)),
                new Slot(row.getInt(6)),
                new CellId(row.getInt(7)),
                row.getLong(8),
                row.getLong(9),
                row.getString(10),
                Content.of(row.getBytes(11)),
                row.getLong(12),
                BusinessDate.ofNumber(row.getInt(13)),
                outcome(row.getInt(14), row.getString(15)),
                row.getLong(16));
    }

    /** The message as a column holds it: nothing where it is empty, and no character it refuses. */
    static @Nullable String message(Outcome outcome) {
        String message = outcome.message();
        return message.isEmpty() ? null : message.replace('\0', '?');
    }

    private static Outcome outcome(int code, @Nullable String message) {
        return Outcome.of(OutcomeCode.ofNumber(code), message == null ? "" : message);
    }
}
