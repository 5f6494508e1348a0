package io.feiqian.storage;

import io.feiqian.routing.RouteMap;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Purses.Add;
import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Cell 1 of three over a database, with purses in it, and grouped commits over that. */
final class TestCell implements AutoCloseable {
    static final CellId CELL = new CellId(1);
    static final Slot SLOT = new Slot(17);
    static final BusinessDate DAY = BusinessDate.parse("2026-01-05");
    static final int PURSES = 100;

    final DatabaseConfig config;
    final CellDatabase database;
    final Timer timer = Timer.system("test-timer");
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    final Purses purses = new Purses();
    final GroupedCommits commits;

    private TestCell(
            DatabaseConfig config,
            CellDatabase database,
            GroupedCommits.Settings settings,
            Clock clock) {
        this.config = config;
        this.database = database;
        this.commits = new GroupedCommits(database, settings, clock, timer, metrics, alarms::add);
    }

    /** Works run in the order in which they came; many tests count on it. */
    static GroupedCommits.Settings oneWorker() {
        return GroupedCommits.Settings.defaults().withWorkers(1);
    }

    static TestCell over(DatabaseConfig config) {
        return over(config, TestCell.oneWorker());
    }

    static TestCell over(DatabaseConfig config, GroupedCommits.Settings settings) {
        CellDatabase database = CellDatabase.open(config, CELL, List.of("purse"));
        database.ownership().initialise(RouteMap.evenly(3));
        database.businessDays().initialise(DAY);
        TestCell cell = new TestCell(config, database, settings, Clock.system());
        cell.run(
                "insert into purse select id, 0 from generate_series(1, %d) as id on conflict do nothing"
                        .formatted(PURSES));
        return cell;
    }

    /** Empties the database of an earlier test. */
    static void forget(EmbeddedPostgres postgres) {
        try (Connection connection =
                        DriverManager.getConnection(
                                postgres.url(), EmbeddedPostgres.USER, postgres.password());
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema public cascade");
            statement.execute("create schema public");
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    /** A deadline far enough for whatever a test waits for. */
    static Deadline soon() {
        return Deadline.after(Duration.ofMinutes(2), Clock.system());
    }

    Work work(Add command) {
        return work(command, soon());
    }

    Work work(Add command, Deadline deadline) {
        return work(command, SLOT, deadline);
    }

    Work work(Add command, Slot slot, Deadline deadline) {
        return new Work(
                List.of(Claim.of(slot, WorkKind.NEW_WORK)),
                List.of(new Part<>(purses, command)),
                Lane.NEW,
                deadline);
    }

    Answer add(long id, long purse, long amount) {
        return commits.submit(work(Add.of(id, purse, amount))).join();
    }

    void run(String sql) {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    long number(String sql) {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    long balance(long purse) {
        return number("select balance from purse where id = " + purse);
    }

    long entries() {
        return number("select count(*) from purse_entry");
    }

    /** Every purse's balance is the sum of its entries. */
    boolean booksBalance() {
        return number(
                        "select count(*) from purse where balance <> coalesce((select sum(amount)"
                                + " from purse_entry where purse = purse.id), 0)")
                == 0;
    }

    @Override
    public void close() {
        commits.close();
        timer.close();
        database.close();
    }
}
