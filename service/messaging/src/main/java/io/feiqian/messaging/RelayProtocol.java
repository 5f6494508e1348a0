package io.feiqian.messaging;

import io.feiqian.messaging.RelayState.Flying;
import io.feiqian.messaging.RelayState.Phase;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How one instance delivers the messages of one key: pure. It looks at the key's row and its next
 * messages, sends a window of them in order, acknowledges what the consumer has taken, and goes on
 * until there is nothing. What fails is repeated for ever with growing pauses (retry-for-ever);
 * what the consumer refuses is counted in the outbox, and dead when that is often enough.
 *
 * <p>Any number of instances may deliver one key at once: the consumer's mark takes each message
 * once and in order (inbox-mark).
 */
public final class RelayProtocol {
    private final int window;
    private final int alarmAfter;
    private final long nearbyMillis;

    /**
     * A protocol with these bounds.
     *
     * @param window how many messages of a key are on the way at once
     * @param alarmAfter at how many failures in a row an operator is told
     * @param nearbyMillis how soon a delayed message must be due to be waited for here
     */
    public RelayProtocol(int window, int alarmAfter, long nearbyMillis) {
        this.window = window;
        this.alarmAfter = alarmAfter;
        this.nearbyMillis = nearbyMillis;
    }

    /** Takes up a key. */
    public RelayStep begin(MessageKey key) {
        return RelayStep.of(RelayState.begin(key), new RelayEffect.Look(0));
    }

    /** What follows from an event; events that come late change nothing. */
    public RelayStep step(RelayState state, RelayEvent event) {
        return switch (event) {
            case RelayEvent.Woken _ ->
                    state.phase() == Phase.RESTING && state.failures() == 0
                            ? look(state)
                            : RelayStep.of(state.withAgain(true));
            case RelayEvent.Found found ->
                    state.phase() == Phase.LOOKING ? found(state, found) : RelayStep.of(state);
            case RelayEvent.Unreadable _ ->
                    state.phase() == Phase.LOOKING
                            ? backOff(state, "outbox: cannot be read", Optional.empty())
                            : RelayStep.of(state);
            case RelayEvent.Answered answered ->
                    state.phase() == Phase.DELIVERING
                            ? answered(state, answered)
                            : RelayStep.of(state);
            case RelayEvent.RefusalRecorded recorded ->
                    state.phase() == Phase.REFUSING
                            ? refused(state, recorded)
                            : RelayStep.of(state);
            case RelayEvent.Rested _ ->
                    state.phase() == Phase.RESTING ? look(state) : RelayStep.of(state);
        };
    }

    private RelayStep found(RelayState state, RelayEvent.Found found) {
        if (found.key().isEmpty() || found.key().get().state() == KeyState.DEAD) {
            return end(state);
        }
        OutboxKey row = found.key().get();
        long from = Math.max(row.done(), state.delivered()) + 1;
        if (found.rows().isEmpty()) {
            return from <= row.last() ? missing(state, row, from) : end(state);
        }
        OutboxRow head = found.rows().getFirst();
        if (head.position() != from) {
            return missing(state, row, from);
        }
        if (row.state() == KeyState.SKIPPING && head.position() == row.done() + 1) {
            return deliver(state.withAgain(true), List.of(head), true);
        }
        long now = found.nowMillis();
        if (head.dueAt() > now) {
            return waitFor(state, row, head, now);
        }
        List<OutboxRow> due =
                found.rows().stream().takeWhile(each -> each.dueAt() <= now).limit(window).toList();
        boolean more = due.getLast().position() < row.last();
        return deliver(state.withAgain(state.again() || more), due, false);
    }

    private static RelayStep deliver(RelayState state, List<OutboxRow> rows, boolean skipped) {
        List<Flying> flight = new ArrayList<>(rows.size());
        List<RelayEffect> effects = new ArrayList<>(rows.size());
        for (OutboxRow each : rows) {
            flight.add(new Flying(each.position(), each.trace(), Optional.empty()));
            effects.add(new RelayEffect.Deliver(each, skipped));
        }
        return new RelayStep(state.withFlight(flight), effects);
    }

    /** A delayed message: this instance waits where it is soon, a scan finds it otherwise. */
    private RelayStep waitFor(RelayState state, OutboxKey row, OutboxRow head, long now) {
        List<RelayEffect> effects = new ArrayList<>();
        if (row.dueAt() != head.dueAt()) {
            effects.add(new RelayEffect.Postpone(head.position(), head.dueAt()));
        }
        long wait = head.dueAt() - now;
        if (wait > nearbyMillis) {
            return new RelayStep(state.in(Phase.ENDED), effects);
        }
        effects.add(new RelayEffect.Rest(wait));
        return new RelayStep(state.in(Phase.RESTING), effects);
    }

    private RelayStep answered(RelayState state, RelayEvent.Answered event) {
        List<Flying> flight = new ArrayList<>(state.flight());
        for (int i = 0; i < flight.size(); i++) {
            Flying each = flight.get(i);
            if (each.position() == event.position() && each.reply().isEmpty()) {
                flight.set(
                        i, new Flying(each.position(), each.trace(), Optional.of(event.reply())));
            }
        }
        RelayState next = state.withFlight(flight);
        return flight.stream().allMatch(each -> each.reply().isPresent())
                ? landed(next)
                : RelayStep.of(next);
    }

    /** Every message of the flight was answered, or not in time. */
    private RelayStep landed(RelayState state) {
        List<Flying> flight = state.flight();
        int taken = 0;
        while (taken < flight.size() && isTaken(flight.get(taken))) {
            taken++;
        }
        RelayState next = state;
        List<RelayEffect> effects = new ArrayList<>();
        if (taken > 0) {
            long upTo = flight.get(taken - 1).position();
            next = state.withDelivered(upTo);
            effects.add(new RelayEffect.Acknowledge(upTo));
        }
        RelayStep rest =
                taken == flight.size() ? end(next) : stoppedAt(next, flight.get(taken), taken > 0);
        effects.addAll(rest.effects());
        return new RelayStep(rest.state(), effects);
    }

    private RelayStep stoppedAt(RelayState state, Flying at, boolean progress) {
        DeliveryReply reply = at.reply().orElseThrow();
        if (reply instanceof DeliveryReply.Answered answered && answered.isRefusal()) {
            return RelayStep.of(
                    state.in(Phase.REFUSING),
                    new RelayEffect.Refuse(at.position(), answered.refusal()));
        }
        // What overtook the ones before it is welcome as soon as these are there.
        if (progress
                && reply instanceof DeliveryReply.Answered answered
                && answered.code() == OutcomeCode.WAIT) {
            return look(state);
        }
        String why =
                switch (reply) {
                    case DeliveryReply.Answered answered ->
                            answered.code() + ": " + answered.message();
                    case DeliveryReply.Unheard(String message) -> message;
                };
        return backOff(
                state,
                "message %d of %s: %s".formatted(at.position(), state.key(), why),
                Optional.of(at));
    }

    private RelayStep refused(RelayState state, RelayEvent.RefusalRecorded recorded) {
        if (recorded.key().isPresent() && recorded.key().get().state() == KeyState.DEAD) {
            OutboxKey row = recorded.key().get();
            return RelayStep.of(
                    state.in(Phase.ENDED),
                    new RelayEffect.Raise(
                            AlarmKind.MESSAGE_DEAD,
                            "message %d of %s was refused %d times, last with %s: %s; %d wait"
                                    .formatted(
                                            row.done() + 1,
                                            row.key(),
                                            row.attempts(),
                                            row.said().code(),
                                            row.said().message(),
                                            row.last() - row.done()),
                            Optional.empty()));
        }
        RelayState next = state.withOneMoreFailure().in(Phase.RESTING);
        return RelayStep.of(next, new RelayEffect.BackOff(next.failures()));
    }

    private RelayStep backOff(RelayState state, String why, Optional<Flying> at) {
        RelayState next = state.withOneMoreFailure().in(Phase.RESTING);
        List<RelayEffect> effects = new ArrayList<>();
        if (next.failures() == alarmAfter) {
            effects.add(
                    new RelayEffect.Raise(
                            AlarmKind.MESSAGE_UNDELIVERED,
                            "%d deliveries in a row were in vain, the last: %s"
                                    .formatted(next.failures(), why),
                            at.map(Flying::trace)));
        }
        effects.add(new RelayEffect.BackOff(next.failures()));
        return new RelayStep(next, effects);
    }

    private static RelayStep missing(RelayState state, OutboxKey row, long position) {
        return RelayStep.of(
                state.in(Phase.ENDED),
                new RelayEffect.Raise(
                        AlarmKind.MESSAGE_CONTRADICTION,
                        "message %d of %s is not there (expected: all of %d to %d)"
                                .formatted(position, row.key(), row.done() + 1, row.last()),
                        Optional.empty()));
    }

    private static RelayStep end(RelayState state) {
        return state.again() ? look(state) : RelayStep.of(state.in(Phase.ENDED));
    }

    private static RelayStep look(RelayState state) {
        RelayState next = state.in(Phase.LOOKING).withAgain(false);
        return RelayStep.of(next, new RelayEffect.Look(next.delivered()));
    }

    private static boolean isTaken(Flying message) {
        return message.reply()
                .map(reply -> reply instanceof DeliveryReply.Answered it && it.isAccepted())
                .orElse(false);
    }
}
