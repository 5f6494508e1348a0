package io.feiqian.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.vocabulary.CellId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A cell's database, opened: migrated, checked, and known to belong to this cell.
 *
 * <p>Thread-safe. {@link #close} closes the pool; connections handed out by {@link #openForBatches}
 * belong to their users.
 */
public final class CellDatabase implements AutoCloseable {
    private static final int LOGIN_SECONDS = 5;

    /** A machine that starts a whole system at once is busy. */
    private static final int START_LOGIN_SECONDS = 30;

    private static final int SILENCE_SECONDS = 30;

    /**
     * Statements of the grouped form touch rows by their keys only. A plan made while a table was
     * still empty must not be one that reads the whole table later, so the other kinds are off, and
     * planning anew for every batch costs more than it brings.
     */
    private static final String BATCH_SETTINGS =
            """
            set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
            set enable_hashjoin = off; set enable_mergejoin = off; set enable_bitmapscan = off;
            set enable_material = off; set enable_memoize = off;
            set jit = off; set idle_in_transaction_session_timeout = '10s';
            """;

    private static final String POOL_SETTINGS =
            "set plan_cache_mode = force_custom_plan; set lock_timeout = '5s'";

    private final DatabaseConfig config;
    private final CellId cell;
    private final long incarnation;
    private final HikariDataSource pool;

    private CellDatabase(
            DatabaseConfig config, CellId cell, long incarnation, HikariDataSource pool) {
        this.config = config;
        this.cell = cell;
        this.incarnation = incarnation;
        this.pool = pool;
    }

    /**
     * Opens the database of this cell: brings the tables of these modules up to date, in order, and
     * claims an empty database for the cell.
     *
     * @param modules whose migrations to run, {@code storage} not among them: it always comes first
     * @throws StorageException where the database does not answer, is of a newer version, belongs
     *     to another cell, or is not as durable as promised
     */
    public static CellDatabase open(DatabaseConfig config, CellId cell, List<String> modules) {
        HikariDataSource pool = newPool(config, cell);
        try {
            List<String> all = new ArrayList<>();
            all.add("storage");
            all.addAll(modules);
            PGSimpleDataSource patient = plainSource(config);
            patient.setLoginTimeout(START_LOGIN_SECONDS);
            Migrations.run(patient, all);
            try (Connection connection = pool.getConnection()) {
                DurabilityCheck.verify(connection, config.durability());
                long incarnation = CellIdentity.claim(connection, cell);
                return new CellDatabase(config, cell, incarnation, pool);
            }
        } catch (SQLException failed) {
            pool.close();
            throw new StorageException("database: " + config.url() + " does not answer", failed);
        } catch (RuntimeException failed) {
            pool.close();
            throw failed;
        }
    }

    /** The cell. */
    public CellId cell() {
        return cell;
    }

    /** Which copy of the cell's data this is; another one after a promotion with possible loss. */
    public long incarnation() {
        return incarnation;
    }

    /**
     * Pooled connections for reads, operators' changes and the solo form: auto-commit, READ
     * COMMITTED.
     */
    public DataSource pool() {
        return pool;
    }

    /** Asks whether the database answers; to be closed by who asks. */
    public DatabaseCheck check() {
        return new DatabaseCheck(plainSource(config), cell);
    }

    /**
     * Opens all connections that the pool may have and reads through each, so that the first
     * customers do not wait for them (P6.2.2.5-i). Those that are not used are closed after a
     * while.
     *
     * @throws SQLException where the database does not answer
     */
    public void warmUp() throws SQLException {
        List<Connection> open = new ArrayList<>();
        try {
            for (int i = 0; i < config.poolSize(); i++) {
                Connection next = pool.getConnection();
                open.add(next);
                try (PreparedStatement select = next.prepareStatement(Fence.READ_RANGES);
                        ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        Fence.readRange(rows);
                    }
                }
            }
        } finally {
            for (Connection each : open) {
                each.close();
            }
        }
    }

    /** The ownership rows as they are now. */
    public OwnedRanges ownedRanges() {
        try (Connection connection = pool.getConnection();
                PreparedStatement select = connection.prepareStatement(Fence.READ_RANGES);
                ResultSet rows = select.executeQuery()) {
            List<OwnedRanges.OwnedRange> ranges = new ArrayList<>();
            while (rows.next()) {
                ranges.add(Fence.readRange(rows));
            }
            return new OwnedRanges(ranges);
        } catch (SQLException failed) {
            throw new StorageException("slot_ownership: cannot be read", failed);
        }
    }

    /** The ownership rows and their changes. */
    public Ownership ownership() {
        return new Ownership(this);
    }

    /** The business day and its changes. */
    public BusinessDays businessDays() {
        return new BusinessDays(this);
    }

    /**
     * A connection of its own for grouped transactions: auto-commit off, READ COMMITTED asserted,
     * verified to lead to the same copy of the cell's data as at the start.
     */
    Connection openForBatches(Duration lockTimeout) throws SQLException {
        PGSimpleDataSource source = plainSource(config);
        source.setApplicationName(cell + "-commits");
        source.setPrepareThreshold(1);
        // A silent network is a lost connection. This closes our end only: a query timeout would
        // send a cancel, and that to a committing connection makes the outcome unknowable.
        source.setSocketTimeout(SILENCE_SECONDS);
        Connection connection = source.getConnection();
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        BATCH_SETTINGS
                                + "set lock_timeout = "
                                + Math.max(1, lockTimeout.toMillis()));
                requireReadCommitted(statement);
            }
            CellIdentity.verify(connection, cell, incarnation);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    @Override
    public String toString() {
        return cell + " at " + config;
    }

    private static void requireReadCommitted(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("show transaction_isolation")) {
            row.next();
            String isolation = row.getString(1);
            if (!"read committed".equals(isolation)) {
                throw new SQLException(
                        "isolation: " + isolation + " (expected: read committed)", "25006");
            }
        }
    }

    private static HikariDataSource newPool(DatabaseConfig config, CellId cell) {
        PGSimpleDataSource source = plainSource(config);
        source.setApplicationName(cell.toString());
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(cell + "-pool");
        hikari.setDataSource(source);
        hikari.setMaximumPoolSize(config.poolSize());
        hikari.setMinimumIdle(Math.min(2, config.poolSize()));
        hikari.setConnectionTimeout(LOGIN_SECONDS * 1000L);
        hikari.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        hikari.setConnectionInitSql(POOL_SETTINGS);
        hikari.setInitializationFailTimeout(-1);
        return new HikariDataSource(hikari);
    }

    private static PGSimpleDataSource plainSource(DatabaseConfig config) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(config.url());
        source.setUser(config.user());
        source.setPassword(config.password());
        source.setConnectTimeout(LOGIN_SECONDS);
        source.setLoginTimeout(LOGIN_SECONDS);
        source.setTcpKeepAlive(true);
        return source;
    }
}
