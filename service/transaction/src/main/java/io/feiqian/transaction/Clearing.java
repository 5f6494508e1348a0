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

    void begin() {
        go(protocol.found(branch.key()));
    }

    private void go(Transition<State, Effect> step) {
        if (host.isClosed()) {
            return;
        }
        State state = step.state();
        phase = state.phase();
        for (Effect effect : step.effects()) {
            switch (effect) {
                case Effect.Ask _ -> {
                    var _ =
                            host.peers
                                    .send(inquiry())
                                    .thenAccept(reply -> go(protocol.answered(state, reply)));
                }
                case Effect.Finish(PeerMessage.Kind kind, boolean confirmedBefore) -> {
                    var _ =
                            participation
                                    .finish(branch, kind, confirmedBefore)
                                    .thenAccept(reply -> go(protocol.finished(state, reply)));
                }
                case Effect.Retry(int failures) ->
                        host.afterFailures(failures, () -> go(protocol.again(state)));
                case Effect.Alarm(AlarmKind kind, String message) ->
                        host.alarm(kind, message, branch.key().trace());
            }
        }
        // One that contradicts is kept, so that no scan takes it up before an operator has looked.
        if (state.phase() == InquiryProtocol.Phase.DONE) {
            onDone.accept(this);
        }
    }

    private PeerMessage inquiry() {
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
