package io.feiqian.storage;

import io.feiqian.vocabulary.CellId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Which cell a database belongs to, and which copy of the cell's data it is. */
final class CellIdentity {
    private record Row(int cell, long incarnation) {}

    private CellIdentity() {}

    /** Claims a new database for the cell, or verifies that it is the cell's; its incarnation. */
    static long claim(Connection connection, CellId cell) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into cell_identity (cell, incarnation) values (?, 1)"
                                + " on conflict (only_one) do nothing")) {
            insert.setInt(1, cell.number());
            insert.executeUpdate();
        }
        Row row = read(connection);
        if (row == null || row.cell != cell.number()) {
            throw new StorageException(
                    "database: belongs to %s (expected: %s)"
                            .formatted(row == null ? "no cell" : "cell-" + row.cell, cell));
        }
        return row.incarnation;
    }

    /** Verifies that a new connection leads to the same copy as before. */
    static void verify(Connection connection, CellId cell, long incarnation) throws SQLException {
        Row row = read(connection);
        if (row == null || row.cell != cell.number() || row.incarnation != incarnation) {
            // Class 58: the database answers, and cannot be worked with.
            throw new SQLException(
                    "database: %s (expected: %s, incarnation %d; restart to go on with another copy)"
                            .formatted(row, cell, incarnation),
                    "58FQ1");
        }
    }

    private static @Nullable Row read(Connection connection) throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement("select cell, incarnation from cell_identity");
                ResultSet rows = select.executeQuery()) {
            return rows.next() ? new Row(rows.getInt(1), rows.getLong(2)) : null;
        }
    }
}
