package io.feiqian.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What one registry of one size reached.
 *
 * @param caseName {@code push}
 * @param variant the engine
 * @param services how many services are registered
 * @param instances how many instances they have together
 * @param subscribers how many connections watch the service that changes
 * @param changes how many changes were measured
 * @param p50Millis half of the subscribers knew of a change within this, from when it was asked for
 * @param p99Millis 99 of 100 did
 * @param mostMillis all did
 * @param clientMicrosPerNotice processor time of the clients for each notice of each subscriber
 * @param registryMicrosPerNotice processor time of the registry for it
 * @param kilobytesPerSubscriber what a subscriber's client keeps in memory after a collection
 * @param registryBytesPerInstance what the registry keeps in memory for each instance, its own
 *     garbage included where it cannot be asked to collect it
 * @param missed notices that did not come within ten seconds
 */
record RegistryRow(
        @JsonProperty("case") String caseName,
        String variant,
        int services,
        int instances,
        int subscribers,
        int changes,
        double p50Millis,
        double p99Millis,
        double mostMillis,
        double clientMicrosPerNotice,
        double registryMicrosPerNotice,
        double kilobytesPerSubscriber,
        double registryBytesPerInstance,
        long missed) {
    /** What a change costs all processes together, for each notice. */
    double microsPerNotice() {
        return clientMicrosPerNotice + registryMicrosPerNotice;
    }
}
