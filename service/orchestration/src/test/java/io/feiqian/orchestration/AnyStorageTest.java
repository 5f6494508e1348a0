package io.feiqian.orchestration;

import static io.feiqian.orchestration.PurseBank.transfer;
import static io.feiqian.orchestration.PurseBank.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.runtime.Randomness;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that knows neither SQL nor transactions takes part, wrapped as a service. */
@Timeout(120)
final class AnyStorageTest {
    private static final int TRANSFERS = 120;

    @TempDir Path folder;

    /**
     * Half of the money lies in PostgreSQL and half in a file whose service crashes and returns.
     */
    @Test
    @Requirement("S.dtx-6")
    void moneyMovesBetweenADatabaseAndAFileThatTearsAndIsNeitherLostNorMade() throws Exception {
        Path path = folder.resolve("purses");
        CrashingFile file = new CrashingFile(path);
        for (int i = 0; i < 5; i++) {
            file.file().open("f" + i, 100);
        }
        try (TemporaryDatabase temporary = TemporaryDatabase.create();
                HikariDataSource database = TestEngine.pool(temporary.config())) {
            JdbcOrchestrationStore.createTables(database);
            Purses purses = new Purses(database);
            for (int i = 0; i < 5; i++) {
                purses.open("d" + i, 100);
            }
            try (TestEngine engine = new TestEngine(database, "one")) {
                engine.services.put("database", purses);
                engine.services.put("file", file);
                register(engine, "in", "database", "file");
                register(engine, "out", "file", "database");
                for (int i = 0; i < TRANSFERS; i++) {
                    boolean in = i % 2 == 0;
                    // One of six has no such purse and is reversed.
                    String from = (in ? "d" : "f") + i % 5;
                    String to = (in ? "f" : "d") + (i * 7 % 6);
                    engine.engine.begin(
                            TestEngine.trace(), in ? "in" : "out", transfer(from, to, 1 + i % 40));
                }
                until(() -> engine.queries().countOpen().isEmpty());

                assertThat(file.calls()).isGreaterThan(TRANSFERS);
            }
            assertThat(purses.total() + file.file().total()).isEqualTo(1_000);
            assertThat(file.file().total()).isNotEqualTo(500);
            try (FilePurses again = new FilePurses(path)) {
                assertThat(again.total()).isEqualTo(file.file().total());
            }
        }
        file.file().close();
    }

    private static void register(TestEngine engine, String name, String from, String to) {
        engine.engine.register(
                Saga.named(name, 1)
                        .inputs("from", "to", "amount")
                        .step(
                                Step.call("debit", from)
                                        .input("{to: from, amount: 0 - amount}")
                                        .reverse(from)
                                        .retry(PurseBank::quick))
                        .step(Step.call("credit", to).reverse(to).retry(PurseBank::quick))
                        .definition());
    }

    /** Every ninth call finds the service torn down; one answer of six gets lost. */
    private static final class CrashingFile implements StepService {
        private final Path path;
        private final Randomness random = Randomness.seeded(11);
        private FilePurses file;
        private int calls;

        CrashingFile(Path path) {
            this.path = path;
            this.file = new FilePurses(path);
        }

        synchronized FilePurses file() {
            return file;
        }

        @Override
        public synchronized CompletionStage<StepOutcome> call(StepCall call) {
            calls++;
            if (calls % 9 == 0) {
                try {
                    file.tear();
                } catch (IOException failed) {
                    return CompletableFuture.failedStage(failed);
                }
                file = new FilePurses(path);
                return CompletableFuture.completedStage(StepOutcome.unknown("crashed"));
            }
            CompletionStage<StepOutcome> answer = file.call(call);
            return random.nextInt(6) == 0
                    ? CompletableFuture.completedStage(StepOutcome.unknown("answer lost"))
                    : answer;
        }

        synchronized int calls() {
            return calls;
        }
    }
}
