package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;

/**
 * A service as it should be: the effect and the key of the call are one local commit. Adds the
 * input's {@code amount} to the purse {@code to}; a purse never goes below zero.
 */
final class Purses implements StepService {
    private final DataSource database;

    Purses(DataSource database) {
        this.database = database;
        run(
                "create table if not exists purse (id varchar(20) primary key, balance bigint not null)");
        run(
                "create table if not exists purse_call (trace varchar(40), number varchar(200),"
                        + " standing varchar(20) not null, purse varchar(20), amount bigint,"
                        + " primary key (trace, number))");
    }

    @Override
    public CompletionStage<StepOutcome> call(StepCall call) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                StepOutcome outcome =
                        call.direction() == Direction.FORWARD
                                ? add(connection, call)
                                : takeBack(connection, call);
                connection.commit();
                return CompletableFuture.completedStage(outcome);
            } catch (SQLException failed) {
                connection.rollback();
                return CompletableFuture.completedStage(
                        StepOutcome.unknown(String.valueOf(failed.getMessage())));
            }
        } catch (SQLException away) {
            return CompletableFuture.failedStage(away);
        }
    }

    private StepOutcome add(Connection connection, StepCall call) throws SQLException {
        var input = Json.read(call.input(), 10_000);
        String purse = input.path("to").asText();
        long amount = input.path("amount").longValue();
        if (!isNew(connection, call, "DONE", purse, amount)) {
            return switch (standing(connection, call)) {
                case "DONE", "REVERSED" -> StepOutcome.accepted("{\"purse\": \"" + purse + "\"}");
                case "REFUSED" -> StepOutcome.refused("PURSE_EMPTY", purse);
                default -> StepOutcome.refused("REVERSED_BEFORE", purse);
            };
        }
        if (change(connection, purse, amount) == 1) {
            return StepOutcome.accepted("{\"purse\": \"" + purse + "\"}");
        }
        become(connection, call, "REFUSED");
        return StepOutcome.refused("PURSE_EMPTY", purse);
    }

    private StepOutcome takeBack(Connection connection, StepCall call) throws SQLException {
        var input = Json.read(call.input(), 10_000);
        if (isNew(connection, call, "REFUSES_LATE", "", 0)
                || !standing(connection, call).equals("DONE")) {
            return StepOutcome.accepted();
        }
        become(connection, call, "REVERSED");
        change(connection, input.path("to").asText(), -input.path("amount").longValue());
        return StepOutcome.accepted();
    }

    /** The unique key waits for a call with the same key whose commit is on its way. */
    private static boolean isNew(
            Connection connection, StepCall call, String standing, String purse, long amount)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into purse_call values (?, ?, ?, ?, ?) on conflict do nothing")) {
            insert.setString(1, call.trace().toString());
            insert.setString(2, call.number().toString());
            insert.setString(3, standing);
            insert.setString(4, purse);
            insert.setLong(5, amount);
            return insert.executeUpdate() == 1;
        }
    }

    private static String standing(Connection connection, StepCall call) throws SQLException {
        try (PreparedStatement find =
                connection.prepareStatement(
                        "select standing from purse_call where trace = ? and number = ?"
                                + " for update")) {
            find.setString(1, call.trace().toString());
            find.setString(2, call.number().toString());
            try (ResultSet row = find.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    private static void become(Connection connection, StepCall call, String standing)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update purse_call set standing = ? where trace = ? and number = ?")) {
            update.setString(1, standing);
            update.setString(2, call.trace().toString());
            update.setString(3, call.number().toString());
            update.executeUpdate();
        }
    }

    private static int change(Connection connection, String purse, long amount)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update purse set balance = balance + ? where id = ? and balance + ? >= 0")) {
            update.setLong(1, amount);
            update.setString(2, purse);
            update.setLong(3, amount);
            return update.executeUpdate();
        }
    }

    void open(String purse, long balance) {
        run("insert into purse values ('%s', %d)".formatted(purse, balance));
    }

    long balance(String purse) {
        return number("select balance from purse where id = '" + purse + "'");
    }

    long total() {
        return number("select sum(balance) from purse");
    }

    private long number(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    private void run(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }
}
