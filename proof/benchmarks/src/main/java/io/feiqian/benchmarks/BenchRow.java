package io.feiqian.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One line of a report: what one variant reached in one case, the median over its rounds.
 *
 * @param caseName what work, such as {@code uniform} or {@code hot}
 * @param variant which way to do it
 * @param callers how many callers wait for their answers at once
 * @param perSecond accepted operations a second
 * @param p50Micros half of the operations were answered within this, microseconds
 * @param p99Micros 99 of 100 were answered within this, microseconds; of fewer than 100, all
 * @param cpuMicrosPerOp processor time of this process and the databases, microseconds
 * @param walBytesPerOp what the databases wrote to their logs
 * @param errors operations that were not accepted, over all rounds
 * @param baseline the variant compared with, or what is asked for, such as {@code 300 ms}
 * @param ratio how many times better than the baseline: by {@code perSecond}, and with one caller
 *     by {@code p50Micros}; the baseline's own row has 1; against a time that is asked for, by
 *     {@code p99Micros}; of {@code bench rpc}, by {@code cpuMicrosPerOp}
 */
public record BenchRow(
        @JsonProperty("case") String caseName,
        String variant,
        int callers,
        double perSecond,
        double p50Micros,
        double p99Micros,
        double cpuMicrosPerOp,
        double walBytesPerOp,
        long errors,
        String baseline,
        double ratio) {}
