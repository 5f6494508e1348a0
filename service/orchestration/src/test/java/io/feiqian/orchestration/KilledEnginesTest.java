package io.feiqian.orchestration;

import static io.feiqian.orchestration.PurseBank.transfer;
import static io.feiqian.orchestration.PurseBank.until;
import static io.feiqian.orchestration.TestEngine.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.runtime.Randomness;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Instances over one PostgreSQL that die one after the other in the middle of their work. */
@Timeout(180)
final class KilledEnginesTest {
    private static final int TRANSFERS = 300;
    private static final int DEATHS = 6;

    private static TemporaryDatabase temporary;
    private static HikariDataSource database;

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

    @Test
    @Requirement({"B11.2-a", "D7.1-b", "P6.3.3-a.1", "P6.3.3-a.2"})
    void noMoneyIsLostOrMadeWhileInstancesDieAndAnswersGetLost() {
        Purses purses = new Purses(database);
        Randomness random = Randomness.seeded(7);
        for (int i = 0; i < 10; i++) {
            purses.open("p" + i, 100);
        }
        List<TraceNumber> traces = new ArrayList<>();
        List<TestEngine> engines = new ArrayList<>();
        TestEngine survivor = engine("survivor", purses);
        for (int i = 0; i < DEATHS; i++) {
            engines.add(engine("mortal" + i, purses));
        }
        int next = 0;
        for (int i = 0; i < TRANSFERS; i++) {
            TestEngine chosen = i % 4 == 0 ? survivor : engines.get(next);
            TraceNumber trace = TestEngine.trace();
            traces.add(trace);
            String from = "p" + random.nextInt(10);
            // One of thirteen has no such purse and is reversed.
            String to = "p" + random.nextInt(13);
            chosen.engine.begin(trace, "transfer", transfer(from, to, 1 + random.nextInt(60)));
            if (i % (TRANSFERS / DEATHS) == TRANSFERS / DEATHS - 1) {
                engines.get(next).kill();
                next = Math.min(next + 1, DEATHS - 1);
            }
        }
        until(() -> survivor.queries().countOpen().isEmpty());

        long completed = 0;
        long known = 0;
        for (TraceNumber each : traces) {
            // What died before its start was durable never began.
            var row = survivor.engine.find(each);
            known += row.stream().count();
            completed +=
                    row.stream()
                            .filter(found -> found.phase() == OrchestrationPhase.COMPLETED)
                            .count();
        }
        assertThat(purses.total()).isEqualTo(1_000);
        assertThat(completed).isBetween(TRANSFERS / 5L, known - TRANSFERS / 20);
        assertThat(survivor.engine.driving()).isZero();
        survivor.close();
        engines.forEach(TestEngine::close);
    }

    /** Its services lose one answer of five, and one request of ten. */
    private static TestEngine engine(String name, Purses purses) {
        TestEngine made = new TestEngine(database, name);
        Randomness random = Randomness.seeded(name.hashCode());
        StepService lossy = call -> lossy(purses, random, call);
        made.services.put("add", lossy);
        made.services.put("back", lossy);
        made.engine.register(
                Saga.named("transfer", 1)
                        .inputs("from", "to", "amount")
                        .step(
                                Step.call("debit", "add")
                                        .input("{to: from, amount: 0 - amount}")
                                        .reverse("back")
                                        .retry(KilledEnginesTest::quick))
                        .step(
                                Step.call("credit", "add")
                                        .reverse("back")
                                        .retry(KilledEnginesTest::quick))
                        .definition());
        return made;
    }

    private static Retry quick(Retry retry) {
        return retry.withPauses(Duration.ofMillis(1), Duration.ofMillis(20));
    }

    private static CompletionStage<StepOutcome> lossy(
            Purses purses, Randomness random, StepCall call) {
        int luck;
        synchronized (random) {
            luck = random.nextInt(10);
        }
        if (luck == 0) {
            return CompletableFuture.completedStage(StepOutcome.unknown("lost"));
        }
        StepOutcome outcome = get(purses.call(call));
        return CompletableFuture.completedStage(
                luck < 3 ? StepOutcome.unknown("answer lost") : outcome);
    }
}
