package io.feiqian.balancing.spi;

import io.feiqian.balancing.EjectionReason;
import io.feiqian.balancing.Instance;
import java.time.Duration;

/**
 * The port of those who are told what happens to instances, such as metrics and connections. Called
 * on threads that make calls, under the pool's lock: must be quick, must not block nor ask the
 * pool.
 *
 * @param <T> what an instance is to its user
 */
public interface PoolEvents<T> {
    /** This instance takes nothing for so long. */
    default void ejected(Instance<T> instance, EjectionReason reason, Duration length) {}

    /** This instance takes calls again. */
    default void returned(Instance<T> instance) {}

    /** This instance is no longer listed. */
    default void left(Instance<T> instance) {}

    /** For those whom nobody tells. */
    static <T> PoolEvents<T> none() {
        return new PoolEvents<>() {};
    }
}
