package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** All that goes to one peer cell: its links, and the messages that are unanswered. */
final class PeerCell implements PeerLink.Owner {
    private record LinkKey(Endpoint endpoint, boolean alone) {}

    private final CellId cell;
    private final String self;
    private final CellInstances instances;
    private final Channels channels;
    private final PeerEnvironment environment;
    private final Suspects suspects;
    private final Set<PeerMessage> unanswered = ConcurrentHashMap.newKeySet();
    private final AtomicInteger newInFlight = new AtomicInteger();
    private final AtomicInteger finishingInFlight = new AtomicInteger();

    @GuardedBy("this")
    private final Map<LinkKey, PeerLink> links = new HashMap<>();

    @GuardedBy("this")
    private List<Endpoint> known = List.of();

    @GuardedBy("this")
    private boolean closed;

    PeerCell(
            CellId cell,
            String self,
            CellInstances instances,
            Channels channels,
            PeerEnvironment environment) {
        this.cell = cell;
        this.self = self;
        this.instances = instances;
        this.channels = channels;
        this.environment = environment;
        this.suspects = new Suspects(environment.limits().suspectAfter());
    }

    CompletableFuture<PeerAnswer> send(Request request, Duration remaining) {
        Lane lane = PeerMessage.laneOf(request);
        if (count(lane).incrementAndGet() > limit(lane)) {
            count(lane).decrementAndGet();
            return CompletableFuture.completedFuture(
                    new PeerAnswer.Failed(
                            OutcomeCode.OVERLOADED,
                            "%d messages to %s are unanswered".formatted(limit(lane), cell)));
        }
        long now = environment.clock().nanos();
        PeerMessage message = new PeerMessage(request, now, now + remaining.toNanos(), this::ended);
        unanswered.add(message);
        dispatch(message, "none is known");
        return message.answer();
    }

    int unanswered() {
        return unanswered.size();
    }

    /** Ends the messages whose time is over. */
    void expire() {
        long now = environment.clock().nanos();
        for (PeerMessage each : unanswered) {
            if (each.isExpired(now)) {
                each.expire();
            }
        }
    }

    void close() {
        List<PeerLink> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(links.values());
            links.clear();
        }
        open.forEach(PeerLink::close);
        unanswered.forEach(
                each -> each.fail(OutcomeCode.SHUTTING_DOWN, "this process is stopping"));
    }

    @Override
    public void notSent(PeerMessage message, String why) {
        dispatch(message, why);
    }

    @Override
    public void lost(List<PeerMessage> messages, String why, boolean suspicious) {
        if (suspicious) {
            suspects.presentAtReset(messages);
        }
        messages.forEach(each -> each.fail(OutcomeCode.UNKNOWN, why));
    }

    @Override
    public void replied(PeerMessage message, Reply reply) {
        suspects.clear(message);
        // A stopping instance has not looked at it: another one may have it at once.
        if (reply.getCode() == OutcomeCode.SHUTTING_DOWN.number() && message.takeBack()) {
            dispatch(message, "the instance is stopping");
            return;
        }
        message.reply(reply);
    }

    private void dispatch(PeerMessage message, String whyNot) {
        boolean alone = suspects.isSuspect(message);
        String reason = whyNot;
        List<PeerLink> candidates = candidates(alone);
        for (int hop = message.nextHop(); hop < candidates.size(); hop = message.nextHop()) {
            PeerLink link = candidates.get(hop);
            if (link.isUsable() && link.offer(message)) {
                return;
            }
            reason = link.endpoint() + " does not answer";
        }
        message.fail(OutcomeCode.CELL_UNAVAILABLE, "no instance of " + cell + ": " + reason);
    }

    /** The links to the cell's instances, this instance's favourite first. */
    private synchronized List<PeerLink> candidates(boolean alone) {
        List<Endpoint> present = instances.of(cell);
        if (closed || present.isEmpty()) {
            return List.of();
        }
        if (!present.equals(known)) {
            closeAllBut(present);
            known = List.copyOf(present);
        }
        List<PeerLink> candidates = new ArrayList<>(present.size());
        int first = Math.floorMod(self.hashCode(), present.size());
        for (int i = 0; i < present.size(); i++) {
            candidates.add(link(present.get((first + i) % present.size()), alone));
        }
        return candidates;
    }

    @GuardedBy("this")
    private PeerLink link(Endpoint endpoint, boolean alone) {
        return links.computeIfAbsent(
                new LinkKey(endpoint, alone),
                key ->
                        new PeerLink(
                                key.endpoint(),
                                key.alone(),
                                channels.to(key.endpoint()),
                                environment,
                                this));
    }

    @GuardedBy("this")
    private void closeAllBut(List<Endpoint> present) {
        links.entrySet()
                .removeIf(entry -> {
                    boolean gone = !present.contains(entry.getKey().endpoint());
                    if (gone) {
                        entry.getValue().close();
                        channels.close(entry.getKey().endpoint());
                    }
                    return gone;
                });
    }

    private void ended(PeerMessage message) {
        if (unanswered.remove(message)) {
            count(message.lane()).decrementAndGet();
        }
    }

    private AtomicInteger count(Lane lane) {
        return lane == Lane.NEW ? newInFlight : finishingInFlight;
    }

    private int limit(Lane lane) {
        PeerLimits limits = environment.limits();
        return lane == Lane.NEW ? limits.newInFlight() : limits.finishingInFlight();
    }
}
