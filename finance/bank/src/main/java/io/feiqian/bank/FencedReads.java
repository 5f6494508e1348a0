package io.feiqian.bank;

import io.feiqian.routing.StateTable;
import io.feiqian.routing.WorkKind;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.OwnedRanges.OwnedRange;
import io.feiqian.storage.StorageException;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Answers from the cell's own database, on virtual threads, for slots that this cell owns
 * (fenced-reads): the ownership row is read after the data, so that data of a slot that has gone
 * meanwhile is never handed out. Thread-safe; asking never blocks.
 *
 * <p>Futures complete exceptionally with {@link RefusedException} only.
 */
final class FencedReads implements AutoCloseable {
    private static final int MOST_WAITING = 512;

    /**
     * A read on a connection in auto-commit.
     *
     * @param <T> what it finds
     */
    @FunctionalInterface
    interface Reading<T> {
        T read(Connection connection) throws SQLException;
    }

    private final CellDatabase database;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore room = new Semaphore(MOST_WAITING);

    FencedReads(CellDatabase database) {
        this.database = database;
    }

    /** Reads what belongs to a slot; refused where this cell does not own it. */
    <T> CompletableFuture<T> of(Slot slot, Caller caller, Reading<T> reading) {
        return blocking(() -> {
            // One connection at a time: who holds one and waits for another can wait for ever.
            T found;
            try {
                found = onConnection(reading);
            } catch (RefusedException nothing) {
                // What is not here may well be where the slot is now.
                requireOwned(slot, caller);
                throw nothing;
            }
            requireOwned(slot, caller);
            return found;
        });
    }

    /** Reads what belongs to the cell itself. */
    <T> CompletableFuture<T> anyhow(Reading<T> reading) {
        return blocking(() -> onConnection(reading));
    }

    /** Runs what may block on a thread of its own. */
    <T> CompletableFuture<T> blocking(Supplier<T> work) {
        if (!room.tryAcquire()) {
            return CompletableFuture.failedFuture(
                    new RefusedException(
                            OutcomeCode.OVERLOADED,
                            "reads waiting: " + MOST_WAITING + " (expected: fewer)"));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.get();
                    } catch (StorageException failed) {
                        throw unavailable(failed);
                    } finally {
                        room.release();
                    }
                },
                threads);
    }

    private <T> T onConnection(Reading<T> reading) {
        try (Connection connection = database.pool().getConnection()) {
            return reading.read(connection);
        } catch (SQLException failed) {
            throw unavailable(failed);
        }
    }

    private static RefusedException unavailable(Exception failed) {
        return new RefusedException(
                OutcomeCode.DATABASE_UNAVAILABLE, "database: does not answer now", failed);
    }

    @Override
    public void close() {
        threads.close();
    }

    private void requireOwned(Slot slot, Caller caller) {
        Optional<OwnedRange> owned = database.ownedRanges().of(slot);
        if (owned.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.WRONG_CELL,
                    "slot: %s (expected: a slot of %s)".formatted(slot, database.cell()));
        }
        OwnedRange range = owned.get();
        caller.epochOf(slot)
                .filter(known -> known.compareTo(range.epoch()) < 0)
                .ifPresent(old -> {
                    throw new RefusedException(
                            OutcomeCode.STALE_EPOCH,
                            "epoch of slot %s: %s (expected: %s)"
                                    .formatted(slot, old, range.epoch()));
                });
        OutcomeCode admitted = StateTable.admits(range.state(), WorkKind.READ);
        if (admitted != OutcomeCode.ACCEPTED) {
            throw new RefusedException(
                    admitted, "slot: %s in state %s".formatted(slot, range.state()));
        }
    }
}
