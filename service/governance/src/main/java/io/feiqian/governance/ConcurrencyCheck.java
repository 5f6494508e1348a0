package io.feiqian.governance;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A limit on calls at a time. */
final class ConcurrencyCheck extends Check {
    private final Split<Gate> gates;

    /**
     * With those inside whom an earlier version of the same policy let in, where it had one count.
     */
    ConcurrencyCheck(
            Policy policy, Rule.Concurrency rule, Clock clock, @Nullable ConcurrencyCheck before) {
        super(policy);
        AtomicInteger inside =
                before != null && policy.per().isEmpty() && before.policy().per().isEmpty()
                        ? before.gates.all().iterator().next().counter()
                        : new AtomicInteger();
        this.gates =
                new Split<>(
                        policy.per(),
                        () ->
                                new Gate(
                                        rule,
                                        policy.per().isEmpty() ? inside : new AtomicInteger(),
                                        clock.nanos()),
                        Gate::isIdle);
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        Gate gate = gates.of(passage.call(), passage.clock().nanos());
        if (!gate.enter()) {
            return refuse(
                    OutcomeCode.CONCURRENCY_LIMITED, gate.allowed() + " calls are in flight", 0);
        }
        passage.hold(gate);
        counters.admitted.increment();
        return null;
    }

    @Override
    int holds() {
        return 1;
    }

    @Override
    String state() {
        if (policy().per().isEmpty()) {
            Gate gate = gates.all().iterator().next();
            return gate.inside() + " of " + gate.allowed() + " in flight";
        }
        return gates.all().size() + " counted apart";
    }
}
