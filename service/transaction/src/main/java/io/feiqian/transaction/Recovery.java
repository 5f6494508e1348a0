package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.runtime.Timer.Cancellable;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what was left behind and gives it to the protocols: decisions whose branches are not all
 * acknowledged, and branches that outlived their deadline. Any number of instances may do so at
 * once. The scans read candidates only: every step that follows is a commit of its own, which
 * judges by the rows under their locks. Scans run on virtual threads. Thread-safe.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /** At the first scan of an instance: everything that is unfinished, however young. */
    private static final Duration NO_GRACE = Duration.ofDays(-1_000);

    private final TransactionHost host;
    private final DataSource database;
    private final Participation participation;
    private final Consumer<Decision> resume;
    private final InquiryProtocol inquiries;
    private final Map<BranchKey, Clearing> clearings = new ConcurrentHashMap<>();
    private @Nullable Cancellable nextScan;
    private @Nullable Cancellable nextClean;
    private boolean started;

    Recovery(
            TransactionHost host,
            DataSource database,
            Participation participation,
            Consumer<Decision> resume) {
        this.host = host;
        this.database = database;
        this.participation = participation;
        this.resume = resume;
        this.inquiries = new InquiryProtocol(host.settings.alarmAfter());
    }

    synchronized void start() {
        if (!started) {
            started = true;
            scanThenAgain(NO_GRACE);
            nextClean = host.timer.after(host.settings.cleanEvery(), this::cleanThenAgain);
        }
    }

    synchronized void stop() {
        started = false;
        if (nextScan != null) {
            nextScan.cancel();
        }
        if (nextClean != null) {
            nextClean.cancel();
        }
    }

    /** One scan; completes with how many rows were taken up, 0 where the database is away. */
    CompletableFuture<Integer> scan(Duration grace) {
        return onVirtualThread("scan", () -> scanOn(grace));
    }

    /** One cleaning; completes with how many rows were deleted. */
    CompletableFuture<Integer> clean() {
        return onVirtualThread("cleaning", this::cleanAll);
    }

    private void scanThenAgain(Duration grace) {
        var _ =
                scan(grace)
                        .thenRun(() -> {
                            synchronized (this) {
                                if (started) {
                                    nextScan =
                                            host.timer.after(
                                                    host.settings.scanEvery(),
                                                    () -> scanThenAgain(host.settings.grace()));
                                }
                            }
                        });
    }

    private void cleanThenAgain() {
        var _ =
                clean().thenRun(() -> {
                    synchronized (this) {
                        if (started) {
                            nextClean =
                                    host.timer.after(
                                            host.settings.cleanEvery(), this::cleanThenAgain);
                        }
                    }
                });
    }

    private interface Job {
        int run() throws SQLException;
    }

    private static CompletableFuture<Integer> onVirtualThread(String name, Job job) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("transaction-" + name)
                .start(() -> {
                    try {
                        done.complete(job.run());
                    } catch (SQLException | RuntimeException failed) {
                        LOG.warn("{}: not done this time", name, failed);
                        done.complete(0);
                    }
                });
        return done;
    }

    private int scanOn(Duration grace) throws SQLException {
        List<Decision> decisions = new ArrayList<>();
        List<Branch> branches = new ArrayList<>();
        long databaseMillis;
        try (Connection connection = database.getConnection()) {
            try (PreparedStatement clock = connection.prepareStatement(TransactionSql.CLOCK);
                    ResultSet row = clock.executeQuery()) {
                row.next();
                databaseMillis = row.getLong(1);
            }
            host.suspended(Suspension.all(connection));
            query(
                    connection,
                    TransactionSql.UNFINISHED_NOT_SUSPENDED,
                    grace,
                    row -> decisions.add(TransactionSql.decision(row)));
            query(
                    connection,
                    TransactionSql.OVERDUE_NOT_SUSPENDED,
                    Duration.ZERO,
                    row -> branches.add(TransactionSql.branch(row)));
        }
        takeUp(decisions, branches, databaseMillis);
        return decisions.size() + branches.size();
    }

    /** Takes up what a scan has found, and what the database's clock showed then. */
    void takeUp(List<Decision> decisions, List<Branch> branches, long databaseMillis) {
        host.databaseClock.observe(databaseMillis);
        decisions.forEach(resume);
        branches.forEach(this::clear);
    }

    /** What this instance does about branches of this transaction. */
    List<Driving> driving(TraceNumber trace) {
        return clearings.values().stream()
                .filter(each -> each.branch().key().trace().equals(trace))
                .map(Clearing::driving)
                .toList();
    }

    /** Forgets what of these stopped, so that it is taken up again. */
    void forgetStopped(List<Branch> branches) {
        for (Branch each : branches) {
            clearings.computeIfPresent(
                    each.key(), (key, clearing) -> clearing.isStopped() ? null : clearing);
        }
    }

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private void query(Connection connection, String sql, Duration grace, Reader reader)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, grace.toMillis());
            select.setInt(2, host.settings.scanLimit());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    private void clear(Branch branch) {
        Clearing clearing = new Clearing(host, inquiries, participation, branch, this::cleared);
        if (clearings.putIfAbsent(branch.key(), clearing) == null) {
            clearing.begin();
        }
    }

    private void cleared(Clearing clearing) {
        clearings.remove(clearing.branch().key(), clearing);
    }

    private int cleanAll() throws SQLException {
        long finished = host.settings.keepFinished().toMillis();
        long kept = host.settings.keepFinal().toMillis();
        return deleteInBatches(TransactionSql.CLEAN_DECISIONS, finished, kept)
                + deleteInBatches(TransactionSql.CLEAN_BRANCHES, finished, finished)
                + deleteInBatches(TransactionSql.CLEAN_ALARMS, finished, finished);
    }

    private int deleteInBatches(String sql, long first, long second) throws SQLException {
        int all = 0;
        int batch = host.settings.cleanBatch();
        int deleted = batch;
        while (deleted == batch && !host.isClosed()) {
            try (Connection connection = database.getConnection();
                    PreparedStatement delete = connection.prepareStatement(sql)) {
                delete.setLong(1, first);
                delete.setLong(2, second);
                delete.setInt(3, batch);
                deleted = delete.executeUpdate();
                all += deleted;
            }
        }
        return all;
    }
}
