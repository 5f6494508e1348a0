package io.feiqian.transaction;

import io.feiqian.participant.Content;
import io.feiqian.transaction.InquiryProtocol.Effect;
import io.feiqian.transaction.InquiryProtocol.State;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One branch past its deadline: feeds {@link InquiryProtocol} and executes its effects. One event
 * follows the other, so that no two threads are ever in it. Holds no rule of its own.
 */
final class Clearing {
    private final TransactionHost host;
    private final InquiryProtocol protocol;
    private final Participation participation;
    private final Branch branch;
    private final Consumer<Clearing> onDone;
    private final Deliveries deliveries = new Deliveries();
    private volatile InquiryProtocol.Phase phase = InquiryProtocol.Phase.ASKING;

    Clearing(
            TransactionHost host,
            InquiryProtocol protocol,
            Participation participation,
            Branch branch,
            Consumer<Clearing> onDone) {
        this.host = host;
        this.protocol = protocol;
        this.participation = participation;
        this.branch = branch;
        this.onDone = onDone;
    }

    Branch branch() {
        return branch;
    }

    /** Whether it met a contradiction and waits for an operator. */
    boolean isStopped() {
        return phase == InquiryProtocol.Phase.STOPPED;
    }

    /** What is done about it, for operators. */
    Driving driving() {
        return new Driving(
                "BRANCH",
                phase.name(),
                branch.key().attempt(),
                branch.key().branch(),
                deliveries.all());
    }

    void begin() {
        go(protocol.found(branch.key()));
    }

    private void go(Transition<State, Effect> step) {
        if (host.isClosed()) {
            return;
        }
        State state = step.state();
        phase = state.phase();
        if (acts(step) && host.isSuspended(branch.key().trace())) {
            host.afterSuspension(() -> go(protocol.again(state)));
            return;
        }
        for (Effect effect : step.effects()) {
            switch (effect) {
                case Effect.Ask _ -> {
                    var _ =
                            host.peers
                                    .send(inquiry(host, branch))
                                    .thenAccept(reply -> {
                                        note(reply);
                                        go(protocol.answered(state, reply));
                                    });
                }
                case Effect.Finish(PeerMessage.Kind kind, boolean confirmedBefore) -> {
                    var _ =
                            participation
                                    .finish(branch, kind, confirmedBefore)
                                    .thenAccept(reply -> {
                                        note(reply);
                                        go(protocol.finished(state, reply));
                                    });
                }
                case Effect.Retry(int failures) -> {
                    deliveries.nextTry(
                            branch.key().branch(),
                            host.databaseClock.millis()
                                    + host.settings.retry().after(failures).toMillis());
                    host.afterFailures(failures, () -> go(protocol.again(state)));
                }
                case Effect.Alarm(AlarmKind kind, String message) ->
                        host.alarm(kind, message, branch.key().trace());
            }
        }
        // One that contradicts is kept, so that no scan takes it up before an operator has looked.
        if (state.phase() == InquiryProtocol.Phase.DONE) {
            onDone.accept(this);
        }
    }

    /** Whether it would ask or finish something now, which a suspension forbids. */
    private static boolean acts(Transition<State, Effect> step) {
        return step.effects().stream()
                .anyMatch(each -> each instanceof Effect.Ask || each instanceof Effect.Finish);
    }

    private void note(PeerReply reply) {
        deliveries.note(branch.key().branch(), reply, host.databaseClock.millis());
    }

    /** The question about this branch to its home slot. */
    static PeerMessage inquiry(TransactionHost host, Branch branch) {
        return new PeerMessage(
                PeerMessage.Kind.INQUIRY,
                branch.key().trace().home(),
                Optional.empty(),
                branch.key(),
                branch.initiator(),
                branch.transactionDigest(),
                branch.digest(),
                branch.service(),
                Content.EMPTY,
                branch.businessDate(),
                host.settings.messageTimeout(),
                Duration.ofMillis(branch.decideBy() - host.databaseClock.millis()));
    }
}
