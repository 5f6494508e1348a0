package io.feiqian.bank;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditHead;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.spi.AuditTrail;
import io.feiqian.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The audit trail in the cell's own database: the same chain that {@link ChangeContribution} writes
 * to, for changes that are no works of a local commit, and for readers. Thread-safe.
 */
final class ChangeTrail implements AuditTrail {
    private static final String LOCK_HEAD =
            """
            select sequence, hash, (extract(epoch from clock_timestamp()) * 1000)::bigint
            from change_head for update\
            """;

    private static final String INSERT =
            """
            insert into change_record (sequence, at_millis, operator, reason, action, subject,
             details, previous_hash, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?)\
            """;

    private static final String READ =
            """
            select sequence, at_millis, operator, reason, action, subject, details, previous_hash,
             hash from change_record where sequence >= ? order by sequence limit ?\
            """;

    private static final String OF_SUBJECT =
            """
            select sequence, at_millis, operator, reason, action, subject, details, previous_hash,
             hash from change_record where subject = ? order by sequence desc limit ?\
            """;

    private final DataSource pool;

    ChangeTrail(DataSource pool) {
        this.pool = pool;
    }

    @Override
    public AuditRecord append(AuditEntry entry) {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                AuditRecord record = append(connection, entry);
                connection.commit();
                committed = true;
                return record;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException failed) {
            throw new StorageException("change_record: cannot be written", failed);
        }
    }

    /** Appends in the caller's transaction, with the change itself. */
    AuditRecord append(Connection connection, AuditEntry entry) throws SQLException {
        AuditRecord record;
        try (Statement lock = connection.createStatement();
                ResultSet head = lock.executeQuery(LOCK_HEAD)) {
            head.next();
            record =
                    AuditRecord.after(
                            new AuditHead(head.getLong(1), head.getString(2)),
                            Instant.ofEpochMilli(head.getLong(3)),
                            entry);
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setLong(1, record.sequence());
            insert.setLong(2, record.at().toEpochMilli());
            insert.setString(3, entry.order().operator().name());
            insert.setString(4, entry.order().reason());
            insert.setString(5, entry.action());
            insert.setString(6, entry.subject());
            insert.setString(7, ChangeDetails.write(entry));
            insert.setString(8, record.previousHash());
            insert.setString(9, record.hash());
            insert.executeUpdate();
        }
        try (PreparedStatement move = connection.prepareStatement(ChangeContribution.MOVE_HEAD)) {
            move.setLong(1, record.sequence());
            move.setString(2, record.hash());
            move.executeUpdate();
        }
        return record;
    }

    @Override
    public List<AuditRecord> read(long fromSequence, int atMost) {
        try (Connection connection = pool.getConnection();
                PreparedStatement select = connection.prepareStatement(READ)) {
            select.setLong(1, fromSequence);
            select.setInt(2, atMost);
            List<AuditRecord> records = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    records.add(record(row));
                }
            }
            return records;
        } catch (SQLException failed) {
            throw new StorageException("change_record: cannot be read", failed);
        }
    }

    /** The newest records about this subject, newest first, on the caller's connection. */
    static List<AuditRecord> of(Connection connection, String subject, int atMost)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(OF_SUBJECT)) {
            select.setString(1, subject);
            select.setInt(2, atMost);
            List<AuditRecord> records = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    records.add(record(row));
                }
            }
            return records;
        }
    }

    /** The newest records, newest first. */
    List<AuditRecord> newest(int atMost) {
        return read(Math.max(1, head() - atMost + 1), atMost).reversed();
    }

    private long head() {
        try (Connection connection = pool.getConnection();
                Statement select = connection.createStatement();
                ResultSet head = select.executeQuery("select sequence from change_head")) {
            head.next();
            return head.getLong(1);
        } catch (SQLException failed) {
            throw new StorageException("change_head: cannot be read", failed);
        }
    }

    private static AuditRecord record(ResultSet row) throws SQLException {
        return new AuditRecord(
                row.getLong(1),
                Instant.ofEpochMilli(row.getLong(2)),
                new AuditEntry(
                        ChangeOrder.of(row.getString(3), row.getString(4)),
                        row.getString(5),
                        row.getString(6),
                        ChangeDetails.read(row.getString(7))),
                row.getString(8),
                row.getString(9));
    }
}
