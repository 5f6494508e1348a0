package io.feiqian.ledger;

import io.feiqian.routing.RouteMap;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.Claim;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.BusinessDate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Cell 1 of three with its books over a real database; one instance of it. */
final class LedgerCell implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(30);

    final CellDatabase database;
    final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    final LedgerContribution ledger;
    final LedgerRules rules;
    private final Timer timer = Timer.system("ledger-test-timer");
    private final GroupedCommits commits;

    LedgerCell(DatabaseConfig config, LedgerRules rules) {
        this.rules = rules;
        this.database = CellDatabase.open(config, Commands.CELL, List.of("ledger"));
        database.ownership().initialise(RouteMap.evenly(3));
        database.businessDays().initialise(Commands.DAY);
        this.ledger = new LedgerContribution(rules, alarms::add);
        this.commits =
                new GroupedCommits(
                        database,
                        GroupedCommits.Settings.defaults().withWorkers(1),
                        Clock.system(),
                        timer,
                        new SimpleMeterRegistry(),
                        alarms::add);
        ensurePartitions(database.businessDays().current().open());
    }

    List<String> ensurePartitions(BusinessDate day) {
        return read(connection -> JournalPartitions.ensure(connection, rules, day));
    }

    /** Sets the days, partitions first. */
    void days(BusinessDate open, BusinessDate closedThrough) {
        ensurePartitions(open);
        database.businessDays().open(open);
        database.businessDays().closeThrough(closedThrough);
    }

    Answer ask(LedgerCommand command) {
        return submit(command).join();
    }

    /** Submits all at once and waits for the answers, in order. */
    List<Answer> ask(List<LedgerCommand> commands) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        commands.forEach(each -> answers.add(submit(each)));
        return answers.stream().map(CompletableFuture::join).toList();
    }

    CompletableFuture<Answer> submit(LedgerCommand command) {
        return commits.submit(
                new Work(
                        List.of(Claim.of(Commands.ALICE.slot(), WorkKind.DECISION)),
                        List.of(new Part<>(ledger, command)),
                        Lane.NEW,
                        Deadline.after(LONG, Clock.system())));
    }

    BooksReport audit() {
        return read(BooksAudit::run);
    }

    <T> T read(Reading<T> reading) {
        try (Connection connection = database.pool().getConnection()) {
            return reading.read(connection);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    void run(String sql) {
        boolean _ =
                read(connection -> {
                    try (Statement statement = connection.createStatement()) {
                        return statement.execute(sql);
                    }
                });
    }

    @Override
    public void close() {
        commits.close();
        timer.close();
        database.close();
    }

    /** Something read on a connection. */
    @FunctionalInterface
    interface Reading<T> {
        T read(Connection connection) throws SQLException;
    }
}
