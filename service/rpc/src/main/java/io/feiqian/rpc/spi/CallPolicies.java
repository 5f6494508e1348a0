package io.feiqian.rpc.spi;

/**
 * The port of rules over calls: limits, circuit breakers, degradation, injected faults, access,
 * routes. Asked for every call at the side that makes it and at the side that serves it, so it must
 * be quick and never block; a rule that has nothing to say answers {@link Ruling#GO}, which
 * allocates nothing. Thread-safe.
 */
public interface CallPolicies {
    /** No rules; not even asked. */
    CallPolicies NONE =
            new CallPolicies() {
                @Override
                public boolean isEmpty() {
                    return true;
                }
            };

    /**
     * Whether there is no rule at the moment: then nothing else is asked, and nothing is made ready
     * to be judged. At most one volatile read.
     */
    default boolean isEmpty() {
        return false;
    }

    /** Judges a call that is about to be made, once, before its first attempt. */
    default Ruling outgoing(CallFacts call) {
        return Ruling.GO;
    }

    /**
     * Judges a call that is about to be served, after its context and its permission were checked.
     * {@link Ruling.Elsewhere} is refused as a fault here.
     */
    default Ruling incoming(CallFacts call) {
        return Ruling.GO;
    }
}
