package io.feiqian.participant;

import io.feiqian.participant.DecisionTable.Mark;
import io.feiqian.participant.ServicePicture.Trouble;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase two at the initiator: hands every branch of a recorded decision its order until it is
 * durably finished, for ever with growing pauses (retry-for-ever). Orders to one service travel in
 * batches. Thread-safe.
 */
final class PhaseTwo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PhaseTwo.class);
    private static final int SENDERS = 2;

    private final String service;
    private final ServiceChannel channel;
    private final TransactionSettings settings;
    private final Timer timer;
    private final Ends ends;
    private final ServiceAlarms alarms;
    private final ThreadFactory threads;
    private final AtomicInteger unfinished = new AtomicInteger();
    private final Map<String, MicroBatcher<Pending>> senders = new ConcurrentHashMap<>();
    private final Map<TraceNumber, Settling> settling = new ConcurrentHashMap<>();

    /** What waits for an operator is not taken up again by every look. */
    private final Set<TraceNumber> stopped = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    PhaseTwo(
            String service,
            ServiceChannel channel,
            TransactionSettings settings,
            Timer timer,
            Ends ends,
            ServiceAlarms alarms,
            ThreadFactory threads) {
        this.service = service;
        this.channel = channel;
        this.settings = settings;
        this.timer = timer;
        this.ends = ends;
        this.alarms = alarms;
        this.threads = threads;
    }

    /** Takes room for one transaction; false where too many wait for their phase two. */
    boolean enter() {
        if (unfinished.incrementAndGet() <= settings.mostUnfinished()) {
            return true;
        }
        unfinished.decrementAndGet();
        return false;
    }

    void leave() {
        unfinished.decrementAndGet();
    }

    int unfinished() {
        return unfinished.get();
    }

    /** Whether this instance is at work on it, not on an earlier attempt only, or it is stopped. */
    boolean isSettling(DecisionRow decision) {
        Settling at = settling.get(decision.trace());
        boolean working = at != null && at.decision.attempt() == decision.attempt();
        return working || stopped.contains(decision.trace());
    }

    int stopped() {
        return stopped.size();
    }

    /** Lets the next look take up what waits for an operator. */
    void forgetStopped() {
        stopped.clear();
    }

    /** The same for one transaction; whether it was stopped. */
    boolean forgetStopped(TraceNumber trace) {
        return stopped.remove(trace);
    }

    /** What does not come through of a transaction that this instance drives. */
    List<Trouble> troubles(TraceNumber trace) {
        Settling at = settling.get(trace);
        return at == null ? List.of() : List.copyOf(at.troubles.values());
    }

    /**
     * Finishes what a recorded decision lists; completes when nothing is left to do, exceptionally
     * where a branch waits for an operator.
     *
     * @param entered whether {@link #enter} took room for it, which is given back at the end
     */
    CompletableFuture<Void> begin(DecisionRow decision, boolean entered) {
        Settling begun = new Settling(decision, entered);
        List<ListedBranch> open = decision.open();
        if (open.isEmpty()) {
            if (!decision.finished()) {
                ends.add(new Mark(decision.trace(), decision.attempt(), 0, true));
            }
            begun.end();
            return begun.settled;
        }
        settling.put(decision.trace(), begun);
        open.forEach(branch -> offer(new Pending(begun, branch)));
        return begun.settled;
    }

    private void offer(Pending pending) {
        if (closed) {
            return;
        }
        MicroBatcher<Pending> sender =
                senders.computeIfAbsent(pending.branch.service(), this::sender);
        if (!sender.offer(pending, Lane.FINISHING)) {
            again(pending, "queue: full");
        }
    }

    private MicroBatcher<Pending> sender(String to) {
        List<MicroBatcher.Handler<Pending>> handlers = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            handlers.add(new Sender(to));
        }
        int queue = Math.max(settings.mostUnfinished(), 1) * 2;
        return new MicroBatcher<>(
                new MicroBatcher.Limits(settings.finishBatch(), queue, queue),
                handlers,
                (item, keys) -> {},
                threads);
    }

    private void again(Pending pending, String why) {
        int failures = ++pending.failures;
        if (failures == settings.alarmAfter()) {
            alarms.raise(
                    ServiceAlarms.Kind.UNFINISHED,
                    Optional.of(pending.settling.decision.trace()),
                    "branch %d at %s: %s, %d times (expected: finished)"
                            .formatted(
                                    pending.branch.branch(),
                                    pending.branch.service(),
                                    why,
                                    failures));
        }
        Duration pause = settings.retry().after(failures);
        pending.settling.troubles.put(
                pending.branch.branch(),
                new Trouble(
                        pending.branch.branch(),
                        pending.branch.service(),
                        failures,
                        why,
                        pause.toMillis()));
        pending.settling.record();
        Timer.Cancellable unused = timer.after(pause, () -> offer(pending));
    }

    @Override
    public void close() {
        closed = true;
        senders.values().forEach(MicroBatcher::close);
    }

    /** One branch that is not known to be finished. Owned by one thread at a time. */
    private static final class Pending {
        private final Settling settling;
        private final ListedBranch branch;
        private int failures;

        Pending(Settling settling, ListedBranch branch) {
            this.settling = settling;
            this.branch = branch;
        }
    }

    /** One transaction under way. */
    private final class Settling {
        private final DecisionRow decision;
        private final boolean entered;
        private final CompletableFuture<Void> settled = new CompletableFuture<>();

        /** By branch, for operators. */
        private final Map<Integer, Trouble> troubles = new ConcurrentHashMap<>();

        private long acknowledged;
        private long recorded;
        private int left;
        private boolean waits;

        Settling(DecisionRow decision, boolean entered) {
            this.decision = decision;
            this.entered = entered;
            this.acknowledged = decision.acknowledged();
            this.recorded = acknowledged;
            this.left = decision.open().size();
        }

        void finished(ListedBranch branch) {
            troubles.remove(branch.branch());
            boolean last;
            synchronized (this) {
                acknowledged |= branch.bit();
                left--;
                last = left == 0;
                if (last && !waits) {
                    recorded = acknowledged;
                    ends.add(new Mark(decision.trace(), decision.attempt(), acknowledged, true));
                }
            }
            if (last) {
                record();
                end();
            }
        }

        /** One branch waits for an operator: the decision stays unfinished. */
        void stop(ListedBranch branch, Outcome outcome) {
            boolean last;
            synchronized (this) {
                waits = true;
                stopped.add(decision.trace());
                left--;
                last = left == 0;
            }
            record();
            LOG.error(
                    "branch {} at {} of {} waits for an operator: {}",
                    branch.branch(),
                    branch.service(),
                    decision.trace(),
                    outcome);
            if (last) {
                end();
            }
        }

        /** What is finished so far, once others take longer. */
        void record() {
            synchronized (this) {
                if (recorded != acknowledged) {
                    recorded = acknowledged;
                    ends.add(new Mark(decision.trace(), decision.attempt(), acknowledged, false));
                }
            }
        }

        void end() {
            settling.remove(decision.trace(), this);
            if (entered) {
                leave();
            }
            synchronized (this) {
                if (!waits) {
                    settled.complete(null);
                    return;
                }
            }
            settled.completeExceptionally(
                    new IllegalStateException(decision.trace() + ": waits for an operator"));
        }
    }

    /** Sends batches to one service and waits for their reports. */
    private final class Sender implements MicroBatcher.Handler<Pending> {
        private final String to;

        Sender(String to) {
            this.to = to;
        }

        @Override
        public void handle(List<Pending> batch) {
            if (closed) {
                // Left to another instance: whoever closes does not wait for a silent service.
                return;
            }
            Map<BranchKey, List<Pending>> byKey = new HashMap<>();
            List<FinishOrder> orders = new ArrayList<>(batch.size());
            for (Pending each : batch) {
                FinishOrder order = each.settling.decision.order(each.branch, service);
                byKey.computeIfAbsent(order.key(), key -> new ArrayList<>(1)).add(each);
                orders.add(order);
            }
            String unheard = "";
            try {
                List<FinishReport> reports =
                        channel.finish(to, orders)
                                .toCompletableFuture()
                                .get(settings.messageTimeout().toMillis(), TimeUnit.MILLISECONDS);
                for (FinishReport report : reports) {
                    take(byKey.remove(report.key()), report);
                }
            } catch (ExecutionException | TimeoutException | RuntimeException failed) {
                unheard = DatabaseErrors.text(failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                unheard = "interrupted";
            }
            String why = "no answer " + unheard;
            byKey.values().forEach(left -> left.forEach(each -> again(each, why)));
        }

        private void take(@Nullable List<Pending> pending, FinishReport report) {
            if (pending == null) {
                return;
            }
            for (Pending each : pending) {
                if (report.outcome().isAccepted()) {
                    each.settling.finished(each.branch);
                } else if (report.needsOperator()) {
                    each.settling.stop(each.branch, report.outcome());
                } else {
                    again(each, report.outcome().code() + " " + report.outcome().message());
                }
            }
        }

        @Override
        public void onFault(List<Pending> batch, Throwable fault) {
            LOG.error("phase two with {} met a fault of ours", to, fault);
            batch.forEach(each -> again(each, DatabaseErrors.text(fault)));
        }
    }
}
