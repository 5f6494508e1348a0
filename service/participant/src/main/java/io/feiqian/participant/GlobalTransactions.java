package io.feiqian.participant;

import io.feiqian.participant.Decisions.Recorded;
import io.feiqian.participant.TransactionOrder.PhaseTwoMode;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/**
 * The global transactions of one instance of a service, over the service's own database: begins
 * them, takes part in others', and finishes what any instance left behind. There is no coordinator:
 * the decision is a row beside the service's own rows, and rides with its own share in one commit.
 *
 * <p>Thread-safe. Methods that use the database block their caller. Made by {@link ServiceSetup}.
 * Rows: P6.3.1, P6.3.2-a, S.dtx-1.
 */
public final class GlobalTransactions implements AutoCloseable {
    private final String service;
    private final Branches branches;
    private final Finishing finishing;
    private final Decisions decisions;
    private final PhaseTwo phaseTwo;
    private final Leftovers leftovers;
    private final Ends ends;
    private final Suspensions suspensions;
    private final ServiceOperations operations;
    private final TransactionSettings settings;
    private final TraceWindow recognised;
    private final Clock clock;

    GlobalTransactions(
            String service,
            DataSource database,
            Dialect dialect,
            ServiceChannel channel,
            ServiceActions ownActions,
            boolean xaAllowed,
            TransactionSettings settings,
            ServiceAlarms allAlarms,
            Clock clock,
            Timer timer,
            Executor executor,
            ThreadFactory senders) {
        RepeatedAlarms alarms = new RepeatedAlarms(allAlarms, clock);
        ServiceActions actions = ownActions.withReversals(dialect, settings, clock);
        this.service = service;
        this.settings = settings;
        this.clock = clock;
        XaBranches xa = new XaBranches(database, dialect, clock, executor, xaAllowed, settings);
        this.branches =
                new Branches(new RecordedWork(database, settings, clock), dialect, actions, xa);
        this.recognised = new TraceWindow(settings.recognised(), clock);
        this.finishing = new Finishing(database, dialect, actions, xa, settings, alarms, clock);
        this.decisions = new Decisions(database, dialect, settings);
        this.ends = new Ends(database, dialect, timer, executor, settings.endsEvery());
        this.suspensions = new Suspensions(database, clock);
        ServiceChannel respecting = suspensions.over(channel);
        this.phaseTwo = new PhaseTwo(service, respecting, settings, timer, ends, alarms, senders);
        this.leftovers =
                new Leftovers(
                        database,
                        dialect,
                        respecting,
                        phaseTwo,
                        orders -> suspensions.finish(orders, finishing),
                        xa,
                        settings,
                        clock,
                        timer,
                        executor);
        this.operations =
                new ServiceOperations(
                        service,
                        database,
                        dialect,
                        suspensions,
                        phaseTwo,
                        leftovers,
                        alarms,
                        new ServiceResolutions(
                                service,
                                database,
                                dialect,
                                channel,
                                actions,
                                suspensions,
                                settings));
    }

    /** The service's name, by which others reach it. */
    public String service() {
        return service;
    }

    TransactionSettings settings() {
        return settings;
    }

    Clock clock() {
        return clock;
    }

    /** The service's part in transactions that others began, or it itself. */
    public Branches branches() {
        return branches;
    }

    /** What operators see of the service's transactions, and can do about them. */
    public ServiceOperations operations() {
        return operations;
    }

    /**
     * Executes a transaction, or answers what an earlier execution of the same trace number was
     * answered.
     *
     * @throws E what the body threw: the transaction is aborted then
     */
    public <E extends Exception> TransactionAnswer execute(
            TransactionOrder order, TransactionBody<E> body) throws E {
        // By the clock: a repetition has its first call's business date, which never ages.
        Optional<Outcome.Refused> expired = recognised.refusal(order.trace());
        if (expired.isPresent()) {
            return TransactionAnswer.refused(expired.get().code(), expired.get().message());
        }
        if (!phaseTwo.enter()) {
            return overloaded(order);
        }
        Execution<E> execution = new Execution<>(order, body);
        try {
            return execution.run();
        } finally {
            if (!execution.handedOver) {
                phaseTwo.leave();
            }
        }
    }

    /** Nothing is begun; but what was decided before is the answer, however much is waiting. */
    private TransactionAnswer overloaded(TransactionOrder order) {
        try {
            return decisions
                    .find(order.trace())
                    .filter(row -> row.state().isFinal())
                    .map(row -> recorded(order, row))
                    .orElseGet(() ->
                            TransactionAnswer.refused(
                                    OutcomeCode.OVERLOADED,
                                    "transactions: %d wait for their phase two (expected: fewer)"
                                            .formatted(settings.mostUnfinished())));
        } catch (SQLException failed) {
            return TransactionAnswer.unknown(
                    "overloaded, and the database is lost (%s); ask again"
                            .formatted(DatabaseErrors.text(failed)));
        }
    }

    private static TransactionAnswer recorded(TransactionOrder order, DecisionRow there) {
        return there.digest() == order.content().digest()
                ? TransactionAnswer.of(there, true)
                : TransactionAnswer.refused(
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "trace number: %s was used with other content (expected: the same)"
                                .formatted(order.trace()));
    }

    /** What is on record of a trace number; empty where nothing is, which proves nothing. */
    public Optional<TransactionAnswer> find(TraceNumber trace) throws SQLException {
        return decisions.find(trace).map(row -> TransactionAnswer.of(row, true));
    }

    /**
     * The messages that a transaction released, in the order in which they were sent; what {@link
     * TransactionScope#reverse} takes. None where it was not committed, or where its record is no
     * longer kept.
     */
    public List<SentMessage> sentMessages(TraceNumber trace) throws SQLException {
        return decisions
                .find(trace)
                .filter(row -> row.state() == DecisionState.COMMITTED)
                .map(row -> row.messages(service))
                .orElse(List.of());
    }

    /** Takes orders of phase two, for the service's transport; durable where a report says so. */
    public List<FinishReport> finish(List<FinishOrder> orders) {
        return suspensions.finish(orders, finishing);
    }

    /**
     * Answers an inquiry, for the service's transport.
     *
     * @throws SQLException where no durable answer can be given now
     */
    public Verdict answer(Inquiry inquiry) throws SQLException {
        return decisions.answer(inquiry);
    }

    /** Begins to look for what was left behind. */
    public void start() {
        leftovers.start();
    }

    /** Looks now, once; how many leftovers were taken up. */
    public int recoverNow() throws SQLException {
        return leftovers.takeUp();
    }

    /**
     * Takes up what stopped and waits for an operator, here and now: to be called when the reason
     * is put right. A restart does the same.
     */
    public void retryStopped() {
        phaseTwo.forgetStopped();
        leftovers.forgetStopped();
    }

    /** Deletes finished rows of the age that is configured; how many (cleaning). */
    public int cleanNow() throws SQLException {
        return leftovers.clean();
    }

    /** How many transactions of this instance are not settled. */
    public int unfinished() {
        return phaseTwo.unfinished();
    }

    /** How many transactions and branches stopped here and wait for an operator. */
    public int stopped() {
        return phaseTwo.stopped() + leftovers.stopped();
    }

    /** Stops; what is unfinished is left to other instances, or to this one's next start. */
    @Override
    public void close() {
        leftovers.stop();
        phaseTwo.close();
        ends.flush();
    }

    /** One execution on its caller's thread. */
    private final class Execution<E extends Exception> {
        private final TransactionOrder order;
        private final TransactionBody<E> body;
        private final Deadline deadline;
        private boolean handedOver;

        /** The attempt to make; 0 once there is an answer. */
        private int attempt = 1;

        Execution(TransactionOrder order, TransactionBody<E> body) {
            this.order = order;
            this.body = body;
            Duration within = order.within().orElse(settings.within());
            this.deadline = Deadline.after(within, clock);
        }

        TransactionAnswer run() throws E {
            for (int i = 0; i < settings.mostAttempts(); i++) {
                TransactionScope scope =
                        new TransactionScope(
                                order, service, attempt, deadline, settings.mostContent());
                Optional<TransactionAnswer> answer = attempt(scope);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            return TransactionAnswer.refused(
                    OutcomeCode.ABORTED,
                    "attempts: %d were overtaken (expected: fewer)"
                            .formatted(settings.mostAttempts()));
        }

        /** Empty where another attempt is to be made. */
        private Optional<TransactionAnswer> attempt(TransactionScope scope) throws E {
            boolean passesOn = true;
            try {
                body.run(scope);
                passesOn = false;
            } catch (RefusedException refused) {
                passesOn = false;
                return refuse(scope, refused.outcome());
            } finally {
                if (passesOn) {
                    abortBeforeItPassesOn(scope);
                }
            }
            Optional<ListedBranch> unheard = scope.unheard();
            if (unheard.isPresent()) {
                return refuse(
                        scope,
                        new Outcome.Refused(
                                OutcomeCode.ABORTED,
                                "branch %d at %s: not heard of (expected: its answer)"
                                        .formatted(
                                                unheard.get().branch(), unheard.get().service())));
            }
            return decide(scope);
        }

        private Optional<TransactionAnswer> decide(TransactionScope scope) {
            List<ListedBranch> listed = scope.listed();
            DecisionRow proposed =
                    row(
                            scope,
                            DecisionState.COMMITTED,
                            Outcome.accepted(),
                            listed,
                            listed.isEmpty());
            Optional<Recorded> recorded;
            try {
                recorded = decisions.commit(proposed, scope.own(), deadline);
            } catch (RefusedException refused) {
                return refuse(scope, refused.outcome());
            } catch (SQLException failed) {
                return refuse(
                        scope,
                        new Outcome.Refused(
                                OutcomeCode.DATABASE_UNAVAILABLE,
                                "decision: " + DatabaseErrors.text(failed)));
            } catch (RuntimeException failed) {
                return known(scope, failed);
            }
            return recorded.isPresent()
                    ? committed(scope, recorded.get())
                    : refuse(
                            scope,
                            new Outcome.Refused(
                                    OutcomeCode.ABORTED, "commit: lost (expected: answered)"));
        }

        /**
         * The own share failed, perhaps because it was done before: then that is answered.
         * Otherwise the attempt is void, and the failure passes on.
         */
        private Optional<TransactionAnswer> known(TransactionScope scope, RuntimeException failed) {
            Optional<TransactionAnswer> answer =
                    refuse(
                            scope,
                            new Outcome.Refused(OutcomeCode.ABORTED, "aborted by its own share"));
            boolean onRecord =
                    answer.filter(each ->
                                    each.recorded()
                                            || each.outcome().code()
                                                    == OutcomeCode.TRACE_CONTENT_DIFFERS)
                            .isPresent();
            if (!onRecord) {
                throw failed;
            }
            return answer;
        }

        private Optional<TransactionAnswer> committed(TransactionScope scope, Recorded recorded) {
            if (!recorded.written()) {
                return found(scope, recorded.row());
            }
            CompletableFuture<Void> settled = handOver(recorded.row());
            TransactionAnswer answer = TransactionAnswer.of(recorded.row(), false);
            return Optional.of(waited(settled) ? answer.asSettled() : answer);
        }

        /** Whether everything is finished, waited for where the order says so. */
        private boolean waited(CompletableFuture<Void> settled) {
            if (order.phaseTwo() == PhaseTwoMode.SYNCHRONOUS) {
                try {
                    long left = Math.max(deadline.remaining().toMillis(), 1);
                    settled.get(left, TimeUnit.MILLISECONDS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                } catch (ExecutionException | TimeoutException decidedOnly) {
                    return false;
                }
            }
            return settled.isDone() && !settled.isCompletedExceptionally();
        }

        private CompletableFuture<Void> handOver(DecisionRow row) {
            handedOver = true;
            return phaseTwo.begin(row, true);
        }

        /**
         * Records that the attempt is void before any branch is cancelled; a final refusal is the
         * trace number's for good. What is on record already is the answer.
         */
        private Optional<TransactionAnswer> refuse(TransactionScope scope, Outcome.Refused why) {
            List<ListedBranch> issued = scope.issued();
            boolean isFinal = why.code().isFinal();
            if (issued.isEmpty() && !isFinal && attempt == 1 && why.code() != OutcomeCode.ABORTED) {
                return unlessDecided(scope, why);
            }
            DecisionRow proposed =
                    row(
                            scope,
                            isFinal ? DecisionState.REFUSED : DecisionState.ABORTED,
                            why,
                            issued,
                            issued.isEmpty());
            Recorded recorded;
            try {
                recorded = decisions.voided(proposed);
            } catch (SQLException failed) {
                return Optional.of(lost(why, failed));
            }
            if (!recorded.written()) {
                return found(scope, recorded.row());
            }
            CompletableFuture<Void> unused = handOver(recorded.row());
            return Optional.of(new TransactionAnswer(why, Content.EMPTY, false, issued.isEmpty()));
        }

        /**
         * Nothing was begun, so nothing is to be voided; but an earlier execution may have decided.
         */
        private Optional<TransactionAnswer> unlessDecided(
                TransactionScope scope, Outcome.Refused why) {
            Optional<DecisionRow> there;
            try {
                there = decisions.find(order.trace()).filter(row -> row.state().isFinal());
            } catch (SQLException failed) {
                return Optional.of(lost(why, failed));
            }
            return there.isPresent()
                    ? found(scope, there.get())
                    : Optional.of(new TransactionAnswer(why, Content.EMPTY, false, true));
        }

        private TransactionAnswer lost(Outcome.Refused why, SQLException failed) {
            return TransactionAnswer.unknown(
                    "%s, and the database is lost (%s); ask again"
                            .formatted(why.message(), DatabaseErrors.text(failed)));
        }

        /** Somebody was here before: another execution, another instance, or an inquiry. */
        private Optional<TransactionAnswer> found(TransactionScope scope, DecisionRow there) {
            boolean mine = there.attempt() == attempt;
            boolean isVoid = !mine || there.state() != DecisionState.COMMITTED;
            if (isVoid && !scope.issued().isEmpty()) {
                // Void by what is on record, so what this attempt began can be cancelled.
                DecisionRow begun =
                        row(
                                scope,
                                DecisionState.ABORTED,
                                Outcome.refused(OutcomeCode.ABORTED, "overtaken"),
                                scope.issued(),
                                false);
                CompletableFuture<Void> unused = phaseTwo.begin(begun, false);
            }
            if (!there.state().isFinal()) {
                attempt = there.attempt() + 1;
                return Optional.empty();
            }
            if (mine && !there.finished() && !phaseTwo.isSettling(there)) {
                // Perhaps nobody is at it: this commit's answer was lost, or its instance died.
                CompletableFuture<Void> unused = phaseTwo.begin(there, false);
            }
            return Optional.of(recorded(order, there));
        }

        private void abortBeforeItPassesOn(TransactionScope scope) {
            if (!scope.issued().isEmpty()) {
                Optional<TransactionAnswer> unused =
                        refuse(
                                scope,
                                new Outcome.Refused(OutcomeCode.ABORTED, "aborted by its body"));
            }
        }

        private DecisionRow row(
                TransactionScope scope,
                DecisionState state,
                Outcome outcome,
                List<ListedBranch> listed,
                boolean finished) {
            return new DecisionRow(
                    order.trace(),
                    scope.attempt(),
                    state,
                    order.content().digest(),
                    order.businessDate(),
                    listed,
                    outcome,
                    Content.EMPTY,
                    0,
                    finished);
        }
    }
}
