package io.feiqian.governance.spi;

import io.feiqian.governance.Call;

/**
 * Compares a request with the schema that a policy names. Whoever reads the messages provides it;
 * called on the path of the call, by many threads.
 */
@FunctionalInterface
public interface RequestCheck {
    /**
     * What is wrong with the request: what came and what was expected; empty where it fits.
     *
     * @param schema the name that the policy gives
     */
    String wrong(String schema, Call call);

    /** Knows no schema: every request of a policy that names one is refused. */
    static RequestCheck none() {
        return (schema, call) -> "schema: " + schema + " (expected: one that this process knows)";
    }
}
