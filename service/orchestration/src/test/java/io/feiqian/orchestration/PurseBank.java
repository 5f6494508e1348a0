package io.feiqian.orchestration;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.TemporaryDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A database with purses and an instance {@code one} that moves money between them. */
abstract class PurseBank {
    static final Definition TRANSFER =
            Saga.named("transfer", 1)
                    .inputs("from", "to", "amount")
                    .step(
                            Step.call("debit", "purses.add")
                                    .input("{to: from, amount: 0 - amount}")
                                    .reverse("purses.back"))
                    .step(
                            Step.call("fee", "purses.add")
                                    .input("{to: 'fees', amount: 1}")
                                    .reverse("purses.back"))
                    .step(Step.call("credit", "purses.add").reverse("purses.back"))
                    .definition();

    private static TemporaryDatabase temporary;
    static HikariDataSource database;

    final List<StepCall> calls = Collections.synchronizedList(new ArrayList<>());
    TestEngine one;
    Purses purses;

    @BeforeAll
    static void start() {
        temporary = TemporaryDatabase.create();
        database = TestEngine.pool(temporary.config());
        JdbcOrchestrationStore.createTables(database);
    }

    @AfterAll
    static void stop() {
        database.close();
        temporary.close();
    }

    @BeforeEach
    void open() throws Exception {
        run("drop table if exists purse, purse_call");
        run(
                "truncate feiqian_orchestration, feiqian_orchestration_step,"
                        + " feiqian_orchestration_instance, feiqian_orchestration_definition");
        purses = new Purses(database);
        one = engine("one");
        one.engine.register(TRANSFER);
        purses.open("a", 100);
        purses.open("b", 0);
        purses.open("fees", 0);
    }

    TestEngine engine(String name) {
        TestEngine made = new TestEngine(database, name);
        serve(made);
        return made;
    }

    void serve(TestEngine engine) {
        engine.services.put(
                "purses.add",
                call -> {
                    calls.add(call);
                    return purses.call(call);
                });
        engine.services.put(
                "purses.back",
                call -> {
                    calls.add(call);
                    return purses.call(call);
                });
    }

    @AfterEach
    void close() {
        one.close();
    }

    static void run(String sql) throws Exception {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static Retry quick(Retry retry) {
        return retry.withPauses(Duration.ofMillis(1), Duration.ofMillis(5));
    }

    static String transfer(String from, String to, long amount) {
        return "{\"from\": \"%s\", \"to\": \"%s\", \"amount\": %d}".formatted(from, to, amount);
    }

    /** Asks again and again, with a pause between. */
    static void until(BooleanSupplier condition) {
        try (Timer timer = Timer.system("test-wait")) {
            while (!condition.getAsBoolean()) {
                timer.pause(Duration.ofMillis(10));
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
