package io.feiqian.server;

/**
 * Where the processes of a system send spans and log lines.
 *
 * @param address as {@code http://host:4318/v1/traces} (OTLP over HTTP); empty for nowhere
 * @param perSecond the most traces that begin in a process and are recorded in a second; 0 for all
 * @param own whether an observatory of the system's own is there
 */
record SpanTarget(String address, int perSecond, boolean own) {
    /** Their numbers stay on log lines, nothing is sent. */
    static final SpanTarget NOWHERE = new SpanTarget("", 0, false);

    /** Somebody else's. */
    static SpanTarget of(String address, int perSecond) {
        return new SpanTarget(address, perSecond, false);
    }

    /** The observatory at this port of this machine. */
    static SpanTarget observatory(int port, int perSecond) {
        return new SpanTarget(
                "http://" + SystemPlan.HOST + ":" + port + "/v1/traces", perSecond, true);
    }
}
