package io.feiqian.rpc.spi;

import io.feiqian.balancing.Instance;
import java.util.List;
import java.util.function.Predicate;

/** Which instances a call may go to. */
@FunctionalInterface
public interface InstanceFilter {
    /** Every instance; costs nothing. */
    InstanceFilter ANY = known -> instance -> true;

    /**
     * Which of these it may go to. Quick; asked again for each attempt, since instances come and
     * go.
     *
     * @param known all instances of the service that this call has not tried in vain, also those
     *     that are not asked at the moment
     */
    Predicate<Instance<?>> among(List<? extends Instance<?>> known);
}
