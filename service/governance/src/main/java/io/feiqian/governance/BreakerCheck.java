package io.feiqian.governance;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import org.jspecify.annotations.Nullable;

/** Stops calling what fails. */
final class BreakerCheck extends Check {
    private final Split<CircuitBreaker> breakers;

    BreakerCheck(Policy policy, Rule.Breaker rule, Clock clock) {
        super(policy);
        this.breakers =
                new Split<>(
                        policy.per(),
                        () -> new CircuitBreaker(rule, clock.nanos()),
                        breaker -> breaker.isIdle(clock.nanos()));
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        long now = passage.clock().nanos();
        CircuitBreaker breaker = breakers.of(passage.call(), now);
        Hold hold = breaker.admit(now);
        if (hold == null) {
            return refuse(
                    OutcomeCode.CIRCUIT_OPEN,
                    "too many calls failed or were slow",
                    breaker.retryAfter(now));
        }
        passage.hold(hold);
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
            return breakers.all().iterator().next().state().name();
        }
        long open =
                breakers.all().stream()
                        .filter(each -> each.state() != CircuitBreaker.State.CLOSED)
                        .count();
        return open + " of " + breakers.all().size() + " not closed";
    }
}
