package io.feiqian.rpc;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all streams of a process share.
 *
 * @param limits the bounds
 * @param clock for deadlines
 * @param timer for back-off
 */
record PeerEnvironment(PeerLimits limits, Clock clock, Timer timer) {
    private static final Logger LOG = LoggerFactory.getLogger(PeerStreams.class);

    void later(Duration delay, Runnable action) {
        timer.after(delay, action);
    }

    void fault(String doing, Throwable fault) {
        LOG.error("a fault of ours while {}", doing, fault);
    }
}
