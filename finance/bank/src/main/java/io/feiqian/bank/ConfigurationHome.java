package io.feiqian.bank;

import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.runtime.Timer;
import io.grpc.BindableService;
import java.time.Duration;

/**
 * The cell that keeps the history of configuration: what operators ask, and what sees to it that
 * the registry has what is in force. Every instance of the cell may be one at once. Thread-safe.
 */
public final class ConfigurationHome implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(3);

    private final ConfigurationCentre centre;
    private final ConfigurationDesk desk;
    private final Timer timer;
    private volatile boolean closed;

    ConfigurationHome(ConfigurationCentre centre, Replies replies, Timer timer) {
        this.centre = centre;
        this.desk = new ConfigurationDesk(centre, replies);
        this.timer = timer;
    }

    /** The centre itself, for what changes documents without an operator; its methods block. */
    public ConfigurationCentre centre() {
        return centre;
    }

    /** Documents as operators see and change them; its handlers block. */
    public BindableService admin() {
        return desk;
    }

    /** Fills a registry that is new, was lost, or holds something else, every few seconds. */
    void start() {
        timer.after(
                LOOK,
                () -> {
                    if (!closed) {
                        Thread.ofVirtual()
                                .name("configuration-home")
                                .start(() -> {
                                    try {
                                        var _ = centre.distribute();
                                    } finally {
                                        start();
                                    }
                                });
                    }
                });
    }

    /** Looks after the registry no more. */
    @Override
    public void close() {
        closed = true;
    }
}
