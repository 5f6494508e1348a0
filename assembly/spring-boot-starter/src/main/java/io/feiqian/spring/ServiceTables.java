package io.feiqian.spring;

import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.sqlmode.BlindWrites;
import io.feiqian.sqlmode.SqlMode;
import io.feiqian.sqlmode.SqlModeSettings;
import io.feiqian.sqlmode.SqlStatements;
import io.feiqian.sqlmode.TableCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The library's tables in the service's database: made, or looked for, at the start. */
final class ServiceTables {
    private static final String THERE =
            "select 1 from feiqian_branch, feiqian_decision, feiqian_answer, feiqian_suspension,"
                    + " feiqian_proposal, feiqian_change where 1 = 0";

    private final DataSource database;
    private final FeiqianProperties properties;

    ServiceTables(DataSource database, FeiqianProperties properties) {
        this.database = database;
        this.properties = properties;
    }

    /** Makes them by this setup where the service may, and looks for them otherwise. */
    void prepare(ServiceSetup setup) throws SQLException {
        if (properties.createTables()) {
            ServiceSetup unused = setup.createTables();
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            if (!properties.createTables()) {
                look(connection);
            } else if (properties.sqlMode().enabled()) {
                SqlMode.install(connection);
                TableCatalog enrolled = TableCatalog.load(connection);
                for (String each : properties.sqlMode().tables()) {
                    // One that is enrolled may have open branches, which only this service ends.
                    if (!enrolled.holds(each)) {
                        SqlMode.enrol(connection, each);
                    }
                }
            }
            connection.commit();
        }
    }

    private static void look(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(THERE);
        } catch (SQLException absent) {
            connection.rollback();
            throw new UnusableSetupException(
                    "The tables of global transactions are not there: " + absent.getMessage(),
                    "Add the text of ServiceSetup.tables(), or on MariaDB of tablesOnMariaDb(), to the"
                            + " service's migrations, or set feiqian.create-tables=true where"
                            + " the service may create tables.",
                    absent);
        }
    }

    StatementUndo sqlMode() throws SQLException {
        FeiqianProperties.SqlModeBranches sql = properties.sqlMode();
        SqlModeSettings settings =
                new SqlModeSettings(
                        sql.lockWait(),
                        sql.undoWait(),
                        sql.blindWrites() ? BlindWrites.ALLOWED : BlindWrites.REFUSED);
        try (Connection connection = database.getConnection()) {
            TableCatalog catalog = TableCatalog.load(connection);
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return new SqlStatements(catalog, settings);
        } catch (SQLException absent) {
            throw new UnusableSetupException(
                    "SQL mode is not installed: " + absent.getMessage(),
                    "Install it and enrol the tables by SqlMode in a migration, or set"
                            + " feiqian.create-tables=true.",
                    absent);
        }
    }
}
