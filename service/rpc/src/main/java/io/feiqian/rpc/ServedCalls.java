package io.feiqian.rpc;

import io.feiqian.governance.Call;
import io.feiqian.governance.Priority;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Rules, with a memory of what came and what became of it: counts of the last minute by method, and
 * the last calls themselves, without requests and answers. For live figures, and for dry runs of
 * policies.
 *
 * <p>Bounded in memory: the newest {@value #MOST_KEPT} calls, of a method some {@value
 * MethodCalls#KEPT_A_SECOND} a second, each of which says for how many it stands. Thread-safe,
 * without locks; what it costs a call is measured by {@code ServedCallsTest}.
 */
public final class ServedCalls implements CallPolicies {
    /** So many calls are kept; some 2 MB. */
    public static final int MOST_KEPT = 16_384;

    /** A stream may last for days: the last beginning of each is kept apart. */
    private static final int MOST_STREAMS = 256;

    private static final int LONGEST_NAME = 120;

    /** More than any process serves. */
    private static final int MOST_METHODS = 2_000;

    private final CallPolicies rules;
    private final String here;
    private final Clock clock;
    private final Map<String, MethodCalls> methods = new ConcurrentHashMap<>();
    private final Map<String, ServedCall> streams = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<ServedCall> ring = new AtomicReferenceArray<>(MOST_KEPT);
    private final AtomicLong next = new AtomicLong();
    private final Instant began;

    /**
     * These rules, with a memory.
     *
     * @param here the cell that serves the calls; empty outside cells
     */
    public ServedCalls(CallPolicies rules, String here, Clock clock) {
        this.rules = rules;
        this.here = here;
        this.clock = clock;
        this.began = clock.now();
    }

    @Override
    public Ruling outgoing(CallFacts call) {
        return rules.outgoing(call);
    }

    @Override
    public Ruling incoming(CallFacts call) {
        long now = clock.nanos();
        MethodCalls method = method(call.method(), now);
        if (method == null) {
            return rules.incoming(call);
        }
        int standsFor = method.came(now);
        return followed(rules.incoming(call), new Arrival(call, method, now, standsFor));
    }

    /** The calls that were kept, in order of time. */
    public List<ServedCall> recorded() {
        List<ServedCall> kept = new ArrayList<>(streams.values());
        for (int i = 0; i < MOST_KEPT; i++) {
            ServedCall each = ring.getAcquire(i);
            if (each != null) {
                kept.add(each);
            }
        }
        kept.sort(Comparator.comparing(ServedCall::at));
        return kept;
    }

    /** Since when calls are kept: those before it had to make room. */
    public Instant keptSince() {
        long kept = next.get();
        ServedCall oldest = ring.getAcquire((int) (kept % MOST_KEPT));
        return kept < MOST_KEPT || oldest == null ? began : oldest.at();
    }

    /** Whether it is the beginning of a stream, which may last since then. */
    public boolean isStream(ServedCall call) {
        return call.equals(streams.get(stream(call.method(), call.caller())));
    }

    /** What came in the last minute, by method; only methods that were called in it. */
    public List<ServedMethod> lately() {
        long now = clock.nanos();
        return methods.values().stream()
                .map(each -> each.lately(now))
                .filter(each -> each.calls() > 0)
                .sorted(
                        Comparator.comparing(ServedMethod::service)
                                .thenComparing(ServedMethod::method))
                .toList();
    }

    /** Over how many seconds {@link #lately} counts. */
    public static int seconds() {
        return MethodCalls.SECONDS;
    }

    private Ruling followed(Ruling ruling, Arrival arrival) {
        return switch (ruling) {
            case Ruling.Pass pass -> {
                if (arrival.isStream) {
                    arrival.keep(0, OutcomeCode.ACCEPTED, false);
                    yield pass;
                }
                yield new Ruling.Pass(arrival.watching(pass.watch()), pass.instances());
            }
            case Ruling.Refuse refusal -> {
                arrival.governed(refusal.refusal().code());
                yield refusal;
            }
            case Ruling.Answer answer -> {
                arrival.governed(OutcomeCode.ACCEPTED);
                yield answer;
            }
            case Ruling.Later later ->
                    new Ruling.Later(later.ruling().thenApply(then -> followed(then, arrival)));
            case Ruling.Elsewhere elsewhere -> elsewhere;
        };
    }

    private @Nullable MethodCalls method(MethodDescriptor<?, ?> method, long now) {
        MethodCalls known = methods.get(method.getFullMethodName());
        if (known != null) {
            return known;
        }
        if (methods.size() >= MOST_METHODS) {
            return null;
        }
        return methods.computeIfAbsent(
                method.getFullMethodName(),
                _ ->
                        new MethodCalls(
                                String.valueOf(method.getServiceName()),
                                String.valueOf(method.getBareMethodName()),
                                now));
    }

    /** Names come from the network. */
    private static String bounded(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }

    private static String stream(String method, String caller) {
        return method + " " + caller;
    }

    /** A call that has come, with what is needed of it where it is kept. */
    private final class Arrival {
        final boolean isStream;
        private final MethodCalls method;
        private final long at;
        private final int standsFor;
        private Instant time = Instant.EPOCH;
        private String caller = "";
        private String tenant = "";
        private String cell = "";
        private String label = "";
        private String channel = "";
        private Priority priority = Priority.NORMAL;
        private Duration remaining = Duration.ZERO;

        Arrival(CallFacts call, MethodCalls method, long at, int standsFor) {
            this.isStream =
                    !(call.method().getType().clientSendsOneMessage()
                            && call.method().getType().serverSendsOneMessage());
            this.method = method;
            this.at = at;
            this.standsFor = isStream ? Math.max(1, standsFor) : standsFor;
            if (this.standsFor > 0) {
                time = clock.now();
                Call seen = new GovernedCall(call, here);
                caller = bounded(seen.caller());
                tenant = bounded(seen.tenant());
                cell = bounded(seen.cell());
                label = bounded(call.context().grayLabel());
                channel = bounded(seen.label(ServedCall.CHANNEL));
                priority = seen.priority();
                remaining = call.context().deadline().remaining();
            }
        }

        /** The call itself is not held: its request may be large, and it may wait for long. */
        CallWatch watching(CallWatch other) {
            return new Watching(this, other);
        }

        void ended(OutcomeCode outcome, long nanos) {
            method.served(at + nanos, nanos, outcome);
            keep(nanos, outcome, false);
        }

        void governed(OutcomeCode outcome) {
            method.governed(at);
            keep(0, outcome, true);
        }

        void keep(long nanos, OutcomeCode outcome, boolean governed) {
            if (standsFor == 0) {
                return;
            }
            ServedCall kept =
                    new ServedCall(
                            time,
                            method.fullName(),
                            caller,
                            tenant,
                            cell,
                            label,
                            channel,
                            priority,
                            remaining.isNegative() ? Duration.ZERO : remaining,
                            Duration.ofNanos(nanos),
                            outcome,
                            governed,
                            standsFor);
            String stream = stream(kept.method(), caller);
            if (isStream && (streams.size() < MOST_STREAMS || streams.containsKey(stream))) {
                streams.put(stream, kept);
            } else {
                ring.setRelease((int) (next.getAndIncrement() % MOST_KEPT), kept);
            }
        }
    }

    private record Watching(Arrival arrival, CallWatch other) implements CallWatch {
        @Override
        public void ended(Outcome outcome, long nanos) {
            arrival.ended(outcome.code(), nanos);
            other.ended(outcome, nanos);
        }
    }
}
