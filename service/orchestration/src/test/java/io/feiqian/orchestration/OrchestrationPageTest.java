package io.feiqian.orchestration;

import static io.feiqian.orchestration.TestEngine.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the page shows is what the build compiles, and it does what the page says. */
@Timeout(120)
final class OrchestrationPageTest {
    /** Surefire runs in the module's folder. */
    private static final Path PAGE = Path.of("../../docs/orchestration.md");

    private static final Path SNIPPETS =
            Path.of("src/test/java/io/feiqian/orchestration/OrchestrationSnippets.java");

    @Test
    void everySnippetInJavaIsCompiledByTheBuild() throws IOException {
        String source = Files.readString(SNIPPETS).replaceAll("\\s+", "");
        List<String> shown = blocks("java");

        assertThat(shown).hasSize(5);
        shown.forEach(each -> assertThat(source).contains(each.replaceAll("\\s+", "")));
    }

    @Test
    void theDefinitionInJsonIsOneThatIsTaken() throws IOException {
        Definition read = Definition.parse(blocks("json").get(0));

        assertThat(read.calls())
                .containsOnlyKeys(
                        "fund", "check", "small/write", "book", "tax", "wire", "post", "tell");
    }

    @Test
    void everyCodeIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        for (Flaw.Code each : Flaw.Code.values()) {
            assertThat(page).contains("| `" + each + "` |");
        }
        for (OrchestrationAlarms.Kind each : OrchestrationAlarms.Kind.values()) {
            assertThat(page).contains("`" + each + "`");
        }
        for (OutcomeCode each :
                List.of(
                        OutcomeCode.UNKNOWN_DEFINITION,
                        OutcomeCode.DEFINITION_DIFFERS,
                        OutcomeCode.TRACE_EXPIRED,
                        OutcomeCode.OVERLOADED)) {
            assertThat(page).contains("`" + each + "`");
        }
    }

    @Test
    void theTransferOfThePageMovesMoneyAndItsServiceKeepsItsPromises() throws Exception {
        try (TemporaryDatabase temporary = TemporaryDatabase.create();
                HikariDataSource database = TestEngine.pool(temporary.config());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            run(database, "create table balance (id varchar(10) primary key, amount bigint)");
            run(
                    database,
                    "create table step_key (trace varchar(40), number varchar(200),"
                            + " standing varchar(20), primary key (trace, number))");
            run(database, "insert into balance values ('A', 100), ('B', 0)");
            StepService credit = call -> inOneCommit(database, call);
            StepService debit = call -> CompletableFuture.completedStage(StepOutcome.accepted());
            Map<String, StepService> services =
                    Map.of(
                            "accounts.debit", debit,
                            "accounts.undo-debit", debit,
                            "accounts.credit", credit,
                            "accounts.undo-credit", credit);
            try (Orchestrations engine =
                    OrchestrationSnippets.open(
                            database,
                            "page",
                            services,
                            threads,
                            (kind, trace, message) -> {},
                            OrchestrationSnippets.transfer())) {
                TraceNumber trace = trace(1);
                assertThat(get(OrchestrationSnippets.begin(engine, trace).ended()).isCompleted())
                        .isTrue();
                assertThat(amount(database, "B")).isEqualTo(25);

                TraceNumber own = trace(2);
                try (Connection connection = database.getConnection()) {
                    connection.setAutoCommit(false);
                    OrchestrationSnippets.beginIn(
                            engine,
                            connection,
                            own,
                            "{\"from\": \"A\", \"to\": \"B\", \"amount\": 25}");
                }
                assertThat(get(engine.await(own)).isCompleted()).isTrue();
                assertThat(amount(database, "A")).isEqualTo(75);
                assertThat(amount(database, "B")).isEqualTo(50);

                StepCall late = call(trace(3), Direction.FORWARD);
                get(credit.call(call(late.trace(), Direction.REVERSE)));
                assertThat(get(credit.call(late))).isInstanceOf(StepOutcome.Refused.class);
                assertThat(amount(database, "B")).isEqualTo(50);
            }
        }
    }

    private static CompletableFuture<StepOutcome> inOneCommit(
            HikariDataSource database, StepCall call) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            StepOutcome outcome = OrchestrationSnippets.credit(connection, call);
            connection.commit();
            return CompletableFuture.completedFuture(outcome);
        } catch (SQLException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private static StepCall call(TraceNumber trace, Direction direction) {
        return new StepCall(
                trace,
                StepNumber.parse("1:credit"),
                direction,
                1,
                "accounts.credit",
                "{\"to\": \"B\", \"amount\": 7}",
                Optional.empty(),
                Duration.ofSeconds(1));
    }

    private static TraceNumber trace(long serial) {
        LocalDate today = LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC);
        return TraceNumber.of(new BusinessDate(today), new Slot(1), 1, serial);
    }

    private static void run(HikariDataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long amount(HikariDataSource database, String id) throws SQLException {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "select amount from balance where id = '" + id + "'")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> all = new ArrayList<>();
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE));
        while (block.find()) {
            all.add(block.group(1));
        }
        return all;
    }
}
