package io.feiqian.benchmarks;

import java.util.List;

/**
 * What one round saw; crosses from the process that calls as a line of text.
 *
 * @param calls how many were answered
 * @param errors how many were not
 * @param seconds how long it took
 * @param cpuNanos processor time
 * @param p50 microseconds
 * @param p99 microseconds
 */
record RpcRound(long calls, long errors, double seconds, double cpuNanos, double p50, double p99) {
    private static final int FIELDS = 6;

    String text() {
        return calls + " " + errors + " " + seconds + " " + cpuNanos + " " + p50 + " " + p99;
    }

    static RpcRound parse(String text) {
        List<String> parts = List.of(text.split(" ", FIELDS));
        return new RpcRound(
                Long.parseLong(parts.get(0)),
                Long.parseLong(parts.get(1)),
                Double.parseDouble(parts.get(2)),
                Double.parseDouble(parts.get(3)),
                Double.parseDouble(parts.get(4)),
                Double.parseDouble(parts.get(5)));
    }

    /** The same with the processor time of the other side. */
    RpcRound and(double moreCpuNanos) {
        return new RpcRound(calls, errors, seconds, cpuNanos + moreCpuNanos, p50, p99);
    }

    double perSecond() {
        return calls / seconds;
    }

    double cpuMicros() {
        return cpuNanos / 1_000 / Math.max(1, calls);
    }
}
