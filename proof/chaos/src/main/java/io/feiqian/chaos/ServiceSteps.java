package io.feiqian.chaos;

import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The steps of sagas and orchestrations at a service: the key of a call and its effect are one
 * commit, a repetition is answered from the key, and a reversal of what never came leaves the key
 * behind (saga-steps).
 */
final class ServiceSteps {
    private static final String DONE = "DONE";
    private static final String REFUSED = "REFUSED";
    private static final String REVERSED = "REVERSED";

    private final DataSource database;

    ServiceSteps(DataSource database) {
        this.database = database;
    }

    /** Does or reverses a step; an exception says nothing of what became of it. */
    StepOutcome call(String trace, String step, Direction direction, Leg leg) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean over = false;
            try {
                StepOutcome outcome =
                        switch (direction) {
                            case FORWARD -> forward(connection, trace, step, leg);
                            case REVERSE -> reverse(connection, trace, step, leg);
                        };
                connection.commit();
                over = true;
                return outcome;
            } finally {
                if (!over) {
                    connection.rollback();
                }
            }
        }
    }

    private static StepOutcome forward(Connection connection, String trace, String step, Leg leg)
            throws SQLException {
        if (!isNew(connection, trace, step, DONE)) {
            String state = state(connection, trace, step).orElse(REFUSED);
            return state.equals(DONE)
                    ? StepOutcome.accepted()
                    : StepOutcome.refused("INSUFFICIENT_FUNDS", "step: " + state);
        }
        try {
            ServiceAccounts.move(connection, trace, part(step), leg);
            return StepOutcome.accepted();
        } catch (RefusedException refused) {
            connection.rollback();
            return isNew(connection, trace, step, REFUSED)
                    ? StepOutcome.refused(refused.code().name(), "step: refused")
                    : StepOutcome.unknown("step: another call of it was quicker");
        }
    }

    private static StepOutcome reverse(Connection connection, String trace, String step, Leg leg)
            throws SQLException {
        if (isNew(connection, trace, step, REVERSED)) {
            return StepOutcome.accepted();
        }
        if (state(connection, trace, step).filter(DONE::equals).isPresent()) {
            ServiceAccounts.takeBack(connection, trace, part(step), leg);
            try (PreparedStatement update =
                    connection.prepareStatement(
                            "update step_key set state = ? where trace = ? and step = ?")) {
                update.setString(1, REVERSED);
                update.setString(2, trace);
                update.setString(3, step);
                update.executeUpdate();
            }
        }
        return StepOutcome.accepted();
    }

    /** Writes the key; where it is there the transaction begins anew. */
    private static boolean isNew(Connection connection, String trace, String step, String state)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into step_key (trace, step, state) values (?, ?, ?)")) {
            insert.setString(1, trace);
            insert.setString(2, step);
            insert.setString(3, state);
            insert.executeUpdate();
            return true;
        } catch (SQLException failed) {
            if (!String.valueOf(failed.getSQLState()).startsWith("23")) {
                throw failed;
            }
            connection.rollback();
            return false;
        }
    }

    private static Optional<String> state(Connection connection, String trace, String step)
            throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        "select state from step_key where trace = ? and step = ? for update")) {
            query.setString(1, trace);
            query.setString(2, step);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }

    private static String part(String step) {
        return "step " + step;
    }
}
