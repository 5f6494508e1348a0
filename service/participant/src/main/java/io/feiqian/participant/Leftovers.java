package io.feiqian.participant;

import io.feiqian.participant.DecisionTable.Unfinished;
import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
    private final Dialect dialect;
    private final DecisionTable decisionTable;
    private final BranchTable branchTable;
    private final ServiceChannel channel;
    private final PhaseTwo phaseTwo;
    private final Function<List<FinishOrder>, List<FinishReport>> finishing;
    private final XaBranches xa;
    private final TransactionSettings settings;
    private final Clock clock;
    private final Timer timer;
    private final Executor executor;

    /** What is being asked for now, so that it is asked once at a time. */
    private final Map<BranchKey, Boolean> asked = new ConcurrentHashMap<>();

    /** What waits for an operator is not asked for again by every look. */
    private final Set<BranchKey> stopped = ConcurrentHashMap.newKeySet();

    private volatile boolean running;
    private final AtomicInteger looks = new AtomicInteger();

    /**
     * Where the next look goes on, once there is more than one takes up: what nobody answers for
     * stays, and must not keep a look from what comes behind it (no-poison).
     */
    private volatile Optional<Unfinished> lastDecision = Optional.empty();

    private volatile Optional<BranchRow> lastBranch = Optional.empty();

    Leftovers(
            DataSource database,
            Dialect dialect,
            ServiceChannel channel,
            PhaseTwo phaseTwo,
            Function<List<FinishOrder>, List<FinishReport>> finishing,
            XaBranches xa,
            TransactionSettings settings,
            Clock clock,
            Timer timer,
            Executor executor) {
        this.database = database;
        this.dialect = dialect;
        this.decisionTable = new DecisionTable(dialect);
        this.branchTable = new BranchTable(dialect);
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

    int stopped() {
        return stopped.size();
    }

    /** Lets the next look take up what waits for an operator. */
    void forgetStopped() {
        stopped.clear();
    }

    /**
     * Takes up one transaction now, also where it stopped; how many of its rows. Branches before
     * their deadline are left: to ask for one is to end its transaction (abort-first).
     */
    int takeUp(TraceNumber trace) throws SQLException {
        Optional<DecisionRow> decision;
        List<BranchRow> branches;
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            long overdue = OperationsTable.now(connection, dialect);
            decision = decisionTable.find(connection, trace).filter(row -> !row.finished());
            branches =
                    OperationsTable.branches(connection, trace).stream()
                            .map(OperationsTable.Timed::row)
                            .filter(row -> row.state() == BranchState.TRIED)
                            .filter(row -> row.decideBy() < overdue)
                            .toList();
            connection.rollback();
        }
        phaseTwo.forgetStopped(trace);
        stopped.removeIf(key -> key.trace().equals(trace));
        int found = 0;
        if (decision.isPresent()) {
            found++;
            if (!phaseTwo.isSettling(decision.get())) {
                CompletableFuture<Void> unused = phaseTwo.begin(decision.get(), false);
            }
        }
        for (BranchRow each : branches) {
            found += inquire(each.key(), each.initiator(), each.digest(), each.businessDate());
        }
        return found;
    }

    private void next() {
        Timer.Cancellable unused = timer.after(settings.scanEvery(), this::lookSoon);
    }

    private void lookSoon() {
        try {
            executor.execute(this::look);
        } catch (RejectedExecutionException busy) {
            LOG.warn("no thread to look for what was left behind; the next look follows", busy);
            if (running) {
                next();
            }
        }
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
        int most = settings.scanLimit();
        List<Unfinished> decisions;
        List<BranchRow> branches;
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            decisions = decisionTable.unfinished(connection, grace, lastDecision, most);
            branches = branchTable.overdue(connection, grace, lastBranch, most);
            connection.rollback();
        }
        lastDecision = lastOfFull(decisions, most);
        lastBranch = lastOfFull(branches, most);
        int found = 0;
        for (Unfinished each : decisions) {
            if (!phaseTwo.isSettling(each.row())) {
                CompletableFuture<Void> unused = phaseTwo.begin(each.row(), false);
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

    /** Where another page may follow, the last row of this one; otherwise all begins anew. */
    private static <T> Optional<T> lastOfFull(List<T> page, int most) {
        return page.size() < most ? Optional.empty() : Optional.of(page.get(page.size() - 1));
    }

    /** Whoever cannot be addressed now was not heard, and is asked again. */
    private CompletionStage<Verdict> ask(String initiator, Inquiry inquiry) {
        try {
            return channel.inquire(initiator, inquiry);
        } catch (RuntimeException notSent) {
            return CompletableFuture.failedFuture(notSent);
        }
    }

    private int inquire(BranchKey key, String initiator, long digest, BusinessDate day) {
        if (stopped.contains(key) || asked.putIfAbsent(key, true) != null) {
            return 0;
        }
        CompletableFuture<Void> unused =
                ask(initiator, new Inquiry(key, digest))
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
                                            finishing.apply(
                                                    List.of(
                                                            FinishOrder.of(
                                                                    verb, key, initiator, digest,
                                                                    day)));
                                    LOG.info("branch {} left behind: {} {}", key, verb, reports);
                                    if (reports.stream().anyMatch(FinishReport::needsOperator)) {
                                        stopped.add(key);
                                    }
                                },
                                executor)
                        .whenComplete((done, failed) -> {
                            asked.remove(key);
                            if (failed != null) {
                                LOG.warn(
                                        "branch {}: {} was not heard: {}",
                                        key,
                                        initiator,
                                        DatabaseErrors.text(failed));
                            }
                        });
        return 1;
    }

    /** Deletes rows that were finished long ago, in small batches; how many. */
    int clean() throws SQLException {
        long age = settings.keepFinished().toMillis();
        long decidedAge = settings.keepDecided().toMillis();
        long oldestHead = new TraceWindow(settings.keepDecided(), clock).oldestHead();
        List<Integer> deleted = new ArrayList<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try {
                int last;
                do {
                    last =
                            decisionTable.clean(
                                            connection,
                                            age,
                                            decidedAge,
                                            oldestHead,
                                            settings.cleanBatch())
                                    + branchTable.clean(
                                            connection,
                                            age,
                                            decidedAge,
                                            oldestHead,
                                            settings.cleanBatch());
                    deleted.add(last);
                } while (last > 0);
            } finally {
                connection.setAutoCommit(false);
            }
        }
        return deleted.stream().mapToInt(Integer::intValue).sum();
    }
}
