package io.feiqian.ledger;

/**
 * The ledger's statements. Their texts are constants, so that the database prepares each once; rows
 * go in and out as arrays.
 */
final class LedgerSql {
    static final String LOCK_ACCOUNTS =
            """
            select id, customer, currency, status, balance, held, pending, overdraft_limit, open_items
            from account where id = any(?::bigint[]) order by id for update\
            """;

    /**
     * Locks accounts in the order in which they are named, and answers them as {@link
     * #LOCK_ACCOUNTS} does: as they were before, though changed as foreseen.
     */
    static final String CHANGE_ACCOUNTS =
            """
            update account a set balance = a.balance + f.balance, held = a.held + f.held,
                pending = a.pending + f.pending, open_items = a.open_items + f.open_items, room = ''
            from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[])
                as f(id, balance, held, pending, open_items)
            where a.id = f.id
            returning a.id, a.customer, a.currency, a.status, a.balance - f.balance,
                a.held - f.held, a.pending - f.pending, a.overdraft_limit,
                a.open_items - f.open_items\
            """;

    /** The same where nothing but balances is meant to change. */
    static final String CHANGE_BALANCES =
            """
            update account a set balance = a.balance + f.change, room = ''
            from unnest(?::bigint[], ?::bigint[]) as f(id, change)
            where a.id = f.id
            returning a.id, a.customer, a.currency, a.status, a.balance - f.change, a.held,
                a.pending, a.overdraft_limit, a.open_items\
            """;

    static final String LOCK_HOLDS =
            """
            select h.trace_head, h.trace_serial, h.attempt, h.branch, h.account, h.credit, h.amount,
                h.state, h.initiator, h.digest, h.business_date, h.outcome, h.concerns
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[])
                as k(trace_head, trace_serial, attempt, branch)
            join hold h using (trace_head, trace_serial, attempt, branch)
            order by 1, 2, 3, 4 for update of h\
            """;

    /**
     * Locks those of the reservations that are open, in the order in which they are named, and
     * answers them as {@link #LOCK_HOLDS} does: as they were before, though ended as foreseen.
     */
    static final String END_HOLDS =
            """
            update hold h set state = k.state
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[])
                as k(head, serial, attempt, branch, state)
            where h.trace_head = k.head and h.trace_serial = k.serial and h.attempt = k.attempt
                and h.branch = k.branch and h.state = 1
            returning h.trace_head, h.trace_serial, h.attempt, h.branch, h.account, h.credit,
                h.amount, 1, h.initiator, h.digest, h.business_date, h.outcome, h.concerns\
            """;

    /** The columns of a journal row in the order in which {@link LedgerReading} reads them. */
    static final String JOURNAL_COLUMNS =
            "j.trace_head, j.trace_serial, j.sub, j.outcome, j.concerns, j.digest, j.initiator,"
                    + " j.kind, j.debit, j.credit, j.counter, j.amount, j.currency, j.debit_after,"
                    + " j.credit_after, j.business_date, j.entry_no, j.text, j.posted_at";

    private static final String JOURNAL_BY_KEYS =
            "select "
                    + JOURNAL_COLUMNS
                    + " from unnest(?::bigint[], ?::bigint[], ?::int[])"
                    + " as k(trace_head, trace_serial, sub)"
                    + " join journal j on j.trace_head = k.trace_head"
                    + " and j.trace_serial = k.trace_serial and j.sub = k.sub";

    /**
     * Keys that are known already; the bounds of their heads say which months to look into. Each is
     * looked up by itself, which {@code offset 0} keeps so: joined, the plan of an empty journal
     * reads everything between the bounds.
     */
    static final String READ_ENTRIES =
            "select j.* from unnest(?::bigint[], ?::bigint[], ?::int[])"
                    + " as k(trace_head, trace_serial, sub) cross join lateral (select "
                    + JOURNAL_COLUMNS
                    + " from journal j where j.trace_serial = k.trace_serial"
                    + " and j.trace_head = k.trace_head and j.sub = k.sub"
                    + " and j.trace_head between ? and ? offset 0) as j";

    static final String LOCK_ORIGINALS = JOURNAL_BY_KEYS + " order by 1, 2, 3 for update of j";

    static final String READ_REVERSALS =
            """
            select r.original_head, r.original_serial, r.original_sub, r.part, r.amount,
                r.reversal_head, r.reversal_serial, r.reversal_sub
            from unnest(?::bigint[], ?::bigint[], ?::int[]) as k(head, serial, sub)
            join reversal r on r.original_head = k.head and r.original_serial = k.serial
                and r.original_sub = k.sub\
            """;

    static final String INSERT_ACCOUNTS =
            """
            insert into account (id, customer, currency, status, balance, held, pending,
                overdraft_limit, open_items, name)
            select * from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::text[])\
            """;

    static final String UPDATE_ACCOUNTS =
            """
            update account a set balance = u.balance, held = u.held, pending = u.pending,
                open_items = u.open_items, status = u.status, room = ''
            from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::int[])
                as u(id, balance, held, pending, open_items, status)
            where a.id = u.id\
            """;

    /** Where nothing but balances changed. */
    static final String UPDATE_BALANCES =
            """
            update account a set balance = u.balance, room = ''
            from unnest(?::bigint[], ?::bigint[]) as u(id, balance)
            where a.id = u.id\
            """;

    static final String INSERT_HOLDS =
            """
            insert into hold (trace_head, trace_serial, attempt, branch, account, credit, amount,
                state, initiator, digest, business_date, outcome, concerns)
            select u.head, u.serial, u.attempt, u.branch, u.account, u.credit = 1, u.amount, u.state,
                u.initiator, u.digest, u.business_date, u.outcome, nullif(u.concerns, 0)
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::bigint[], ?::int[],
                ?::bigint[], ?::int[], ?::int[], ?::bigint[], ?::int[], ?::int[], ?::bigint[])
                as u(head, serial, attempt, branch, account, credit, amount, state, initiator,
                    digest, business_date, outcome, concerns)\
            """;

    static final String UPDATE_HOLDS =
            """
            update hold h set state = u.state
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[])
                as u(head, serial, attempt, branch, state)
            where h.trace_head = u.head and h.trace_serial = u.serial and h.attempt = u.attempt
                and h.branch = u.branch\
            """;

    static final String INSERT_ENTRIES =
            """
            insert into journal (trace_head, trace_serial, sub, digest, initiator, kind, debit,
                credit, amount, currency, debit_after, credit_after, business_date, entry_no, text,
                outcome, concerns, counter, posted_at)
            select u.head, u.serial, u.sub, u.digest, u.initiator, u.kind, u.debit, u.credit,
                u.amount, u.currency, u.debit_after, u.credit_after, u.business_date, u.entry_no,
                u.text, u.outcome, nullif(u.concerns, 0), nullif(u.counter, 0), ?
            from unnest(?::bigint[], ?::bigint[], ?::int[], ?::bigint[], ?::int[], ?::int[],
                ?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::bigint[], ?::bigint[], ?::int[],
                ?::bigint[], ?::text[], ?::int[], ?::bigint[], ?::bigint[])
                as u(head, serial, sub, digest, initiator, kind, debit, credit, amount, currency,
                    debit_after, credit_after, business_date, entry_no, text, outcome, concerns,
                    counter)\
            """;

    /** The same for one row: the arrays of {@link #INSERT_ENTRIES} cost it more than the rest. */
    static final String INSERT_ENTRY =
            """
            insert into journal (posted_at, trace_head, trace_serial, sub, digest, initiator, kind,
                debit, credit, amount, currency, debit_after, credit_after, business_date, entry_no,
                text, outcome, concerns, counter)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), nullif(?, 0))\
            """;

    static final String INSERT_REVERSALS =
            """
            insert into reversal (original_head, original_serial, original_sub, part, amount,
                reversal_head, reversal_serial, reversal_sub)
            select * from unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::bigint[], ?::int[])\
            """;

    private LedgerSql() {}
}
