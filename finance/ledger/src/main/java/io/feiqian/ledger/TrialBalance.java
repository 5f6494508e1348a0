package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
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
 * What a cell's accounts hold by currency and kind, all at one moment. Believes the balances as
 * they stand, which {@link BooksAudit} does not. Amounts in minor units, of any size.
 *
 * @param lines in order of currency and kind; inter-cell accounts by peer
 */
public record TrialBalance(List<Line> lines) {
    /** All accounts are looked at once, also those of a peer in all their parts. */
    private static final String LINES =
            """
            select currency, min(id), case when class = 90 then id / 10000 % 100 else 0 end as peer,
                count(*), sum(balance), sum(held), sum(pending)
            from (select *, id / 10000000000 % 100 as class from account) a
            group by currency, class, peer order by currency, class, peer\
            """;

    /** Copies the lines. */
    public TrialBalance {
        lines = List.copyOf(lines);
    }

    /**
     * The accounts of one currency and kind.
     *
     * @param peer the other cell's number, of inter-cell accounts; else 0
     * @param accounts how many there are
     */
    public record Line(
            Currency currency,
            AccountNumber.Kind kind,
            int peer,
            long accounts,
            BigDecimal balance,
            BigDecimal held,
            BigDecimal pending) {}

    /** Reads every account, so whoever asks says how long that may take. */
    public static TrialBalance read(Connection connection) throws SQLException {
        List<Line> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LINES)) {
            while (row.next()) {
                lines.add(
                        new Line(
                                Currency.ofNumber(row.getInt(1)),
                                new AccountNumber(row.getLong(2)).kind(),
                                row.getInt(3),
                                row.getLong(4),
                                row.getBigDecimal(5),
                                row.getBigDecimal(6),
                                row.getBigDecimal(7)));
            }
        }
        return new TrialBalance(lines);
    }

    /**
     * What this cell owes others, as {@link BooksAudit} says it.
     *
     * @throws ArithmeticException where that is beyond a {@code long}
     */
    public List<BooksReport.PeerPosition> peers() {
        return lines.stream()
                .filter(line -> line.kind() == AccountNumber.Kind.INTER_CELL)
                .map(line ->
                        new BooksReport.PeerPosition(
                                new CellId(line.peer()),
                                line.currency(),
                                line.balance().longValueExact()))
                .toList();
    }
}
