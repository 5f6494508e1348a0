package io.feiqian.transaction;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.transaction.spi.Participant;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The driver of global transactions in one instance of a cell: non-blocking, on the threads that
 * complete local commits and bring replies. Whatever it forgets, since it crashed or was closed, is
 * found and finished by {@link Recovery}, its own or any other instance's.
 */
public final class CellTransactions implements Transactions {
    /**
     * What it stands on.
     *
     * @param cell the cell
     * @param commits its local commits
     * @param database the cell's database, for scans of candidates only
     * @param peers the way to other cells, and to this one
     * @param clock the clock
     * @param timer for deadlines and repetitions
     * @param alarms where operators are called
     */
    public record Ports(
            CellId cell,
            LocalCommit commits,
            DataSource database,
            PeerChannel peers,
            Clock clock,
            Timer timer,
            AlarmEvents alarms) {}

    private final TransactionHost host;
    private final InitiatorProtocol protocol;
    private final Participation participation;
    private final Acknowledgements acknowledgements;
    private final GatheredConfirms confirms;
    private final Recovery recovery;
    private final StuckWatch watch;
    private final Map<TraceNumber, Initiation> unfinished = new ConcurrentHashMap<>();
    private final Map<CellId, AtomicInteger> perPeer = new ConcurrentHashMap<>();
    private final Owner owner = new Owner();

    /** Takes part in others' transactions with these participants; recovery is not started. */
    public CellTransactions(
            Ports ports,
            DecisionContribution decisions,
            BranchContribution branches,
            List<Participant> participants,
            TransactionSettings settings) {
        this.host = new TransactionHost(ports, decisions, branches, settings);
        this.protocol = new InitiatorProtocol(settings.alarmAfter(), settings.mostRestarts());
        this.participation = new Participation(host, participants);
        this.acknowledgements = new Acknowledgements(host);
        this.confirms = new GatheredConfirms(host);
        this.recovery = new Recovery(host, ports.database(), participation, this::resume);
        this.watch = new StuckWatch(host, ports.database(), this::abandonFinished);
    }

    @Override
    public Execution execute(GlobalTransaction transaction) {
        if (host.isClosed()) {
            return refused(OutcomeCode.SHUTTING_DOWN, "instance: stopping (expected: running)");
        }
        Initiation known = unfinished.get(transaction.trace());
        if (known != null) {
            return join(known, transaction);
        }
        Optional<Execution> noRoom = noRoom(transaction);
        if (noRoom.isPresent()) {
            return noRoom.get();
        }
        long decideBy = host.databaseClock.millis() + transaction.decideWithin().toMillis();
        Initiation fresh =
                new Initiation(
                        host,
                        protocol,
                        owner,
                        Initiation.Facts.of(transaction, host.cell, decideBy),
                        peersOf(transaction.branches()),
                        InitiatorState.begin(
                                transaction.trace(),
                                transaction.digest(),
                                transaction.branches().size()));
        Initiation before = keep(fresh);
        if (before != null) {
            return join(before, transaction);
        }
        fresh.begin(Optional.of(transaction.decideWithin()));
        return fresh.execution();
    }

    @Override
    public CompletableFuture<Found> find(TraceNumber trace) {
        Part<?> look = new Part<>(host.decisions, new DecisionCommand.Look(trace));
        return host.commit(
                        List.of(Claim.of(trace.home(), WorkKind.READ)),
                        List.of(look),
                        Lane.NEW,
                        host.settings.messageTimeout())
                .thenApply(CellTransactions::found);
    }

    @Override
    public CompletableFuture<PeerReply> receive(PeerMessage message) {
        if (host.isClosed()) {
            return CompletableFuture.completedFuture(
                    PeerReply.refused(
                            OutcomeCode.SHUTTING_DOWN, "instance: stopping (expected: running)"));
        }
        return participation.receive(message);
    }

    @Override
    public void startRecovery() {
        watch.start();
        recovery.start();
    }

    @Override
    public void stopRecovery() {
        watch.stop();
        recovery.stop();
    }

    @Override
    public CompletableFuture<Integer> recoverNow() {
        return recovery.scan(host.settings.grace());
    }

    /**
     * Takes up rows that were found unfinished, as a scan of this instance does: candidates only,
     * whose every step is a commit of its own that judges under locks.
     *
     * @param decisions whose branches are not all acknowledged
     * @param branches that outlived their deadline
     * @param databaseMillis what the database's clock showed, milliseconds since 1970
     */
    public void takeUp(List<Decision> decisions, List<Branch> branches, long databaseMillis) {
        recovery.takeUp(decisions, branches, databaseMillis);
    }

    /**
     * Takes up what an operator has looked at, also what this instance had stopped for that reason.
     * Every step is a commit of its own that judges under locks: to ask twice does no harm.
     */
    public void retry(List<Decision> decisions, List<Branch> branches, long databaseMillis) {
        for (Decision each : decisions) {
            Initiation kept = unfinished.get(each.trace());
            if (kept != null && kept.phase() == InitiatorState.Phase.STOPPED) {
                forget(kept);
            }
        }
        recovery.forgetStopped(branches);
        recovery.takeUp(decisions, branches, databaseMillis);
    }

    /** How this instance is getting on with a transaction that it began or took up, if it is. */
    public Optional<InitiatorState.Phase> phase(TraceNumber trace) {
        return Optional.ofNullable(unfinished.get(trace)).map(Initiation::phase);
    }

    /**
     * What this instance is doing about a transaction, and what did not come through so far
     * (B12-c.2); empty where it does nothing about it.
     */
    public List<Driving> driving(TraceNumber trace) {
        List<Driving> found = new ArrayList<>();
        Initiation kept = unfinished.get(trace);
        if (kept != null) {
            found.add(kept.driving());
        }
        found.addAll(recovery.driving(trace));
        return found;
    }

    /**
     * Reads again which transactions operators have suspended, on a connection that the caller
     * brings; otherwise every scan does.
     */
    public void readSuspensions(Connection connection) throws SQLException {
        host.suspended(Suspension.all(connection));
    }

    /**
     * What the home slot says of a branch (home-slot). Once that is committed, or aborted for this
     * attempt, it never changes; where the deadline is over, asking plants the row that says so.
     */
    public CompletableFuture<PeerReply> inquire(Branch branch) {
        return host.peers.send(Clearing.inquiry(host, branch));
    }

    /** Tells operators that two of them have ended by hand what the protocol could not. */
    public void resolved(TraceNumber trace, String message) {
        host.alarm(AlarmKind.TRANSACTION_RESOLVED, message, trace);
    }

    /**
     * Forgets what this instance drives although its decision is finished on record, by operators
     * or by another instance; every look for stuck ones does it too. On a connection that the
     * caller brings.
     *
     * @return how many were forgotten
     */
    public int abandonFinished(Connection connection) throws SQLException {
        List<Initiation> inTrouble =
                unfinished.values().stream().filter(Initiation::isInTrouble).toList();
        Set<TraceNumber> finished =
                TransactionQueries.finishedOf(
                        connection, inTrouble.stream().map(it -> it.facts().trace()).toList());
        List<Initiation> over =
                inTrouble.stream().filter(it -> finished.contains(it.facts().trace())).toList();
        over.forEach(each -> {
            each.abandon();
            forget(each);
        });
        return over.size();
    }

    /** When operators are told of what is stuck. */
    public WatchSettings watchSettings() {
        return host.settings.watch();
    }

    /** Looks for stuck transactions now; completes with how many operators were told of. */
    public CompletableFuture<Integer> watchNow() {
        return watch.look();
    }

    /** Deletes finished rows that are old enough, now; completes with how many (cleaning). */
    public CompletableFuture<Integer> cleanNow() {
        return recovery.clean();
    }

    @Override
    public int unfinished() {
        return unfinished.size();
    }

    @Override
    public void close() {
        confirms.close();
        acknowledgements.flush();
        watch.stop();
        recovery.stop();
        host.close();
    }

    private void resume(Decision decision) {
        Initiation fresh =
                new Initiation(
                        host,
                        protocol,
                        owner,
                        Initiation.Facts.of(decision, Settling.AT_ONCE),
                        peersOf(decision.branches()),
                        InitiatorState.resume(decision));
        if (keep(fresh) == null) {
            fresh.begin(Optional.empty());
        }
    }

    /** Keeps it; answers the one that is kept already under its trace number. */
    private @Nullable Initiation keep(Initiation fresh) {
        Initiation before = unfinished.putIfAbsent(fresh.facts().trace(), fresh);
        if (before == null) {
            peersOf(fresh.facts().branches()).forEach(peer -> count(peer).incrementAndGet());
        }
        return before;
    }

    private void forget(Initiation initiation) {
        if (unfinished.remove(initiation.facts().trace(), initiation)) {
            initiation.peers().forEach(peer -> count(peer).decrementAndGet());
        }
    }

    private Set<CellId> peersOf(List<BranchSpec> branches) {
        Set<CellId> peers = new HashSet<>();
        for (BranchSpec each : branches) {
            host.peers.owner(each.slot()).ifPresent(peers::add);
        }
        return peers;
    }

    private AtomicInteger count(CellId peer) {
        return perPeer.computeIfAbsent(peer, _ -> new AtomicInteger());
    }

    private Optional<Execution> noRoom(GlobalTransaction transaction) {
        Slot home = transaction.trace().home();
        OutcomeCode admitted = host.peers.admits(home, WorkKind.NEW_WORK);
        if (admitted != OutcomeCode.ACCEPTED) {
            return Optional.of(
                    refused(admitted, "slot: " + home + " (expected: one that takes new work)"));
        }
        for (BranchSpec each : transaction.branches()) {
            Optional<CellId> peer = host.peers.owner(each.slot());
            if (peer.isEmpty()) {
                return Optional.of(
                        refused(
                                OutcomeCode.NO_ROUTE,
                                "slot: " + each.slot() + " (expected: one with an owner)"));
            }
            int there = count(peer.get()).get();
            if (there >= host.settings.unfinishedPerPeer()) {
                return Optional.of(
                        refused(
                                OutcomeCode.OVERLOADED,
                                "unfinished transactions with %s: %d (expected: fewer than %d)"
                                        .formatted(
                                                peer.get(),
                                                there,
                                                host.settings.unfinishedPerPeer())));
            }
        }
        return Optional.empty();
    }

    /**
     * The same request while the first is under way shares its answers. Which content counts is
     * known once one is on record: until then another content waits, and is not refused for ever.
     */
    private static Execution join(Initiation known, GlobalTransaction transaction) {
        if (known.facts().digest() != transaction.digest()) {
            return refused(
                    OutcomeCode.WAIT,
                    "trace number: "
                            + transaction.trace()
                            + " is in use with other content (expected: that it is decided)");
        }
        Execution first = known.execution();
        return new Execution(
                first.decided().thenApply(Answer::asRecorded),
                first.settled().thenApply(Answer::asRecorded));
    }

    private static Execution refused(OutcomeCode code, String message) {
        CompletableFuture<Answer> answer =
                CompletableFuture.completedFuture(Answer.refused(code, message));
        return new Execution(answer, answer);
    }

    private static Found found(Answer answer) {
        Optional<Decision> decision = answer.value(Decision.class);
        return decision.map(row ->
                        new Found(
                                row.transactionState(),
                                new Answer(row.outcome(), row, true),
                                decision))
                .orElseGet(() -> new Found(TransactionState.UNDECIDED, answer, Optional.empty()));
    }

    private final class Owner implements Initiation.Owner {
        @Override
        public void ended(Initiation initiation, InitiatorState last) {
            if (last.phase() == InitiatorState.Phase.STOPPED) {
                // Kept, so that no scan takes it up again before an operator has looked.
                return;
            }
            forget(initiation);
        }

        @Override
        public void acknowledge(DecisionCommand.Mark mark) {
            acknowledgements.add(mark);
        }

        @Override
        public int unfinished() {
            return unfinished.size();
        }

        @Override
        public void gather(Runnable confirm) {
            confirms.add(confirm);
        }
    }
}
