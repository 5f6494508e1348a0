package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.SETTINGS;
import static io.feiqian.sqlmode.TestDatabase.execute;
import static io.feiqian.sqlmode.TestDatabase.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Many at once on few rows: every change is there once or not at all, and nothing hangs. */
@Timeout(300)
@ParameterizedClass
@EnumSource
final class ConcurrentBranchesTest {
    private final Database kind;
    private static final int ACCOUNTS = 6;
    private static final int WORKERS = 6;
    private static final int EACH = 40;

    private final AtomicInteger moved = new AtomicInteger();
    private final AtomicInteger conflicts = new AtomicInteger();
    private final AtomicInteger deposits = new AtomicInteger();

    ConcurrentBranchesTest(Database kind) {
        this.kind = kind;
    }

    @Test
    void whatIsConfirmedStaysWhatIsCancelledIsGoneAndOrdinaryWritersLoseNothing() throws Exception {
        try (TestDatabase database =
                TestDatabase.with(
                        kind,
                        """
                        create table account (id int primary key, code varchar(50) unique, balance int not null,
                            branches int not null default 0);
                        insert into account select n, concat('c', n), 0, 0 from %s;
                        """
                                .formatted(kind.series(1, ACCOUNTS)),
                        "account")) {
            List<Future<?>> running = new ArrayList<>();
            try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS + 1)) {
                for (int worker = 0; worker < WORKERS; worker++) {
                    int number = worker;
                    running.add(threads.submit(() -> branches(database, number)));
                }
                running.add(threads.submit(() -> deposit(database)));
            }
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(database.left()).isEmpty();
            assertThat(database.rows("select sum(balance) from account"))
                    .containsExactly(String.valueOf(deposits.get()));
            assertThat(database.rows("select sum(branches) from account"))
                    .containsExactly(String.valueOf(2 * moved.get()));
            assertThat(database.rows("select id from account where code <> concat('c', id)"))
                    .isEmpty();
            assertThat(moved.get()).isPositive();
            assertThat(conflicts.get()).isPositive();
        }
    }

    /** Transfers that also swap a unique value away and back. */
    private Void branches(TestDatabase database, int worker) throws SQLException {
        Random random = new Random(worker);
        try (Connection connection = database.open()) {
            for (int i = 0; i < EACH; i++) {
                int number = worker * EACH + i + 1;
                int from = 1 + random.nextInt(ACCOUNTS);
                int to = 1 + (from + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
                boolean confirmed = random.nextBoolean();
                if (transfer(database, connection, number, from, to, confirmed)) {
                    end(database, number, confirmed);
                    moved.addAndGet(confirmed ? 1 : 0);
                }
            }
        }
        return null;
    }

    private boolean transfer(
            TestDatabase database,
            Connection connection,
            int number,
            int from,
            int to,
            boolean confirmed)
            throws SQLException {
        try {
            SqlCapture capture =
                    SqlCapture.over(connection, key(number), SETTINGS, database.catalog());
            int rows = change(capture.connection(), from, -5) + change(capture.connection(), to, 5);
            if (rows < 2) {
                // Deleted by another branch that may still be undone: not there for now.
                connection.rollback();
                return false;
            }
            if (!confirmed) {
                execute(
                        capture.connection(),
                        "update account set code = %s where id = %d"
                                .formatted(kind.append("code", "x"), from),
                        "delete from account where id = " + to);
            }
            capture.flush();
            connection.commit();
            return true;
        } catch (LockConflictException conflict) {
            connection.rollback();
            conflicts.incrementAndGet();
            return false;
        }
    }

    private static int change(Connection connection, int id, int amount) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update account set balance = balance + ?, branches = branches + 1 where id"
                                + " = ?")) {
            update.setInt(1, amount);
            update.setInt(2, id);
            return update.executeUpdate();
        }
    }

    private static void end(TestDatabase database, int number, boolean confirmed)
            throws SQLException {
        while (true) {
            try {
                if (confirmed) {
                    database.confirm(number);
                } else {
                    database.cancel(number);
                }
                return;
            } catch (LockConflictException waited) {
                // An undo is tried again for ever.
                Thread.onSpinWait();
            }
        }
    }

    /** An ordinary program that runs its transaction again, as its framework would. */
    private Void deposit(TestDatabase database) throws SQLException {
        Random random = new Random(WORKERS);
        for (int i = 0; i < 2 * EACH; i++) {
            int id = 1 + random.nextInt(ACCOUNTS);
            try {
                database.commit(connection -> {
                    try (var update =
                            connection.prepareStatement(
                                    "update account set balance = balance + 1 where id = ?")) {
                        update.setInt(1, id);
                        deposits.addAndGet(update.executeUpdate());
                    }
                });
            } catch (SQLException refused) {
                assertThat(refused.getSQLState()).as(refused.toString()).isIn(Database.AGAIN);
            }
        }
        return null;
    }
}
