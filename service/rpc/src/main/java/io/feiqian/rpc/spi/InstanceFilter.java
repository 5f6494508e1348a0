package io.feiqian.rpc.spi;

import io.feiqian.balancing.Instance;

/** Which instances a call may go to. Quick, and the same answer for the same instance. */
@FunctionalInterface
public interface InstanceFilter {
    /** Every instance; costs nothing. */
    InstanceFilter ANY = instance -> true;

    /** Whether the call may go to this one. */
    boolean admits(Instance<?> instance);
}
