package io.feiqian.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How large a cell's books are.
 *
 * @param accounts how many accounts there are; beyond 100,000 the database's own estimate, so that
 *     the cost does not grow with them
 * @param entries how many rows the journal holds, recorded refusals and account events among them;
 *     the database's own estimate
 */
public record LedgerCounts(long accounts, long entries) {
    private static final String COUNTS =
            """
            select (select case when n <= 100000 then n else
                        (select n_live_tup from pg_stat_user_tables where relname = 'account') end
                    from (select count(*) as n from (select from account limit 100001) as a) as c),
                (select coalesce(sum(n_live_tup), 0)::bigint from pg_stat_user_tables
                 where relname like 'journal\\_%')\
            """;

    /** The counts now. */
    public static LedgerCounts read(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(COUNTS);
                ResultSet row = select.executeQuery()) {
            row.next();
            return new LedgerCounts(row.getLong(1), row.getLong(2));
        }
    }
}
