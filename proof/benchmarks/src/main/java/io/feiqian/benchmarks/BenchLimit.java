package io.feiqian.benchmarks;

import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.AtomicInteger;

/** The least that a rule costs which is never in the way: a limit on calls at the same time. */
final class BenchLimit implements CallPolicies {
    private static final int MOST = 10_000;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final CallWatch watch =
            (outcome, nanos) -> {
                var _ = inFlight.decrementAndGet();
            };
    private final Ruling pass = new Ruling.Pass(watch, InstanceFilter.ANY);

    @Override
    public Ruling outgoing(CallFacts call) {
        return judge();
    }

    @Override
    public Ruling incoming(CallFacts call) {
        return judge();
    }

    private Ruling judge() {
        if (inFlight.incrementAndGet() <= MOST) {
            return pass;
        }
        inFlight.decrementAndGet();
        return new Ruling.Refuse(new Outcome.Refused(OutcomeCode.OVERLOADED, "too many"));
    }
}
