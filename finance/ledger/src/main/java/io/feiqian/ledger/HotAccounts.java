package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The accounts that most of the newest journal entries touch.
 *
 * <p>Nothing is indexed by time: every posting would pay for it. The journal is only added to, so
 * its newest rows lie at the end of its months' tables, and the last {@link #TAIL_BLOCKS} blocks of
 * each are all that is read, however long the journal is. Where vacuum has found room of batches
 * that were rolled back, newer rows may lie further up: what is counted is the least there was.
 *
 * @param sinceMillis how far back was looked, by the database's clock
 * @param cut whether there were more entries in the time than were looked at
 * @param entries how many entries were looked at
 * @param accounts the accounts, the hottest first; at most {@link #MOST_ACCOUNTS}
 */
public record HotAccounts(long sinceMillis, boolean cut, long entries, List<Line> accounts) {
    /** How much of each month is read: at 8 KiB a block some 20,000 entries. */
    public static final int TAIL_BLOCKS = 400;

    /** How many accounts are named. */
    public static final int MOST_ACCOUNTS = 20;

    private static final String MONTHS =
            """
            select inhrelid::regclass::text,
                pg_relation_size(inhrelid) / current_setting('block_size')::bigint
            from pg_inherits where inhparent = 'journal'::regclass order by 1\
            """;

    /** Copies the accounts. */
    public HotAccounts {
        accounts = List.copyOf(accounts);
    }

    /**
     * An account and what was posted to it.
     *
     * @param entries how many entries touch it
     * @param turnover debits and credits together, in minor units
     */
    public record Line(
            AccountNumber account, Currency currency, long entries, BigDecimal turnover) {}

    /** Those of the time that has just passed. */
    public static HotAccounts read(Connection connection, Duration past) throws SQLException {
        List<Line> accounts = new ArrayList<>();
        String sql = sql(connection, past);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            long since = row.getLong(1);
            boolean cut = row.getBoolean(2);
            long entries = row.getLong(3);
            for (boolean there = entries > 0; there; there = row.next()) {
                accounts.add(
                        new Line(
                                new AccountNumber(row.getLong(4)),
                                Currency.ofNumber(row.getInt(5)),
                                row.getLong(6),
                                row.getBigDecimal(7)));
            }
            return new HotAccounts(since, cut, entries, accounts);
        }
    }

    /** The statement for the journal as long as it is now. */
    static String sql(Connection connection, Duration past) throws SQLException {
        List<String> tails = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet month = statement.executeQuery(MONTHS)) {
            while (month.next()) {
                tails.add(tail(tails.size(), month.getString(1), month.getLong(2)));
            }
        }
        return hottest(String.join(" union all ", tails), past);
    }

    private static String tail(int part, String month, long blocks) {
        long first = Math.max(0, blocks - TAIL_BLOCKS);
        return """
        select %d as part, %b as cut, debit, credit, currency, amount, posted_at from %s
        where ctid >= '(%d,0)'::tid and entry_no > 0\
        """
                .formatted(part, first > 0, month, first);
    }

    /** Looks back no further than every tail that is only a part of its month reaches. */
    private static String hottest(String tails, Duration past) {
        return """
        with tail as materialized (%1$s),
        asked as (select (extract(epoch from clock_timestamp()) * 1000)::bigint - %2$d as since),
        span as (
            select since as asked, greatest(since, (
                select max(earliest) from (
                    select min(posted_at) as earliest from tail where cut group by part) tails
            )) as since
            from asked),
        recent as (select t.* from tail t join span s on t.posted_at >= s.since),
        hot as (
            select account, currency, count(*) as entries, sum(amount) as turnover
            from (
                select debit as account, currency, amount from recent
                union all
                select credit, currency, amount from recent
            ) legs
            group by account, currency order by entries desc, account limit %3$d)
        select s.since, s.since > s.asked, (select count(*) from recent), hot.*
        from span s left join hot on true order by hot.entries desc, hot.account\
        """
                .formatted(tails, past.toMillis(), MOST_ACCOUNTS);
    }
}
