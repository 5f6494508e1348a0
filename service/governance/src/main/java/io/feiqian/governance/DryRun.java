package io.feiqian.governance;

import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Applies a document that is not in force to calls that happened: what would it have refused?
 *
 * <p>Exact for what depends on the calls alone. A call that would have been admitted is taken to
 * end as it did; the processors' load is not known, so protection against overload goes by latency
 * alone; quotas count as without a lease. Pure: the same document, calls and seed give the same
 * answer.
 *
 * @param calls how many calls were looked at
 * @param admitted how many of them would have happened
 * @param others what would have become of the others, in order of time; at most {@link #MOST}
 * @param policies how often each policy said what
 */
public record DryRun(int calls, int admitted, List<Otherwise> others, List<PolicyReport> policies) {
    /** So many calls are listed; all are counted. */
    public static final int MOST = 10_000;

    /**
     * A call that would not simply have happened.
     *
     * @param call the call
     * @param decision what would have become of it: a refusal or a fallback with the policy that
     *     says so, a wait, a fault
     */
    public record Otherwise(RecordedCall call, Decision decision) {}

    private record Event(long at, long number, Runnable action) {}

    private static final class Run {
        final SettableClock clock;
        final Governance governance;
        final PriorityQueue<Event> events =
                new PriorityQueue<>(
                        Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
        final List<Otherwise> others = new ArrayList<>();
        int admitted;
        long count;

        Run(PolicyDocument document, Side side, long seed, Instant start) {
            clock = new SettableClock(start);
            governance = Governance.of(GovernanceSetup.at(side).with(clock).seeded(seed));
            governance.publish(document);
        }

        void call(RecordedCall call) {
            settle(call, governance.decide(call.call()));
        }

        void settle(RecordedCall call, Decision decision) {
            if (decision instanceof Admitted permit) {
                admitted++;
                at(call.took(), () -> permit.close(call.outcome()));
            } else if (decision instanceof Queued queued) {
                at(queued.await(), () -> settle(call, queued.resume()));
            }
            if (others.size() < MOST && !(decision instanceof Admitted)) {
                others.add(new Otherwise(call, decision));
            }
        }

        void at(Duration delay, Runnable action) {
            events.add(new Event(clock.nanos() + delay.toNanos(), count++, action));
        }

        void runTo(long nanos) {
            while (!events.isEmpty() && events.peek().at - nanos <= 0) {
                Event next = events.remove();
                moveTo(next.at);
                next.action.run();
            }
            moveTo(nanos);
        }

        void moveTo(long nanos) {
            clock.advance(Duration.ofNanos(Math.max(0, nanos - clock.nanos())));
        }
    }

    /**
     * Runs it.
     *
     * @param candidate the document
     * @param side which side's policies
     * @param recorded the calls, in any order
     * @param seed of the faults to order
     */
    public static DryRun of(
            PolicyDocument candidate, Side side, List<RecordedCall> recorded, long seed) {
        List<RecordedCall> calls =
                recorded.stream().sorted(Comparator.comparing(RecordedCall::at)).toList();
        Instant start = calls.isEmpty() ? Instant.EPOCH : calls.get(0).at();
        Run run = new Run(candidate, side, seed, start);
        for (RecordedCall each : calls) {
            run.runTo(Duration.between(start, each.at()).toNanos());
            run.call(each);
        }
        run.runTo(run.clock.nanos() + Duration.ofMinutes(2).toNanos());
        return new DryRun(
                calls.size(),
                run.admitted,
                List.copyOf(run.others),
                run.governance.report().policies());
    }
}
