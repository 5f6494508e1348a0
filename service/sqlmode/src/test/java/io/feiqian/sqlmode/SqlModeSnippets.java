package io.feiqian.sqlmode;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.spi.ServiceChannel;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * What {@code docs/sql-mode.md} shows, so that the build compiles it; {@code SqlModePageTest} holds
 * the page to this file and runs it.
 */
final class SqlModeSnippets {
    private SqlModeSnippets() {}

    static void migrate(Connection connection) throws SQLException {
        SqlMode.install(connection); // feiqian_undo, feiqian_lock and what works on them
        SqlMode.enrol(connection, "account"); // each table that branches may change
        connection.commit();
    }

    static GlobalTransactions open(
            Connection connection, DataSource database, ServiceChannel channel)
            throws SQLException {
        SqlStatements statements =
                new SqlStatements(TableCatalog.load(connection), SqlModeSettings.defaults());
        GlobalTransactions accounts =
                ServiceSetup.of("accounts", database, channel)
                        .with(ServiceActions.none().with(statements))
                        .createTables()
                        .open();
        return accounts;
    }

    static BranchAnswer credit(
            GlobalTransactions accounts, BranchContext context, BigDecimal amount, long account)
            throws SQLException {
        String add = "update account set balance = balance + ? where id = ?";
        BranchAnswer answer =
                accounts.branches()
                        .sql(
                                context,
                                connection -> {
                                    try (PreparedStatement credit =
                                            connection.prepareStatement(add)) {
                                        credit.setBigDecimal(1, amount);
                                        credit.setLong(2, account);
                                        credit.executeUpdate();
                                    }
                                    return Content.EMPTY;
                                });
        return answer;
    }
}
