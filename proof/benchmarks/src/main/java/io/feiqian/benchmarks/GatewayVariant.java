package io.feiqian.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A way to stand in front of servers that {@code bench gateway} measures, as a process. */
interface GatewayVariant {
    /**
     * What is wanted of a proxy.
     *
     * @param of the case
     * @param backends the ports of the servers behind it, on this machine
     * @param threads how many event loops it has
     * @param folder an empty folder for what it writes
     */
    record Plan(ProxyCase of, List<Integer> backends, int threads, Path folder) {
        public Plan {
            backends = List.copyOf(backends);
        }
    }

    /** Its name in options and reports. */
    String text();

    /** Whether it does this at all. */
    boolean does(ProxyCase of);

    /** Whether a compiler works at it while it runs, so that it takes long to warm up. */
    default boolean compilesWhileItRuns() {
        return false;
    }

    /** What this machine lacks for it, such as {@code haproxy (Debian package haproxy)}. */
    Optional<String> missing(ProxyCase of);

    /** Starts it; it may not answer yet. */
    ProxyProcess start(Plan plan) throws IOException;
}
