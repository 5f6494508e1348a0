package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** PREPARE TRANSACTION. Stateless. */
final class PostgresPrepared implements PreparedTransactions {
    private static final String IN_DOUBT =
            "select gid from pg_prepared_xacts where database = current_database()"
                    + " and starts_with(gid, '"
                    + PreparedName.PREFIX
                    + "')";

    @Override
    public void requireAllowed(Connection connection) throws SQLException {
        if (setting(connection, "max_prepared_transactions").equals("0")) {
            throw new IllegalStateException(
                    "max_prepared_transactions: 0 (expected: more than the branches of kind XA"
                            + " that are open at once; set it and restart the database, or"
                            + " start this service without XA)");
        }
        if (setting(connection, "lock_timeout").equals("0")) {
            throw new IllegalStateException(
                    "lock_timeout: 0, which is none (expected: a bound for the connections of a"
                            + " service with XA, such as ?options=-c%20lock_timeout=3s in the"
                            + " database's URL)");
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Any transaction can be prepared: its name is not needed before. */
    @Override
    public Connection begin(Connection connection, PreparedName name) {
        return connection;
    }

    @Override
    public void prepare(Connection connection, PreparedName name) throws SQLException {
        try (Statement prepare = connection.createStatement()) {
            prepare.execute("prepare transaction '" + name.text() + "'");
            DurableCommit.require(prepare.getWarnings());
        }
    }

    @Override
    public Map<BranchKey, PreparedName> inDoubt(Connection connection) throws SQLException {
        Map<BranchKey, PreparedName> found = new HashMap<>();
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(IN_DOUBT)) {
            while (row.next()) {
                PreparedName.parse(row.getString(1)).ifPresent(name -> found.put(name.key(), name));
            }
        }
        return found;
    }

    @Override
    public boolean end(Connection connection, Verb verb, PreparedName name) throws SQLException {
        String how = verb == Verb.CONFIRM ? "commit" : "rollback";
        try (Statement end = connection.createStatement()) {
            end.execute(how + " prepared '" + name.text() + "'");
            DurableCommit.require(end.getWarnings());
            return true;
        } catch (SQLException failed) {
            if (DatabaseErrors.isUndefined(failed)) {
                return false;
            }
            throw failed;
        }
    }

    @Override
    public void bound(Connection connection, long timeoutMillis) throws SQLException {
        try (Statement bound = connection.createStatement()) {
            bound.execute("set lock_timeout = " + timeoutMillis);
        }
    }

    @Override
    public void unbound(Connection connection) throws SQLException {
        try (Statement reset = connection.createStatement()) {
            reset.execute("reset lock_timeout");
        }
    }
}
