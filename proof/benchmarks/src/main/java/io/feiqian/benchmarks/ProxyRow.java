package io.feiqian.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What one proxy reached in one case, medians over its rounds.
 *
 * @param caseName which
 * @param backends how many servers were behind it
 * @param variant the proxy
 * @param connections how many were open at once
 * @param unit what is counted: requests, GB or new connections
 * @param perSecond how many of these a second
 * @param p50Micros half of the requests were answered within this
 * @param p99Micros 99 of 100 were
 * @param cpuMicrosPerUnit processor time of the proxy for each
 * @param mostMegabytes the most memory it ever had resident, 2^20 bytes; of several processes what
 *     they share counts for each
 * @param longestPauseMillis the longest pause of its collector since it serves; 0 where it has none
 * @param errors over all rounds
 * @param baseline the variant compared with
 * @param ratio the baseline's processor time over this one's; above 1 is cheaper
 */
record ProxyRow(
        @JsonProperty("case") String caseName,
        int backends,
        String variant,
        int connections,
        String unit,
        double perSecond,
        double p50Micros,
        double p99Micros,
        double cpuMicrosPerUnit,
        double mostMegabytes,
        double longestPauseMillis,
        long errors,
        String baseline,
        double ratio) {}
