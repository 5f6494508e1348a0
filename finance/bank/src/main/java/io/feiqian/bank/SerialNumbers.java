package io.feiqian.bank;

import io.feiqian.storage.CellDatabase;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Serial numbers that no other cell and no other instance ever gives: the cell's number in front,
 * then a number of a sequence of the cell's database, drawn in blocks. Numbers of a block are lost
 * with the process; nothing is ever given twice.
 *
 * <p>Thread-safe; drawing a block blocks.
 */
final class SerialNumbers {
    private static final long PER_CELL = 10_000_000L;

    /** As in the sequence's own definition. */
    private static final int BLOCK = 64;

    private final CellDatabase database;
    private final String draw;
    private long next;
    private long end;

    /** The numbers of this sequence, a name of our own tables. */
    SerialNumbers(CellDatabase database, String sequence) {
        this.database = database;
        this.draw = "select nextval('" + sequence + "')";
    }

    /**
     * The next number.
     *
     * @throws RefusedException with {@link OutcomeCode#DATABASE_UNAVAILABLE}, or {@link
     *     OutcomeCode#DATABASE_FULL} where the cell has no numbers left
     */
    synchronized long next() {
        if (next == end) {
            next = drawBlock();
            end = next + BLOCK;
        }
        long number = next++;
        if (number >= PER_CELL) {
            throw new RefusedException(
                    OutcomeCode.DATABASE_FULL,
                    "serial number: %d (expected: below %d; the cell has no numbers left)"
                            .formatted(number, PER_CELL));
        }
        return database.cell().number() * PER_CELL + number;
    }

    private long drawBlock() {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(draw)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failed) {
            throw new RefusedException(
                    OutcomeCode.DATABASE_UNAVAILABLE, "database: does not answer now", failed);
        }
    }
}
