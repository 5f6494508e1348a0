package io.feiqian.benchmarks;

import java.util.List;

/**
 * What one round of {@code wrk} saw.
 *
 * @param requests how many were answered
 * @param bytes how many bytes came, heads included
 * @param seconds how long it took
 * @param errors connections, requests and answers that failed
 * @param p50 microseconds
 * @param p99 microseconds
 * @param cpuNanos processor time of the proxy
 */
record ProxyRound(
        long requests,
        long bytes,
        double seconds,
        long errors,
        double p50,
        double p99,
        double cpuNanos) {
    private static final double GIGA = 1e9;
    private static final int FIELDS = 6;

    /** Reads the line that {@link ProxyLoad}'s script prints. */
    static ProxyRound parse(String line, double cpuNanos) {
        List<String> parts = List.of(line.split(" ", FIELDS));
        return new ProxyRound(
                Long.parseLong(parts.get(0)),
                Long.parseLong(parts.get(1)),
                Double.parseDouble(parts.get(2)) / 1e6,
                Long.parseLong(parts.get(3)),
                Double.parseDouble(parts.get(4)),
                Double.parseDouble(parts.get(5)),
                cpuNanos);
    }

    /** Of what counts in this case, how many were done. */
    double operations(ProxyCase of) {
        return of == ProxyCase.TCP_BULK ? bytes / GIGA : requests;
    }

    double perSecond(ProxyCase of) {
        return operations(of) / seconds;
    }

    double cpuMicros(ProxyCase of) {
        return cpuNanos / 1_000 / Math.max(1e-9, operations(of));
    }
}
