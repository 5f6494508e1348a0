package io.feiqian.orchestration;

import static io.feiqian.orchestration.TestEngine.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rows on a real PostgreSQL. */
@Timeout(120)
final class JdbcOrchestrationStoreTest {
    private static final Definition ONE = Saga.named("one", 1).step("a", "do", "undo").definition();
    private static final OrchestrationState BEGUN = OrchestrationState.begun(Json.read("{}", 10));

    private static TemporaryDatabase temporary;
    private static HikariDataSource database;

    private JdbcOrchestrationStore store;

    @BeforeAll
    static void start() {
        temporary = TemporaryDatabase.create();
        database = TestEngine.pool(temporary.config());
        JdbcOrchestrationStore.createTables(database);
        JdbcOrchestrationStore.createTables(database);
    }

    @AfterAll
    static void stop() {
        database.close();
        temporary.close();
    }

    @BeforeEach
    void open() {
        store = JdbcOrchestrationStore.over(database);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void ofManyStartsAtOnceOnlyThoseWithATakenNumberAreRefused() {
        List<OrchestrationRow> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rows.add(row(TestEngine.trace(), "me"));
        }
        get(store.begin(rows.get(17)));
        get(store.begin(rows.get(170)));

        List<CompletionStage<Boolean>> all = rows.stream().map(store::begin).toList();

        for (int i = 0; i < all.size(); i++) {
            assertThat(get(all.get(i))).isEqualTo(i != 17 && i != 170);
        }
    }

    @Test
    void aChangeFromAnotherRevisionIsRefusedAndLeavesNothing() {
        TraceNumber trace = TestEngine.trace();
        get(store.begin(row(trace, "me")));
        OrchestrationState done = BEGUN.with(done("1:a"));
        OrchestrationState other = BEGUN.with(done("1:b"));

        assertThat(get(store.save(OrchestrationChange.between(trace, 1, BEGUN, done)))).isTrue();
        assertThat(get(store.save(OrchestrationChange.between(trace, 1, BEGUN, other)))).isFalse();

        OrchestrationRow found = store.find(trace).orElseThrow();
        assertThat(found.revision()).isEqualTo(2);
        assertThat(found.records()).containsExactly(done("1:a"));
    }

    @Test
    void theLivingKeepTheirsAndOfTheDeadEachGoesToOne() throws Exception {
        store.live("living", Duration.ofHours(1));
        store.live("dead", Duration.ofHours(1));
        for (int i = 0; i < 20; i++) {
            get(store.begin(row(TestEngine.trace(), i % 2 == 0 ? "living" : "dead")));
        }
        assertThat(store.takeOver("heir", 100)).isEmpty();
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "update feiqian_orchestration_instance set alive_until = 0"
                            + " where instance = 'dead'");
        }

        List<TraceNumber> some = store.takeOver("heir", 4);
        List<TraceNumber> others = store.takeOver("other", 100);

        assertThat(some).hasSize(4).doesNotContainAnyElementsOf(others);
        assertThat(others).hasSize(6);
        assertThat(store.takeOver("late", 100)).isEmpty();
    }

    @Test
    void whatIsIdleIsFoundPageByPage() {
        List<TraceNumber> traces = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            traces.add(TestEngine.trace());
            get(store.begin(row(traces.get(i), "forgetful")));
        }
        List<TraceNumber> found = new ArrayList<>();
        PurseBank.until(() ->
                store.idle("forgetful", Duration.ofMillis(1), Optional.empty(), 9).size() == 5);
        Optional<TraceNumber> last = Optional.empty();
        do {
            List<TraceNumber> page = store.idle("forgetful", Duration.ofMillis(1), last, 2);
            found.addAll(page);
            last = page.isEmpty() ? Optional.empty() : Optional.of(page.get(page.size() - 1));
        } while (last.isPresent());

        assertThat(found).containsExactlyElementsOf(traces);
        assertThat(store.idle("forgetful", Duration.ofHours(1), Optional.empty(), 9)).isEmpty();
    }

    @Test
    void rowsOfASlotThatIsElsewhereAreNotWrittenAndTheOthersAre() throws Exception {
        TraceNumber here = TestEngine.trace();
        TraceNumber elsewhere = new TraceNumber(here.head() + 1_000, here.serial());
        try (JdbcOrchestrationStore guarded =
                JdbcOrchestrationStore.over(
                        database,
                        (connection, slots) -> {
                            if (slots.contains(elsewhere.home())) {
                                throw new RefusedException(OutcomeCode.WRONG_CELL, "moved");
                            }
                        })) {
            CompletionStage<Boolean> one = guarded.begin(row(elsewhere, "me"));
            CompletionStage<Boolean> other = guarded.begin(row(here, "me"));

            assertThat(get(other)).isTrue();
            assertThatThrownBy(() -> get(one)).hasRootCauseInstanceOf(RefusedException.class);
            try (var connection = database.getConnection()) {
                assertThatThrownBy(() -> guarded.beginIn(connection, row(elsewhere, "me")))
                        .isInstanceOf(RefusedException.class);
            }
            assertThat(store.find(elsewhere)).isEmpty();
            get(store.begin(row(elsewhere, "me")));
            assertThat(guarded.takeOver(elsewhere, 1, "thief")).isFalse();
            assertThat(guarded.takeOver(here, 1, "heir")).isTrue();
        }
    }

    @Test
    void whatDoesNotFitIsTheMatterOfOneAndNotOfItsBatch() {
        OrchestrationRow wrong = row(TestEngine.trace(), "x".repeat(65));
        List<CompletionStage<Boolean>> right = new ArrayList<>();
        CompletionStage<Boolean> refused = store.begin(wrong);
        for (int i = 0; i < 50; i++) {
            right.add(store.begin(row(TestEngine.trace(), "me")));
        }

        right.forEach(each -> assertThat(get(each)).isTrue());
        assertThatThrownBy(() -> get(refused))
                .hasRootCauseMessage("ERROR: value too long for type character varying(64)");
    }

    @Test
    void openOnesAreFoundAtACostThatDoesNotGrowWithTheFinishedOnes() throws Exception {
        OrchestrationSql sql = new OrchestrationSql(OrchestrationSql.Family.POSTGRESQL);
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "insert into feiqian_orchestration select 202602010042001, i, 42, 'old', 1, '{}',"
                            + " 4, 0, null, null, null, '', 3, 'gone', 1, 1, 1"
                            + " from generate_series(1, 30000) i");
            statement.execute("analyze feiqian_orchestration");
            String count = "select count(*) from feiqian_orchestration where finished_at is null";
            List<String> questions =
                    List.of(
                            sql.orphans().replace("?", "1000"),
                            sql.idle().replaceFirst("\\?", "'me'").replace("?", "1000"),
                            sql.search("finished_at is null").replace("?", "1000"),
                            count);
            for (String question : questions) {
                StringBuilder plan = new StringBuilder();
                try (var rows = statement.executeQuery("explain " + question)) {
                    while (rows.next()) {
                        plan.append(rows.getString(1)).append('\n');
                    }
                }
                assertThat(plan.toString())
                        .contains("feiqian_orchestration_open")
                        .doesNotContain("Seq Scan on feiqian_orchestration ")
                        .doesNotContain("feiqian_orchestration_pkey");
            }
            statement.execute("delete from feiqian_orchestration where owner = 'gone'");
        }
    }

    private static OrchestrationRow row(TraceNumber trace, String owner) {
        return OrchestrationRow.beginning(trace, ONE, BEGUN, owner);
    }

    private static StepRecord done(String number) {
        return StepRecord.open(StepNumber.parse(number), 1).done(1, Optional.of("{}"));
    }
}
