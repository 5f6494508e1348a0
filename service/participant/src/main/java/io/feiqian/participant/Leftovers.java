package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what a crash of any instance left behind, at regular intervals and at any instance:
 * decisions whose phase two is not recorded as finished, branches that outlived their deadline, and
 * prepared transactions nobody ended; and deletes finished rows by age. Thread-safe.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final int LOOKS_PER_CLEANING = 60;

    private final DataSource database;
    private final ServiceChannel channel;
    private final PhaseTwo phaseTwo;
    private final Finishing finishing;
    private final XaBranches xa;
    private final TransactionSettings settings;
    private final Clock clock;
    private final Timer timer;
    private final Executor executor;

    /** What is being asked for now, so that it is asked once at a time. */
    private final Map<BranchKey, Boolean> asked = new ConcurrentHashMap<>();

    private volatile boolean running;
    private final AtomicInteger looks = new AtomicInteger();

    Leftovers(
            DataSource database,
            ServiceChannel channel,
            PhaseTwo phaseTwo,
            Finishing finishing,
            XaBranches xa,
            TransactionSettings settings,
            Clock clock,
            Timer timer,
            Executor executor) {
        this.database = database;
        this.channel = channel;
        this.phaseTwo = phaseTwo;
        this.finishing = finishing;
        this.xa = xa;
        this.settings = settings;
        this.clock = clock;
        this.timer = timer;
        this.executor = executor;
    }

    void start() {
        if (!running) {
            running = true;
            next();
        }
    }

    void stop() {
        running = false;
    }

    private void next() {
        Timer.Cancellable unused =
                timer.after(settings.scanEvery(), () -> executor.execute(this::look));
    }

    private void look() {
        if (!running) {
            return;
        }
        try {
            takeUp();
            if (looks.incrementAndGet() % LOOKS_PER_CLEANING == 0) {
                clean();
            }
        } catch (SQLException | RuntimeException failed) {
            LOG.warn("a look at what was left behind failed; the next follows", failed);
        } finally {
            next();
        }
    }

    /** Looks once; how many leftovers were taken up. */
    int takeUp() throws SQLException {
        long grace = settings.grace().toMillis();
        List<DecisionRow> decisions;
        List<BranchRow> branches;
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            decisions = DecisionTable.unfinished(connection, grace, settings.scanLimit());
            branches = BranchTable.overdue(connection, grace, settings.scanLimit());
            connection.rollback();
        }
        int found = 0;
        for (DecisionRow each : decisions) {
            if (!phaseTwo.isSettling(each.trace())) {
                CompletableFuture<Void> unused = phaseTwo.begin(each, false);
                found++;
            }
        }
        for (BranchRow each : branches) {
            found += inquire(each.key(), each.initiator(), each.digest(), each.businessDate());
        }
        if (xa.isAllowed()) {
            long overdue = clock.now().toEpochMilli() - grace;
            for (PreparedName each : xa.inDoubt().values()) {
                if (each.decideBy() < overdue) {
                    BusinessDate day = BusinessDate.ofNumber(each.businessDate());
                    found += inquire(each.key(), each.initiator(), each.digest(), day);
                }
            }
        }
        return found;
    }

    private int inquire(BranchKey key, String initiator, long digest, BusinessDate day) {
        if (asked.putIfAbsent(key, true) != null) {
            return 0;
        }
        CompletableFuture<Void> unused =
                channel.inquire(initiator, new Inquiry(key, digest))
                        .toCompletableFuture()
                        .orTimeout(settings.messageTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .thenAcceptAsync(
                                verdict -> {
                                    Verb verb =
                                            switch (verdict) {
                                                case COMMIT -> Verb.CONFIRM;
                                                case ABORT -> Verb.CANCEL;
                                                case ENDED -> Verb.CLEAR;
                                            };
                                    List<FinishReport> reports =
                                            finishing.finish(
                                                    List.of(
                                                            FinishOrder.of(
                                                                    verb, key, initiator, digest,
                                                                    day)));
                                    LOG.info("branch {} left behind: {} {}", key, verb, reports);
                                },
                                executor)
                        .whenComplete((done, failed) -> {
                            asked.remove(key);
                            if (failed != null) {
                                LOG.warn("branch {}: {} was not heard", key, initiator, failed);
                            }
                        });
        return 1;
    }

    /** Deletes rows that were finished long ago, in small batches; how many. */
    int clean() throws SQLException {
        long age = settings.keepFinished().toMillis();
        List<Integer> deleted = new ArrayList<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try {
                int last;
                do {
                    last =
                            DecisionTable.clean(
                                            connection,
                                            age,
                                            settings.keepDecided().toMillis(),
                                            settings.cleanBatch())
                                    + BranchTable.clean(connection, age, settings.cleanBatch());
                    deleted.add(last);
                } while (last > 0);
            } finally {
                connection.setAutoCommit(false);
            }
        }
        return deleted.stream().mapToInt(Integer::intValue).sum();
    }
}
