package io.feiqian.benchmarks;

import io.feiqian.ledger.BooksAudit;
import io.feiqian.ledger.BooksReport;
import io.feiqian.ledger.JournalPartitions;
import io.feiqian.ledger.LedgerContribution;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.routing.RouteMap;
import io.feiqian.storage.CellDatabase;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Slot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/** One of the two cells between which money moves: its database with open accounts. */
final class TransferCell implements AutoCloseable {
    static final BusinessDate DAY = BusinessDate.parse("2026-03-02");
    static final RouteMap MAP = RouteMap.evenly(2);
    private static final long OPENING_BALANCE = 1_000_000_000L;
    private static final int SLOTS = 4_950;

    private final CellId id;
    private final CellDatabase database;
    private final LedgerContribution ledger =
            new LedgerContribution(LedgerRules.DEFAULT, alarm -> {});
    private final AccountNumber[] accounts;

    TransferCell(CellId id, BenchDatabase bench, int count) throws SQLException {
        this.id = id;
        this.database =
                CellDatabase.open(
                        bench.postgres().database(), id, List.of("transaction", "ledger"));
        database.ownership().initialise(MAP);
        database.businessDays().initialise(DAY);
        int firstSlot = SLOTS * (id.number() - 1);
        this.accounts = new AccountNumber[count];
        for (int i = 0; i < count; i++) {
            Slot slot = new Slot(firstSlot + i % SLOTS);
            accounts[i] = AccountNumber.of(slot, AccountNumber.Kind.CUSTOMER, i);
        }
        try (Connection connection = database.pool().getConnection()) {
            JournalPartitions.ensure(connection, LedgerRules.DEFAULT, DAY);
            open(connection);
        }
    }

    CellId id() {
        return id;
    }

    CellDatabase database() {
        return database;
    }

    LedgerContribution ledger() {
        return ledger;
    }

    AccountNumber account(int index) {
        return accounts[index];
    }

    /** Refuses books that do not balance: the cell's own sum, and what is left half done. */
    void requireBalanced() throws SQLException {
        require("select coalesce(sum(balance), 0) from account", 0);
        require("select count(*) from account where pending <> 0 or held <> 0", 0);
        require("select count(*) from branch where state = 1", 0);
    }

    /** What this cell owes the other, in minor units. */
    long owes(CellId peer) throws SQLException {
        try (Connection connection = database.pool().getConnection()) {
            return BooksAudit.run(connection).peers().stream()
                    .filter(each -> each.peer().equals(peer))
                    .mapToLong(BooksReport.PeerPosition::balance)
                    .sum();
        }
    }

    private void require(String sql, long expected) throws SQLException {
        long found = number(sql);
        if (found != expected) {
            throw new IllegalStateException(
                    "%s: %d in %s (expected: %d)".formatted(sql, found, id, expected));
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private void open(Connection connection) throws SQLException {
        Object[] ids = Arrays.stream(accounts).map(AccountNumber::number).toArray();
        AccountNumber desk = AccountNumber.of(Slot.pinnedTo(id), AccountNumber.Kind.CASH, 1);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into account (id, customer, balance, currency)
                        select id, id, %1$d, %2$d from unnest(?::bigint[]) as id
                        union all select %3$d, 0, -%1$d::bigint * %4$d, %2$d\
                        """
                                .formatted(
                                        OPENING_BALANCE,
                                        Currency.CZK.number(),
                                        desk.number(),
                                        accounts.length))) {
            statement.setArray(1, connection.createArrayOf("bigint", ids));
            statement.execute();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("vacuum analyze account");
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
