package io.feiqian.configuration;

import io.feiqian.configuration.Rollout.Gray;
import io.feiqian.configuration.spi.History;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The history in a database, by plain JDBC: rows of two tables, which are only inserted. Their keys
 * are what lets one of two writers win. The tables come by {@code db/configuration}. Thread-safe.
 */
public final class JdbcHistory implements History {
    /** The module of the tables' migrations. */
    public static final String MODULE = "configuration";

    private static final String UNIQUE_VIOLATION = "23505";

    private static final String VERSION =
            "select document, version, content, operator, reason, at_millis, copy_of"
                    + " from configuration_version where document = ?";

    private static final String ROLLOUT =
            "select document, revision, version, gray_version, gray_target, operator, reason,"
                    + " at_millis from configuration_rollout where document = ?";

    private final DataSource database;
    private final Recorder recorder;

    /** Records who changed something, in the change's own transaction. */
    @FunctionalInterface
    public interface Recorder {
        /** Writes it on this connection; a failure takes the change back. */
        void record(Connection connection, AuditEntry entry) throws SQLException;
    }

    /** In this database. */
    public JdbcHistory(DataSource database, Recorder recorder) {
        this.database = database;
        this.recorder = recorder;
    }

    @Override
    public boolean add(Addition addition, AuditEntry entry) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                insert(connection, addition);
                recorder.record(connection, entry);
                connection.commit();
                committed = true;
                return true;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException failed) {
            if (UNIQUE_VIOLATION.equals(failed.getSQLState())) {
                return false;
            }
            throw silent("whether it was added is told by the history", failed);
        }
    }

    @Override
    public Optional<DocumentVersion> newest(String document) {
        return versions(document, 1).stream().findFirst();
    }

    @Override
    public Optional<DocumentVersion> version(String document, long version) {
        return list(VERSION + " and version = ?", document, version, JdbcHistory::version).stream()
                .findFirst();
    }

    @Override
    public List<DocumentVersion> versions(String document, int atMost) {
        return list(
                VERSION + " order by version desc limit ?", document, atMost, JdbcHistory::version);
    }

    @Override
    public Optional<Rollout> rollout(String document) {
        return rollouts(document, 1).stream().findFirst();
    }

    @Override
    public List<Rollout> rollouts(String document, int atMost) {
        return list(
                ROLLOUT + " order by revision desc limit ?",
                document,
                atMost,
                JdbcHistory::rollout);
    }

    private static void insert(Connection connection, Addition addition) throws SQLException {
        if (addition.version().isPresent()) {
            DocumentVersion added = addition.version().get();
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "insert into configuration_version (document, version, content,"
                                    + " operator, reason, at_millis, copy_of)"
                                    + " values (?, ?, ?, ?, ?, ?, ?)")) {
                insert.setString(1, added.document());
                insert.setLong(2, added.version());
                insert.setString(3, added.content());
                insert.setString(4, added.order().operator().name());
                insert.setString(5, added.order().reason());
                insert.setLong(6, added.at().toEpochMilli());
                insert.setLong(7, added.copyOf());
                insert.executeUpdate();
            }
        }
        if (addition.rollout().isPresent()) {
            insert(connection, addition.rollout().get(), addition.replaces());
        }
    }

    private static void insert(Connection connection, Rollout added, long replaces)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into configuration_rollout (document, revision, replaces, version,"
                                + " gray_version, gray_target, operator, reason, at_millis)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, added.document());
            insert.setLong(2, added.revision());
            insert.setLong(3, replaces);
            insert.setLong(4, added.version());
            insert.setLong(5, added.gray().map(Gray::version).orElse(0L));
            insert.setString(6, added.gray().map(it -> it.target().toString()).orElse(""));
            insert.setString(7, added.order().operator().name());
            insert.setString(8, added.order().reason());
            insert.setLong(9, added.at().toEpochMilli());
            insert.executeUpdate();
        }
    }

    /** Reads a row. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> list(String sql, String document, long second, Reader<T> reader) {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, document);
            select.setLong(2, second);
            List<T> all = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    all.add(reader.read(row));
                }
            }
            return all;
        } catch (SQLException failed) {
            throw silent("what is in force holds on", failed);
        }
    }

    private static DocumentVersion version(ResultSet row) throws SQLException {
        return new DocumentVersion(
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                ChangeOrder.of(row.getString(4), row.getString(5)),
                Instant.ofEpochMilli(row.getLong(6)),
                row.getLong(7));
    }

    private static Rollout rollout(ResultSet row) throws SQLException {
        long gray = row.getLong(4);
        return new Rollout(
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                gray == 0
                        ? Optional.empty()
                        : Optional.of(new Gray(gray, Target.parse(row.getString(5)))),
                ChangeOrder.of(row.getString(6), row.getString(7)),
                Instant.ofEpochMilli(row.getLong(8)));
    }

    private static RefusedException silent(String so, SQLException because) {
        RefusedException refused =
                new RefusedException(
                        OutcomeCode.DATABASE_UNAVAILABLE,
                        "history of configuration: its database does not answer; " + so);
        refused.initCause(because);
        return refused;
    }
}
