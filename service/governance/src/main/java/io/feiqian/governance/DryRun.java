package io.feiqian.governance;

import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

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

    /** What becomes of a call in the end. */
    public enum Fate {
        /** It happens. */
        ADMITTED,
        /** It is refused. */
        REFUSED,
        /** Something else is answered. */
        DEGRADED,
        /** A fault to order ends it. */
        FAILED
    }

    /**
     * What becomes of a call, and by whom.
     *
     * @param fate what
     * @param policy which policy says so; empty where it is admitted
     * @param why in words; empty where it is admitted
     */
    record End(Fate fate, String policy, String why) {
        static final End ADMITTED = new End(Fate.ADMITTED, "", "");

        static End of(Decision decision) {
            if (decision instanceof Decision.Refused refused) {
                return new End(Fate.REFUSED, refused.policy().toString(), refused.why());
            } else if (decision instanceof Decision.Degraded degraded) {
                return new End(Fate.DEGRADED, degraded.policy().toString(), degraded.because());
            } else if (decision instanceof Decision.Failed failed) {
                return new End(Fate.FAILED, failed.policy().toString(), failed.code().name());
            } else if (decision instanceof Decision.Aborted aborted) {
                return new End(Fate.FAILED, aborted.policy().toString(), "");
            }
            return ADMITTED;
        }
    }

    /**
     * What becomes of every call.
     *
     * @param ends by the place of the call in the list that was given
     * @param policies how often each policy said what
     */
    record Ends(List<End> ends, List<PolicyReport> policies) {
        End of(int call) {
            return ends.get(call);
        }
    }

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

        void call(RecordedCall call, Consumer<Decision> end) {
            settle(call, governance.decide(call.call()), end);
        }

        void settle(RecordedCall call, Decision decision, Consumer<Decision> end) {
            if (!(decision instanceof Queued)) {
                end.accept(decision);
            }
            if (decision instanceof Admitted permit) {
                admitted++;
                at(call.took(), () -> permit.close(call.outcome()));
            } else if (decision instanceof Queued queued) {
                at(queued.await(), () -> settle(call, queued.resume(), end));
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
        Run run = run(candidate, side, calls, seed, (call, decision) -> {});
        return new DryRun(
                calls.size(),
                run.admitted,
                List.copyOf(run.others),
                run.governance.report().policies());
    }

    /** What becomes of each call; otherwise as {@link #of}. The calls are in order of time. */
    static Ends ends(PolicyDocument candidate, Side side, List<RecordedCall> calls, long seed) {
        End[] ends = new End[calls.size()];
        Arrays.fill(ends, End.ADMITTED);
        Run run =
                run(
                        candidate,
                        side,
                        calls,
                        seed,
                        (call, decision) -> ends[call] = End.of(decision));
        return new Ends(List.of(ends), run.governance.report().policies());
    }

    private static Run run(
            PolicyDocument candidate,
            Side side,
            List<RecordedCall> calls,
            long seed,
            BiConsumer<Integer, Decision> end) {
        Instant start = calls.isEmpty() ? Instant.EPOCH : calls.get(0).at();
        Run run = new Run(candidate, side, seed, start);
        for (int i = 0; i < calls.size(); i++) {
            RecordedCall each = calls.get(i);
            int number = i;
            run.runTo(Duration.between(start, each.at()).toNanos());
            run.call(each, decision -> end.accept(number, decision));
        }
        run.runTo(run.clock.nanos() + Duration.ofMinutes(2).toNanos());
        return run;
    }
}
