package io.feiqian.transaction;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.telemetry.Alarm;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of one instance's transactions share: its ports and its settings. */
final class TransactionHost {
    private static final Logger LOG = LoggerFactory.getLogger(CellTransactions.class);

    final CellId cell;
    final LocalCommit commits;
    final PeerChannel peers;
    final DecisionContribution decisions;
    final BranchContribution branches;
    final TransactionSettings settings;
    final Clock clock;
    final Timer timer;
    final DatabaseClock databaseClock;
    private final AlarmEvents alarms;
    private volatile boolean closed;
    private volatile Set<TraceNumber> suspended = Set.of();
    private volatile AlarmKeeper keeper = (kind, message, trace) -> {};

    /** Who keeps the alarms that were raised on record. */
    @FunctionalInterface
    interface AlarmKeeper {
        /** Takes one down; does not block. */
        void keep(AlarmKind kind, String message, TraceNumber trace);
    }

    TransactionHost(
            CellTransactions.Ports ports,
            DecisionContribution decisions,
            BranchContribution branches,
            TransactionSettings settings) {
        this.cell = ports.cell();
        this.commits = ports.commits();
        this.peers = ports.peers();
        this.clock = ports.clock();
        this.timer = ports.timer();
        this.alarms = ports.alarms();
        this.decisions = decisions;
        this.branches = branches;
        this.settings = settings;
        this.databaseClock = new DatabaseClock(ports.clock());
    }

    /** Whether this instance has stopped: nothing is begun any more, and answers are let go. */
    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    /** One local commit; an exception of whoever runs it is a fault, not an answer. */
    CompletableFuture<Answer> commit(
            List<Claim> claims, List<Part<?>> parts, Lane lane, Duration within) {
        return commits.submit(new Work(claims, parts, lane, Deadline.after(within, clock)));
    }

    /** Runs the action after the pause that follows so many failures, unless closed by then. */
    void afterFailures(int failures, Runnable action) {
        var _ =
                timer.after(
                        settings.retry().after(failures),
                        () -> {
                            if (!closed) {
                                action.run();
                            }
                        });
    }

    /** What operators do not want driven, as this instance read it last. */
    void suspended(Set<TraceNumber> traces) {
        suspended = Set.copyOf(traces);
    }

    /** Whether an operator has suspended this transaction, as far as this instance knows. */
    boolean isSuspended(TraceNumber trace) {
        return suspended.contains(trace);
    }

    /** Asks again after the longest pause, for what is suspended now. */
    void afterSuspension(Runnable action) {
        var _ =
                timer.after(
                        settings.retry().most(),
                        () -> {
                            if (!closed) {
                                action.run();
                            }
                        });
    }

    /** Has the alarms that are raised from now on put on record too. */
    void keepAlarms(AlarmKeeper newKeeper) {
        keeper = newKeeper;
    }

    /** Raises an alarm about a transaction and puts it on record. */
    void alarm(AlarmKind kind, String message, TraceNumber trace) {
        raise(kind, message, trace);
        keeper.keep(kind, message, trace);
    }

    /** Raises an alarm about a transaction that is on record already. */
    void raise(AlarmKind kind, String message, TraceNumber trace) {
        Severity severity =
                switch (kind) {
                    case TRANSACTION_CONTRADICTION, BRANCH_REBUILT -> Severity.CRITICAL;
                    case TRANSACTION_UNFINISHED, TRANSACTION_STUCK, TRANSACTION_RESOLVED ->
                            Severity.WARNING;
                };
        alarms.raise(new Alarm(severity, kind.alarmName(), message, Optional.of(trace)));
    }

    /** A fault of ours: what was under way is left to recovery. */
    void fault(String what, TraceNumber trace, Throwable fault) {
        LOG.error("{} of transaction {} met a fault of ours", what, trace, fault);
    }
}
