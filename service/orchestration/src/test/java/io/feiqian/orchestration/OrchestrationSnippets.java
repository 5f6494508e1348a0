package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * What {@code docs/orchestration.md} shows, so that the build compiles it; {@code
 * OrchestrationPageTest} holds the page to this file and runs it.
 */
final class OrchestrationSnippets {
    private OrchestrationSnippets() {}

    static Definition transfer() {
        Definition transfer =
                Saga.named("transfer", 1)
                        .inputs("from", "to", "amount")
                        .step("debit", "accounts.debit", "accounts.undo-debit")
                        .step("credit", "accounts.credit", "accounts.undo-credit")
                        .definition();
        return transfer;
    }

    static Orchestrations open(
            DataSource database,
            String instance,
            Map<String, StepService> services,
            Executor executor,
            OrchestrationAlarms alarms,
            Definition transfer) {
        JdbcOrchestrationStore.createTables(database);
        JdbcOrchestrationStore store = JdbcOrchestrationStore.over(database);
        Orchestrations engine =
                Orchestrations.open(
                        instance,
                        store,
                        StepServices.of(services),
                        new Orchestrations.Host(
                                executor, Timer.system("sagas"), Clock.system(), alarms),
                        OrchestrationSettings.DEFAULT);
        engine.register(transfer);
        return engine;
    }

    static Begun begin(Orchestrations engine, TraceNumber trace) {
        Begun begun =
                engine.begin(
                        trace, "transfer", "{\"from\": \"A\", \"to\": \"B\", \"amount\": 25.00}");
        begun.ended()
                .thenAccept(result ->
                        System.out.println(result.isCompleted() ? "done" : result.failure()));
        return begun;
    }

    static void beginIn(
            Orchestrations engine, Connection connection, TraceNumber trace, String input)
            throws SQLException {
        StepNumber first = engine.firstStep("transfer");
        debit(connection, trace, first, "A", 25);
        Orchestrations.Prepared prepared =
                engine.beginIn(connection, trace, "transfer", input, Optional.of("{}"));
        connection.commit();
        prepared.go();
    }

    private static void debit(
            Connection connection, TraceNumber trace, StepNumber number, String from, long amount)
            throws SQLException {
        insertKey(connection, trace, number, "DONE");
        add(connection, from, -amount);
    }

    static StepOutcome credit(Connection connection, StepCall call) throws SQLException {
        String first = call.direction() == Direction.FORWARD ? "DONE" : "REFUSES_LATE";
        boolean fresh = insertKey(connection, call.trace(), call.number(), first);
        if (call.direction() == Direction.FORWARD) {
            if (!fresh) {
                return recordedAnswer(connection, call);
            }
            addToBalance(connection, call.input());
            return StepOutcome.accepted("{\"booked\": true}");
        }
        if (!fresh && wasDone(connection, call)) {
            takeFromBalance(connection, call.input());
            markReversed(connection, call);
        }
        return StepOutcome.accepted();
    }

    private static boolean insertKey(
            Connection connection, TraceNumber trace, StepNumber number, String standing)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into step_key values (?, ?, ?) on conflict do nothing")) {
            insert.setString(1, trace.toString());
            insert.setString(2, number.toString());
            insert.setString(3, standing);
            return insert.executeUpdate() == 1;
        }
    }

    private static StepOutcome recordedAnswer(Connection connection, StepCall call)
            throws SQLException {
        return standing(connection, call).equals("REFUSES_LATE")
                ? StepOutcome.refused("REVERSED_BEFORE", "it was reversed before it came")
                : StepOutcome.accepted("{\"booked\": true}");
    }

    private static boolean wasDone(Connection connection, StepCall call) throws SQLException {
        return standing(connection, call).equals("DONE");
    }

    private static String standing(Connection connection, StepCall call) throws SQLException {
        try (PreparedStatement find =
                connection.prepareStatement(
                        "select standing from step_key where trace = ? and number = ? for update")) {
            find.setString(1, call.trace().toString());
            find.setString(2, call.number().toString());
            try (ResultSet row = find.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    private static void markReversed(Connection connection, StepCall call) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update step_key set standing = 'REVERSED' where trace = ? and number = ?")) {
            update.setString(1, call.trace().toString());
            update.setString(2, call.number().toString());
            update.executeUpdate();
        }
    }

    private static void addToBalance(Connection connection, String input) throws SQLException {
        var read = Json.read(input, 1_000);
        add(connection, read.path("to").asText(), read.path("amount").longValue());
    }

    private static void takeFromBalance(Connection connection, String input) throws SQLException {
        var read = Json.read(input, 1_000);
        add(connection, read.path("to").asText(), -read.path("amount").longValue());
    }

    private static void add(Connection connection, String account, long amount)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update balance set amount = amount + ? where id = ?")) {
            update.setLong(1, amount);
            update.setString(2, account);
            update.executeUpdate();
        }
    }
}
