package io.feiqian.spring;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What a service's calls carry and are under, under {@code feiqian.calls}; with or without global
 * transactions.
 *
 * @param enabled whether calls over HTTP and Dubbo carry the call context and are under policies
 * @param within how long a request that names no time may take, with all that is called for it;
 *     zero for no bound
 */
@ConfigurationProperties("feiqian.calls")
public record CallProperties(
        @DefaultValue("true") boolean enabled, @DefaultValue("0s") Duration within) {
    /** Refuses a time before now. */
    public CallProperties {
        if (within.isNegative()) {
            throw new IllegalArgumentException(
                    "feiqian.calls.within: %s (expected: 0s for no bound, or more)"
                            .formatted(within));
        }
    }
}
