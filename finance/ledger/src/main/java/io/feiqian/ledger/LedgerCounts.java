package io.feiqian.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How large a cell's books are.
 *
 * @param accounts how many accounts there are
 * @param entries how many rows the journal holds, recorded refusals and account events among them;
 *     the database's own estimate
 */
public record LedgerCounts(long accounts, long entries) {
    private static final String COUNTS =
            """
            select (select count(*) from account),
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
