package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.StoreGuard;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/**
 * Writes what many orchestrations have to write in one transaction: durable writes are what costs.
 * Rows are locked in the order of trace numbers (lock-order). What one of a batch does to it, such
 * as a taken key, is found by doing each alone.
 */
final class StoreWrites implements MicroBatcher.Handler<StoreWrites.Write> {
    /** A start or a change, and who waits for it. */
    record Write(
            TraceNumber trace,
            Optional<OrchestrationRow> row,
            Optional<OrchestrationChange> change,
            CompletableFuture<Boolean> done) {
        static Write of(OrchestrationRow row) {
            return new Write(
                    row.trace(), Optional.of(row), Optional.empty(), new CompletableFuture<>());
        }

        static Write of(OrchestrationChange change) {
            return new Write(
                    change.trace(),
                    Optional.empty(),
                    Optional.of(change),
                    new CompletableFuture<>());
        }
    }

    private final DataSource database;
    private final OrchestrationSql sql;
    private final StoreGuard guard;

    StoreWrites(DataSource database, OrchestrationSql sql, StoreGuard guard) {
        this.database = database;
        this.sql = sql;
        this.guard = guard;
    }

    @Override
    public void handle(List<Write> batch) {
        List<Write> ordered = new ArrayList<>(batch);
        ordered.sort(Comparator.comparing(Write::trace));
        Optional<List<Boolean>> done = Optional.empty();
        try {
            done = together(ordered);
        } catch (RefusedException refused) {
            if (ordered.size() == 1) {
                ordered.get(0).done().completeExceptionally(refused);
                return;
            }
        } catch (SQLException failed) {
            if (!isOfOne(failed)) {
                onFault(ordered, failed);
                return;
            }
        }
        if (done.isPresent()) {
            for (int i = 0; i < ordered.size(); i++) {
                ordered.get(i).done().complete(done.get().get(i));
            }
        } else {
            ordered.forEach(this::alone);
        }
    }

    @Override
    public void onFault(List<Write> batch, Throwable fault) {
        StoreException unknown = new StoreException("orchestrations: not known to be kept", fault);
        batch.forEach(each -> each.done().completeExceptionally(unknown));
    }

    /** Whether the database refused one of the batch, or its place in a queue, and undid it all. */
    private static boolean isOfOne(SQLException failed) {
        String state = String.valueOf(failed.getSQLState());
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("40");
    }

    /** All in one transaction; empty, and nothing is done, where one of them has to be alone. */
    private Optional<List<Boolean>> together(List<Write> batch) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                SortedSet<Slot> slots = new TreeSet<>();
                batch.forEach(each -> slots.add(each.trace().home()));
                guard.check(connection, slots);
                Optional<List<Boolean>> done = write(connection, batch);
                if (done.isPresent()) {
                    connection.commit();
                    committed = true;
                }
                return done;
            } finally {
                if (!committed) {
                    rollBack(connection);
                }
                connection.setAutoCommit(true);
            }
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException gone) {
            // The connection is gone, and its transaction with it or not: both are unknown.
            return;
        }
    }

    private Optional<List<Boolean>> write(Connection connection, List<Write> batch)
            throws SQLException {
        boolean[] won = new boolean[batch.size()];
        insert(connection, batch, won);
        if (!update(connection, batch, won)) {
            return Optional.empty();
        }
        try (PreparedStatement added = connection.prepareStatement(sql.insertStep());
                PreparedStatement changed = connection.prepareStatement(sql.updateStep())) {
            boolean adds = false;
            boolean changes = false;
            for (int i = 0; i < batch.size(); i++) {
                if (!won[i]) {
                    continue;
                }
                Write each = batch.get(i);
                List<StepRecord> news =
                        each.row()
                                .map(OrchestrationRow::records)
                                .or(() -> each.change().map(OrchestrationChange::added))
                                .orElse(List.of());
                for (StepRecord step : news) {
                    OrchestrationSql.bindNew(added, each.trace(), step);
                    added.addBatch();
                    adds = true;
                }
                for (StepRecord step :
                        each.change().map(OrchestrationChange::changed).orElse(List.of())) {
                    OrchestrationSql.bindChanged(changed, each.trace(), step);
                    changed.addBatch();
                    changes = true;
                }
            }
            if (adds) {
                added.executeBatch();
            }
            if (changes) {
                changed.executeBatch();
            }
        }
        List<Boolean> all = new ArrayList<>();
        for (boolean each : won) {
            all.add(each);
        }
        return Optional.of(all);
    }

    private void insert(Connection connection, List<Write> batch, boolean[] won)
            throws SQLException {
        boolean any = false;
        try (PreparedStatement insert = connection.prepareStatement(sql.insert())) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.get(i).row().isPresent()) {
                    OrchestrationSql.bind(insert, batch.get(i).row().get());
                    insert.addBatch();
                    won[i] = true;
                    any = true;
                }
            }
            if (any) {
                insert.executeBatch();
            }
        }
    }

    /** False where the driver does not tell which rows were found. */
    private boolean update(Connection connection, List<Write> batch, boolean[] won)
            throws SQLException {
        List<Integer> places = new ArrayList<>();
        try (PreparedStatement update = connection.prepareStatement(sql.update())) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.get(i).change().isPresent()) {
                    OrchestrationSql.bind(update, batch.get(i).change().get());
                    update.addBatch();
                    places.add(i);
                }
            }
            if (places.isEmpty()) {
                return true;
            }
            int[] counts = update.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == Statement.SUCCESS_NO_INFO && batch.size() > 1) {
                    return false;
                }
                won[places.get(i)] = counts[i] == 1;
            }
            return true;
        }
    }

    private void alone(Write write) {
        try {
            List<Boolean> done = together(List.of(write)).orElse(List.of(false));
            write.done().complete(done.get(0));
        } catch (RefusedException refused) {
            write.done().completeExceptionally(refused);
        } catch (SQLException failed) {
            if (write.row().isPresent() && String.valueOf(failed.getSQLState()).startsWith("23")) {
                write.done().complete(false);
            } else {
                onFault(List.of(write), failed);
            }
        }
    }
}
