package io.feiqian.transaction;

import io.feiqian.participant.BranchState;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.Standing;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.transaction.DecisionCommand.Inquire;
import io.feiqian.transaction.spi.Participant;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The receiving side: feeds {@link ParticipantProtocol} with the answers of local commits and
 * executes its effects. Holds no rule of its own. Thread-safe.
 */
final class Participation {
    /** One message while it is worked on. */
    private record Task(
            Branch branch,
            Participant participant,
            Optional<Epoch> epoch,
            Duration within,
            String label,
            CompletableFuture<PeerReply> reply) {
        BranchCall call() {
            return branch.call(label);
        }
    }

    private final TransactionHost host;
    private final Map<String, Participant> participants;

    Participation(TransactionHost host, List<Participant> participants) {
        this.host = host;
        this.participants =
                participants.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Participant::service, Function.identity()));
    }

    /** Answers a message once its effect is durable. */
    CompletableFuture<PeerReply> receive(PeerMessage message) {
        if (message.kind() == PeerMessage.Kind.INQUIRY) {
            return inquire(message);
        }
        long decideBy = host.databaseClock.millis() + message.decideByRemaining().toMillis();
        Branch branch =
                new Branch(
                        message.key(),
                        BranchState.TRIED,
                        message.slot(),
                        message.initiator(),
                        message.transactionDigest(),
                        message.digest(),
                        message.service(),
                        message.content(),
                        decideBy,
                        message.businessDate(),
                        Outcome.accepted(),
                        0);
        return run(
                branch,
                message.epoch(),
                message.remaining(),
                message.label(),
                ParticipantProtocol.received(message.key(), message.kind()));
    }

    /** Finishes a branch of this cell as its home slot said. */
    CompletableFuture<PeerReply> finish(
            Branch branch, PeerMessage.Kind kind, boolean confirmedBefore) {
        return run(
                branch,
                Optional.empty(),
                host.settings.messageTimeout(),
                "",
                confirmedBefore
                        ? ParticipantProtocol.confirmedBefore(branch.key())
                        : ParticipantProtocol.received(branch.key(), kind));
    }

    private CompletableFuture<PeerReply> run(
            Branch branch,
            Optional<Epoch> epoch,
            Duration within,
            String label,
            Transition<ParticipantProtocol.State, ParticipantProtocol.Effect> first) {
        Participant participant = participants.get(branch.service());
        if (participant == null) {
            return refused(
                    OutcomeCode.MALFORMED_REQUEST,
                    "service: %s (expected: one of %s)"
                            .formatted(branch.service(), participants.keySet()));
        }
        Task task =
                new Task(
                        branch,
                        participant,
                        epoch,
                        within,
                        label,
                        new CompletableFuture<PeerReply>());
        execute(task, first);
        return task.reply;
    }

    private CompletableFuture<PeerReply> inquire(PeerMessage message) {
        Slot home = message.key().trace().home();
        if (!message.slot().equals(home)) {
            return refused(
                    OutcomeCode.MALFORMED_REQUEST,
                    "slot: %s (expected: the home slot %s)".formatted(message.slot(), home));
        }
        Inquire inquire =
                new Inquire(
                        message.key(),
                        message.transactionDigest(),
                        message.digest(),
                        message.businessDate(),
                        message.decideByRemaining().toMillis());
        return host.commit(
                        List.of(new Claim(home, WorkKind.INQUIRY, message.epoch())),
                        List.of(new Part<>(host.decisions, inquire)),
                        Lane.FINISHING,
                        message.remaining())
                .thenApply(answer ->
                        new PeerReply.Answered(
                                answer.code(),
                                answer.outcome().message(),
                                answer.value(Standing.class).orElse(Standing.NONE),
                                answer.recorded()));
    }

    private void execute(
            Task task, Transition<ParticipantProtocol.State, ParticipantProtocol.Effect> step) {
        for (ParticipantProtocol.Effect effect : step.effects()) {
            switch (effect) {
                case ParticipantProtocol.Effect.Submit(BranchStep next) ->
                        submit(task, step.state(), next);
                case ParticipantProtocol.Effect.Reply(PeerReply.Answered reply) ->
                        task.reply.complete(reply);
                case ParticipantProtocol.Effect.Alarm(AlarmKind kind, String message) ->
                        host.alarm(kind, message, task.branch.key().trace());
            }
        }
    }

    private void submit(Task task, ParticipantProtocol.State state, BranchStep step) {
        Optional<Share> share;
        boolean mayRebuild;
        try {
            share = share(task, step);
            mayRebuild =
                    step != BranchStep.CONFIRM || task.participant.rebuild(task.call()).isPresent();
        } catch (RefusedException unreadable) {
            task.reply.complete(
                    PeerReply.refused(unreadable.code(), unreadable.outcome().message()));
            return;
        }
        List<Part<?>> parts = new ArrayList<>(4);
        parts.add(new Part<>(host.branches, BranchCommand.guard(step, task.branch)));
        share.ifPresent(some -> parts.addAll(some.parts()));
        parts.add(new Part<>(host.branches, BranchCommand.record(step, task.branch)));
        List<Claim> claims = new ArrayList<>(2);
        claims.add(new Claim(task.branch.slot(), kind(step), task.epoch));
        share.ifPresent(some -> claims.addAll(some.claims()));
        Lane lane = step == BranchStep.TRY ? Lane.NEW : Lane.FINISHING;
        var _ =
                host.commit(claims, parts, lane, task.within)
                        .thenAccept(answer -> finished(task, state, answer, mayRebuild));
    }

    private void finished(
            Task task, ParticipantProtocol.State state, Answer answer, boolean mayRebuild) {
        if (host.isClosed()) {
            task.reply.complete(new PeerReply.Unheard("the instance stopped meanwhile"));
        } else {
            execute(task, ParticipantProtocol.finished(state, answer, mayRebuild));
        }
    }

    private static Optional<Share> share(Task task, BranchStep step) {
        BranchCall call = task.call();
        return switch (step) {
            case TRY -> Optional.of(task.participant.attempt(call));
            case CONFIRM -> Optional.of(task.participant.confirm(call));
            case CANCEL -> Optional.of(task.participant.cancel(call));
            case REBUILD -> task.participant.rebuild(call);
            case PLANT -> Optional.empty();
        };
    }

    private static WorkKind kind(BranchStep step) {
        return switch (step) {
            case TRY -> WorkKind.TRY;
            case CONFIRM, REBUILD -> WorkKind.CONFIRM;
            case CANCEL, PLANT -> WorkKind.CANCEL;
        };
    }

    private static CompletableFuture<PeerReply> refused(OutcomeCode code, String message) {
        return CompletableFuture.completedFuture(PeerReply.refused(code, message));
    }
}
