package io.feiqian.ledger;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts a cell's books again from the journal, in one snapshot: balances against the legs of every
 * account, every balance along the way, reservations against what accounts say is reserved, parts
 * taken back against their originals, and the sum over all accounts against zero. Uses nothing of
 * what the ledger itself computes with.
 */
public final class BooksAudit {
    /** The most findings that are spelled out. */
    public static final int MOST_FINDINGS = 100;

    private static final String SUMS =
            """
            select c.currency, c.balance, c.customers, coalesce(m.moved, 0)
            from (select currency, sum(balance) as balance,
                      coalesce(sum(balance) filter (where customer <> 0), 0) as customers
                  from account group by currency) c
            left join (select currency, sum(amount) as moved from journal where entry_no > 0
                       group by currency) m using (currency)
            order by 1\
            """;

    private static final String PEERS =
            """
            select id / 10000 % 100, currency, sum(balance) from account
            where id / 10000000000 % 100 = 90 group by 1, 2 order by 1, 2\
            """;

    private static final String COUNTS =
            """
            select (select count(*) from account),
                (select count(*) from journal where entry_no > 0),
                (select count(*) from hold where state = 1)\
            """;

    private static final String UNBALANCED_CURRENCIES =
            """
            select 'currency ' || currency || ': all balances together are ' || sum(balance)
                || ' (expected: 0)'
            from account group by currency having sum(balance) <> 0\
            """;

    private static final String WRONG_LEGS =
            """
            select 'journal ' || to_char(trace_head, 'FM000000000000000')
                || to_char(trace_serial, 'FM000000000000000000') || '-' || to_char(sub, 'FM0000')
                || ': account ' || to_char(account, 'FM0000000000000000') || ' has balance '
                || after || ' after it (expected: ' || expected || ')'
            from (
                select trace_head, trace_serial, sub, account, after,
                    sum(signed) over (partition by account order by entry_no) as expected
                from (
                    select trace_head, trace_serial, sub, entry_no, debit as account,
                        -amount as signed, debit_after as after
                    from journal where entry_no > 0
                    union all
                    select trace_head, trace_serial, sub, entry_no, credit, amount, credit_after
                    from journal where entry_no > 0
                ) legs
            ) along where after <> expected\
            """;

    private static final String WRONG_BALANCES =
            """
            select 'account ' || to_char(coalesce(a.id, l.account), 'FM0000000000000000')
                || ': balance ' || coalesce(a.balance::text, 'none')
                || ' (expected: ' || coalesce(l.total, 0) || ' by its legs in the journal)'
            from account a
            full join (
                select account, sum(signed) as total
                from (
                    select debit as account, -amount as signed from journal where entry_no > 0
                    union all
                    select credit, amount from journal where entry_no > 0
                ) legs group by account
            ) l on l.account = a.id
            where a.id is null or a.balance <> coalesce(l.total, 0)\
            """;

    private static final String WRONG_HOLDS =
            """
            select 'account ' || to_char(coalesce(a.id, h.account), 'FM0000000000000000')
                || ': held, pending, open items ' || coalesce(a.held::text, 'none') || ', '
                || coalesce(a.pending::text, 'none') || ', ' || coalesce(a.open_items::text, 'none')
                || ' (expected: ' || coalesce(h.held, 0) || ', ' || coalesce(h.pending, 0) || ', '
                || coalesce(h.items, 0) || ' by its reservations)'
            from account a
            full join (
                select account, count(*) as items,
                    coalesce(sum(amount) filter (where not credit), 0) as held,
                    coalesce(sum(amount) filter (where credit), 0) as pending
                from hold where state = 1 group by account
            ) h on h.account = a.id
            where a.id is null or a.held <> coalesce(h.held, 0)
                or a.pending <> coalesce(h.pending, 0) or a.open_items <> coalesce(h.items, 0)\
            """;

    private static final String WRONG_REVERSALS =
            """
            select 'journal ' || to_char(r.original_head, 'FM000000000000000')
                || to_char(r.original_serial, 'FM000000000000000000') || '-'
                || to_char(r.original_sub, 'FM0000') || ': taken back ' || sum(r.amount)
                || ' (expected: at most ' || coalesce(max(j.amount)::text, 'nothing') || ')'
            from reversal r
            left join journal j on j.trace_head = r.original_head
                and j.trace_serial = r.original_serial and j.sub = r.original_sub
                and j.entry_no > 0
            group by r.original_head, r.original_serial, r.original_sub
            having sum(r.amount) > coalesce(max(j.amount), 0)\
            """;

    private static final String CLOSED_WITH_BALANCE =
            """
            select 'account ' || to_char(id, 'FM0000000000000000') || ': closed with balance '
                || balance || ' and ' || open_items || ' reservations (expected: 0, 0)'
            from account where status = 3 and (balance <> 0 or open_items <> 0)\
            """;

    private static final List<String> FINDINGS =
            List.of(
                    UNBALANCED_CURRENCIES,
                    WRONG_BALANCES,
                    WRONG_LEGS,
                    WRONG_HOLDS,
                    WRONG_REVERSALS,
                    CLOSED_WITH_BALANCE);

    private BooksAudit() {}

    /**
     * Audits the books on a connection that is in no transaction; it is handed back as it came.
     * Everything is read in one REPEATABLE READ transaction that writes nothing.
     */
    public static BooksReport run(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read, read only");
            return read(statement);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static BooksReport read(Statement statement) throws SQLException {
        List<BooksReport.CurrencySum> sums = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(SUMS)) {
            while (row.next()) {
                sums.add(
                        new BooksReport.CurrencySum(
                                Currency.ofNumber(row.getInt(1)),
                                number(row, 2),
                                number(row, 3),
                                number(row, 4)));
            }
        }
        List<BooksReport.PeerPosition> peers = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(PEERS)) {
            while (row.next()) {
                peers.add(
                        new BooksReport.PeerPosition(
                                new CellId(row.getInt(1)),
                                Currency.ofNumber(row.getInt(2)),
                                row.getLong(3)));
            }
        }
        List<String> findings = new ArrayList<>();
        long findingCount = 0;
        for (String each : FINDINGS) {
            try (ResultSet row = statement.executeQuery(each)) {
                while (row.next()) {
                    findingCount++;
                    if (findings.size() < MOST_FINDINGS) {
                        findings.add(row.getString(1));
                    }
                }
            }
        }
        try (ResultSet row = statement.executeQuery(COUNTS)) {
            row.next();
            return new BooksReport(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    sums,
                    peers,
                    findings,
                    findingCount);
        }
    }

    private static long number(ResultSet row, int column) throws SQLException {
        return row.getObject(column, BigDecimal.class).longValueExact();
    }
}
