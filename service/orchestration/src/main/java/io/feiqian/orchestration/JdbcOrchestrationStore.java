package io.feiqian.orchestration;

import io.feiqian.orchestration.StoreWrites.Write;
import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.orchestration.spi.StoreGuard;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;

/**
 * The rows in the user's own database, PostgreSQL or the MySQL family, by plain JDBC. What many
 * orchestrations write at the same time is one transaction. Thread-safe; every method but {@link
 * #begin} and {@link #save} blocks.
 */
public final class JdbcOrchestrationStore implements OrchestrationStore, AutoCloseable {
    private static final int WORKERS = 2;
    private static final MicroBatcher.Limits LIMITS = new MicroBatcher.Limits(256, 50_000, 50_000);

    private final DataSource database;
    private final OrchestrationSql sql;
    private final StoreGuard guard;
    private final MicroBatcher<Write> writes;

    private JdbcOrchestrationStore(
            DataSource database, OrchestrationSql.Family family, StoreGuard guard) {
        this.database = database;
        this.guard = guard;
        this.sql = new OrchestrationSql(family);
        List<StoreWrites> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new StoreWrites(database, sql, guard));
        }
        this.writes =
                new MicroBatcher<>(
                        LIMITS,
                        workers,
                        (item, keys) -> {},
                        work -> {
                            Thread thread = new Thread(work, "feiqian-orchestration-store");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * A store in this database, whose tables have to be there ({@link #createTables}). It takes two
     * connections for its writes and one for each caller that blocks.
     *
     * @throws StoreException where the database does not answer or is of another family
     */
    public static JdbcOrchestrationStore over(DataSource database) {
        return over(database, StoreGuard.NONE);
    }

    /**
     * The same for rows that move with their home slots: every write is guarded in its own
     * transaction (home-slot).
     */
    public static JdbcOrchestrationStore over(DataSource database, StoreGuard guard) {
        try (Connection connection = database.getConnection()) {
            return new JdbcOrchestrationStore(
                    database, OrchestrationSql.Family.of(connection), guard);
        } catch (SQLException failed) {
            throw new StoreException("orchestrations: no database", failed);
        }
    }

    /**
     * Makes the tables where they are not there yet. Who has migrations of their own takes the
     * scripts from the resources {@code io/feiqian/orchestration/postgresql.sql} and {@code
     * mysql.sql}.
     */
    public static void createTables(DataSource database) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : OrchestrationSql.Family.of(connection).tables()) {
                statement.execute(each);
            }
        } catch (SQLException failed) {
            throw new StoreException("orchestrations: tables", failed);
        }
    }

    @Override
    public CompletionStage<Boolean> begin(OrchestrationRow row) {
        return offer(Write.of(row), MicroBatcher.Lane.NEW);
    }

    @Override
    public CompletionStage<Boolean> save(OrchestrationChange change) {
        return offer(Write.of(change), MicroBatcher.Lane.FINISHING);
    }

    private CompletionStage<Boolean> offer(Write write, MicroBatcher.Lane lane) {
        if (!writes.offer(write, lane)) {
            write.done()
                    .completeExceptionally(
                            new RefusedException(
                                    writes.isClosing()
                                            ? OutcomeCode.SHUTTING_DOWN
                                            : OutcomeCode.OVERLOADED,
                                    "orchestrations: too much waits to be written, or it is closing"
                                            + " (expected: a free place)"));
        }
        return write.done();
    }

    @Override
    public boolean beginIn(Connection connection, OrchestrationRow row) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(sql.insertIfAbsent());
                PreparedStatement step = connection.prepareStatement(sql.insertStep())) {
            guard.check(connection, new TreeSet<>(List.of(row.trace().home())));
            OrchestrationSql.bind(insert, row);
            if (insert.executeUpdate() == 0) {
                return false;
            }
            for (StepRecord each : row.records()) {
                OrchestrationSql.bindNew(step, row.trace(), each);
                step.executeUpdate();
            }
            return true;
        }
    }

    @Override
    public Optional<OrchestrationRow> find(TraceNumber trace) {
        return asked(
                "find",
                connection -> {
                    try (PreparedStatement find = connection.prepareStatement(sql.find())) {
                        find.setLong(1, trace.head());
                        find.setLong(2, trace.serial());
                        try (ResultSet rows = find.executeQuery()) {
                            Optional<OrchestrationRow> found = Optional.empty();
                            List<StepRecord> steps = new ArrayList<>();
                            while (rows.next()) {
                                if (found.isEmpty()) {
                                    found = Optional.of(OrchestrationSql.row(rows, List.of()));
                                }
                                OrchestrationSql.step(rows).ifPresent(steps::add);
                            }
                            return found.map(row -> row.with(steps));
                        }
                    }
                });
    }

    @Override
    public void live(String instance, Duration lease) {
        asked(
                "sign of life",
                connection -> {
                    if (sign(connection, sql.live(), instance, lease) == 0) {
                        sign(connection, sql.firstSign(), instance, lease);
                    }
                    return true;
                });
    }

    private static int sign(
            Connection connection, String statement, String instance, Duration lease)
            throws SQLException {
        try (PreparedStatement sign = connection.prepareStatement(statement)) {
            sign.setLong(1, lease.toMillis());
            sign.setString(2, instance);
            return sign.executeUpdate();
        }
    }

    @Override
    public List<TraceNumber> takeOver(String instance, int most) {
        return asked(
                "take over",
                connection -> {
                    List<TraceNumber> traces = new ArrayList<>();
                    List<Long> revisions = new ArrayList<>();
                    try (PreparedStatement orphans = connection.prepareStatement(sql.orphans())) {
                        orphans.setInt(1, most);
                        try (ResultSet rows = orphans.executeQuery()) {
                            while (rows.next()) {
                                traces.add(new TraceNumber(rows.getLong(1), rows.getLong(2)));
                                revisions.add(rows.getLong(3));
                            }
                        }
                    }
                    List<TraceNumber> taken = new ArrayList<>();
                    for (int i = 0; i < traces.size(); i++) {
                        if (own(connection, traces.get(i), revisions.get(i), instance)) {
                            taken.add(traces.get(i));
                        }
                    }
                    return taken;
                });
    }

    @Override
    public boolean takeOver(TraceNumber trace, long revision, String instance) {
        return asked("take over", connection -> own(connection, trace, revision, instance));
    }

    private boolean own(Connection connection, TraceNumber trace, long revision, String instance)
            throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement own = connection.prepareStatement(sql.own())) {
            guard.check(connection, new TreeSet<>(List.of(trace.home())));
            own.setString(1, instance);
            own.setLong(2, trace.head());
            own.setLong(3, trace.serial());
            own.setLong(4, revision);
            boolean won = own.executeUpdate() == 1;
            connection.commit();
            return won;
        } catch (RefusedException elsewhere) {
            connection.rollback();
            return false;
        } catch (SQLException failed) {
            connection.rollback();
            throw failed;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    @Override
    public List<TraceNumber> idle(
            String instance, Duration since, Optional<TraceNumber> behind, int most) {
        return asked(
                "idle",
                connection -> {
                    try (PreparedStatement idle = connection.prepareStatement(sql.idle())) {
                        idle.setString(1, instance);
                        idle.setLong(2, since.toMillis());
                        idle.setLong(3, behind.map(TraceNumber::head).orElse(0L));
                        idle.setLong(4, behind.map(TraceNumber::head).orElse(0L));
                        idle.setLong(5, behind.map(TraceNumber::serial).orElse(0L));
                        idle.setInt(6, most);
                        try (ResultSet rows = idle.executeQuery()) {
                            return OrchestrationSql.traces(rows);
                        }
                    }
                });
    }

    @Override
    public String define(Definition definition) {
        Optional<String> kept = digest(definition);
        if (kept.isPresent()) {
            return kept.get();
        }
        try (Connection connection = database.getConnection();
                PreparedStatement define = connection.prepareStatement(sql.define())) {
            define.setString(1, definition.name());
            define.setInt(2, definition.version());
            define.setString(3, definition.digest());
            define.setString(4, definition.json());
            define.executeUpdate();
            return definition.digest();
        } catch (SQLException failed) {
            // Another instance may have been quicker.
            return digest(definition)
                    .orElseThrow(() -> new StoreException("definition: not kept", failed));
        }
    }

    private Optional<String> digest(Definition definition) {
        return text("digest", definition.name(), definition.version());
    }

    @Override
    public Optional<String> definition(String name, int version) {
        return text("content", name, version);
    }

    private Optional<String> text(String column, String name, int version) {
        return asked(
                "definition",
                connection -> {
                    try (PreparedStatement find =
                            connection.prepareStatement(
                                    "select "
                                            + column
                                            + " from feiqian_orchestration_definition"
                                            + " where name = ? and version = ?")) {
                        find.setString(1, name);
                        find.setInt(2, version);
                        try (ResultSet rows = find.executeQuery()) {
                            return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
                        }
                    }
                });
    }

    @Override
    public int clean(int beforeDate, int most) {
        List<TraceNumber> old =
                asked(
                        "clean",
                        connection -> {
                            try (PreparedStatement find =
                                    connection.prepareStatement(
                                            "select trace_head, trace_serial from feiqian_orchestration where"
                                                    + " trace_head < ? and finished_at is not null"
                                                    + " order by trace_head, trace_serial limit ?")) {
                                find.setLong(1, beforeDate * 10_000_000L);
                                find.setInt(2, most);
                                try (ResultSet rows = find.executeQuery()) {
                                    return OrchestrationSql.traces(rows);
                                }
                            }
                        });
        if (!old.isEmpty()) {
            delete(old);
        }
        return old.size();
    }

    private void delete(List<TraceNumber> traces) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                for (String table :
                        List.of("feiqian_orchestration_step", "feiqian_orchestration")) {
                    try (PreparedStatement delete =
                            connection.prepareStatement(
                                    "delete from "
                                            + table
                                            + " where trace_head = ? and trace_serial = ?")) {
                        for (TraceNumber each : traces) {
                            delete.setLong(1, each.head());
                            delete.setLong(2, each.serial());
                            delete.addBatch();
                        }
                        delete.executeBatch();
                    }
                }
                connection.commit();
            } catch (SQLException failed) {
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException failed) {
            throw new StoreException("orchestrations: clean", failed);
        }
    }

    /** For operators: what is there, by name, phase, age. */
    public OrchestrationQueries queries() {
        return new OrchestrationQueries(database, sql);
    }

    /** Writes what waits, and takes no more. The database stays as it is. */
    @Override
    public void close() {
        writes.close();
    }

    /** A use of a connection. */
    @FunctionalInterface
    private interface Use<T> {
        T of(Connection connection) throws SQLException;
    }

    private <T> T asked(String what, Use<T> use) {
        try (Connection connection = database.getConnection()) {
            return use.of(connection);
        } catch (SQLException failed) {
            throw new StoreException("orchestrations: " + what, failed);
        }
    }
}
