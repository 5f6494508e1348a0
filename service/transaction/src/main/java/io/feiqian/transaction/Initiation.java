package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer.Cancellable;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.telemetry.Tracing;
import io.feiqian.transaction.DecisionCommand.Decide;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One transaction at its initiator: feeds {@link InitiatorProtocol} with events and executes the
 * effects. Holds no rule of its own. Events may come on any thread; they are taken one after the
 * other, and no thread waits for another.
 */
final class Initiation {
    /**
     * What is known of the transaction.
     *
     * @param initiator the cell that began it
     * @param own the own share; nothing where the decision is on record already
     * @param decideBy milliseconds by the database's clock
     * @param settling how soon its branches are confirmed
     * @param label the label of a gray release; empty for none, and where it was taken up
     */
    record Facts(
            TraceNumber trace,
            long digest,
            BusinessDate businessDate,
            List<BranchSpec> branches,
            CellId initiator,
            Share own,
            long decideBy,
            Content content,
            Settling settling,
            String label) {
        static Facts of(GlobalTransaction transaction, CellId cell, long decideBy) {
            return new Facts(
                    transaction.trace(),
                    transaction.digest(),
                    transaction.businessDate(),
                    transaction.branches(),
                    cell,
                    transaction.own(),
                    decideBy,
                    transaction.content(),
                    transaction.settling(),
                    transaction.label());
        }

        static Facts of(Decision decision, Settling settling) {
            return new Facts(
                    decision.trace(),
                    decision.digest(),
                    decision.businessDate(),
                    decision.branches(),
                    decision.initiator(),
                    Share.NOTHING,
                    decision.decideBy(),
                    decision.content(),
                    settling,
                    "");
        }
    }

    /** Who keeps it. */
    interface Owner {
        /** Nothing more will happen. */
        void ended(Initiation initiation, InitiatorState last);

        /** Branches are durably finished. */
        void acknowledge(DecisionCommand.Mark mark);

        /** How many are unfinished. */
        int unfinished();

        /** Confirms together with others. */
        void gather(Runnable confirm);
    }

    private record Step(List<InitiatorEffect> effects, Optional<InitiatorState> end) {}

    private final TransactionHost host;
    private final InitiatorProtocol protocol;
    private final Owner owner;
    private volatile Facts facts;
    private final Set<CellId> peers;
    private final CompletableFuture<Answer> decided = new CompletableFuture<>();
    private final CompletableFuture<Answer> settled = new CompletableFuture<>();
    private final Tracing.Origin origin;
    private final Queue<InitiatorEvent> events = new ArrayDeque<>(4);
    private final Deliveries deliveries = new Deliveries();
    private InitiatorState state;
    private boolean working;
    private boolean abandoned;
    private volatile @Nullable Cancellable deadline;

    Initiation(
            TransactionHost host,
            InitiatorProtocol protocol,
            Owner owner,
            Facts facts,
            Set<CellId> peers,
            InitiatorState first) {
        this.host = host;
        this.protocol = protocol;
        this.owner = owner;
        this.facts = facts;
        this.peers = peers;
        this.state = first;
        this.origin = Tracing.origin(Optional.of(facts.trace()));
        // Whoever takes up a decision knows its answer already, and so do those who join it.
        first.answer().ifPresent(decided::complete);
    }

    Facts facts() {
        return facts;
    }

    /** How far it has come in this instance. */
    InitiatorState.Phase phase() {
        synchronized (events) {
            return state.phase();
        }
    }

    /** What this instance does about it, for operators. */
    Driving driving() {
        InitiatorState now;
        synchronized (events) {
            now = state;
        }
        return new Driving("INITIATOR", now.phase().name(), now.attempt(), 0, deliveries.all());
    }

    /**
     * Does nothing more about it: its decision is finished on record, by another instance or by
     * operators. Whoever waits for the end is told.
     */
    void abandon() {
        InitiatorState last;
        synchronized (events) {
            abandoned = true;
            events.clear();
            last = state;
        }
        last.answer().ifPresent(settled::complete);
    }

    /** Whether its decision is on record and something of it does not come through. */
    boolean isInTrouble() {
        return switch (phase()) {
            case CONFIRMING, CANCELLING, STOPPED -> !deliveries.all().isEmpty();
            case TRYING, DECIDING, ABORTING, LOOKING, RESTARTING, SETTLED, LEFT -> false;
        };
    }

    /** The cells of its branches when it began. */
    Set<CellId> peers() {
        return peers;
    }

    Transactions.Execution execution() {
        return new Transactions.Execution(decided, settled);
    }

    /** Begins; once {@code decideWithin} is over the protocol is told so. */
    void begin(Optional<Duration> decideWithin) {
        if (decideWithin.isPresent()) {
            deadline =
                    host.timer.after(
                            decideWithin.get(), () -> on(new InitiatorEvent.DeadlinePassed()));
        }
        on(new InitiatorEvent.Begun());
    }

    private void on(InitiatorEvent event) {
        synchronized (events) {
            events.add(event);
            if (working) {
                return;
            }
            working = true;
        }
        for (Step step = next(); step != null; step = next()) {
            try (Tracing.Entered _ = origin.enter()) {
                // First, so that whoever is told of the end finds the room that it leaves.
                step.end.ifPresent(this::end);
                step.effects.forEach(this::execute);
            } catch (RuntimeException fault) {
                host.fault("the initiator", facts.trace, fault);
            }
        }
    }

    private @Nullable Step next() {
        synchronized (events) {
            InitiatorEvent event = events.poll();
            if (event == null || abandoned || host.isClosed()) {
                events.clear();
                working = false;
                return null;
            }
            boolean ended = state.phase().isEnd();
            Transition<InitiatorState, InitiatorEffect> transition = protocol.step(state, event);
            state = transition.state();
            boolean ends = !ended && state.phase().isEnd();
            return new Step(transition.effects(), ends ? Optional.of(state) : Optional.empty());
        }
    }

    private void end(InitiatorState last) {
        Cancellable waiting = deadline;
        if (waiting != null) {
            waiting.cancel();
        }
        owner.ended(this, last);
    }

    private void execute(InitiatorEffect effect) {
        switch (effect) {
            case InitiatorEffect.Send send -> sendOrGather(send);
            case InitiatorEffect.Decide(int attempt) ->
                    commit(
                            decisionParts(attempt),
                            ownClaims(),
                            remaining(),
                            InitiatorEvent.Decided::new);
            case InitiatorEffect.Abort(int attempt, Outcome.Refused reason) ->
                    commit(
                            List.of(part(new DecisionCommand.Abort(decide(attempt), reason))),
                            List.of(homeClaim(WorkKind.DECISION)),
                            host.settings.messageTimeout(),
                            InitiatorEvent.Voided::new);
            case InitiatorEffect.Look _ ->
                    commit(
                            List.of(part(new DecisionCommand.Look(facts.trace))),
                            List.of(homeClaim(WorkKind.READ)),
                            host.settings.messageTimeout(),
                            InitiatorEvent.Looked::new);
            case InitiatorEffect.Tell(Answer answer) -> decided.complete(answer);
            case InitiatorEffect.Settle(Answer answer) -> {
                decided.complete(answer);
                settled.complete(answer);
            }
            case InitiatorEffect.Acknowledge(int attempt, long branches) ->
                    owner.acknowledge(
                            new DecisionCommand.Mark(facts.trace, attempt, facts.digest, branches));
            case InitiatorEffect.Retry retry -> {
                deliveries.nextTry(
                        retry.branch(),
                        host.databaseClock.millis()
                                + host.settings.retry().after(retry.failures()).toMillis());
                host.afterFailures(retry.failures(), () -> on(new InitiatorEvent.RetryDue(retry)));
            }
            case InitiatorEffect.Alarm(AlarmKind kind, String message) ->
                    host.alarm(kind, message, facts.trace);
        }
    }

    /**
     * What ends a transaction in flight goes first, so that nothing stays half done (two-lanes).
     */
    private void commit(
            List<Part<?>> parts,
            List<Claim> claims,
            Duration within,
            Function<Answer, InitiatorEvent> event) {
        var _ =
                host.commit(claims, parts, Lane.FINISHING, within)
                        .thenAccept(answer -> {
                            note(answer);
                            adoptDecided(answer);
                            on(event.apply(answer));
                        });
    }

    private void note(Answer answer) {
        if (answer.isAccepted() || answer.code().isFinal()) {
            deliveries.succeeded(0);
        } else {
            deliveries.failed(
                    0,
                    answer.code() + " " + answer.outcome().message(),
                    host.databaseClock.millis());
        }
    }

    /**
     * What is on record as committed is confirmed as it was decided: another instance's execution
     * of the same attempt may have fixed another business date (business-date).
     */
    private void adoptDecided(Answer answer) {
        answer.value(Decision.class)
                .filter(row ->
                        row.state() == DecisionState.COMMITTED && row.digest() == facts.digest)
                .ifPresent(row -> facts = Facts.of(row, facts.settling));
    }

    private Part<?> part(DecisionCommand command) {
        return new Part<>(host.decisions, command);
    }

    private List<Part<?>> decisionParts(int attempt) {
        List<Part<?>> parts = new ArrayList<>(facts.own.parts());
        parts.add(part(decide(attempt)));
        return parts;
    }

    private List<Claim> ownClaims() {
        List<Claim> claims = new ArrayList<>(1 + facts.own.claims().size());
        claims.add(homeClaim(WorkKind.DECISION));
        claims.addAll(facts.own.claims());
        return claims;
    }

    private Claim homeClaim(WorkKind kind) {
        return Claim.of(facts.trace.home(), kind);
    }

    private Decide decide(int attempt) {
        return new Decide(
                facts.trace,
                attempt,
                facts.digest,
                facts.decideBy,
                facts.businessDate,
                facts.branches,
                facts.content);
    }

    private Duration remaining() {
        return Duration.ofMillis(Math.max(0, facts.decideBy - host.databaseClock.millis()));
    }

    private void sendOrGather(InitiatorEffect.Send send) {
        boolean gathers =
                send.kind() == PeerMessage.Kind.CONFIRM
                        && facts.settling == Settling.GATHERED
                        && owner.unfinished() >= host.settings.gather().from();
        if (!gathers) {
            send(send);
            return;
        }
        owner.gather(() -> {
            try (Tracing.Entered _ = origin.enter()) {
                send(send);
            }
        });
    }

    private void send(InitiatorEffect.Send send) {
        BranchSpec branch = facts.branches.get(send.branch() - 1);
        boolean isTry = send.kind() == PeerMessage.Kind.TRY;
        if (!isTry && host.isSuspended(facts.trace)) {
            host.afterSuspension(() -> again(send));
            return;
        }
        Duration remaining = remaining();
        PeerMessage message =
                new PeerMessage(
                        send.kind(),
                        branch.slot(),
                        Optional.empty(),
                        new BranchKey(facts.trace, send.attempt(), send.branch()),
                        facts.initiator,
                        facts.digest,
                        branch.digest(),
                        branch.service(),
                        branch.content(),
                        facts.businessDate,
                        isTry ? remaining : host.settings.messageTimeout(),
                        remaining,
                        facts.label);
        var _ =
                host.peers
                        .send(message)
                        .thenAccept(reply -> {
                            deliveries.note(send.branch(), reply, host.databaseClock.millis());
                            on(
                                    new InitiatorEvent.Replied(
                                            send.kind(), send.attempt(), send.branch(), reply));
                        });
    }

    /**
     * What waited for the end of a suspension is due again, where it still belongs to the phase.
     */
    private void again(InitiatorEffect.Send send) {
        on(
                new InitiatorEvent.RetryDue(
                        new InitiatorEffect.Retry(phase(), send.attempt(), send.branch(), 1)));
    }
}
