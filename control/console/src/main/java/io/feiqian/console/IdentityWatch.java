package io.feiqian.console;

import io.feiqian.cli.CommandFailure;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.helidon.webserver.WebServer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the certificate's files once a minute, so that a renewed certificate needs no restart.
 * Files that cannot be used change nothing and are logged.
 */
final class IdentityWatch {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityWatch.class);
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final ConsoleTls files;
    private final Clock clock;
    private final WebServer server;
    private final Timer timer;
    private Identity shown;

    IdentityWatch(ConsoleTls files, Identity shown, Clock clock, WebServer server, Timer timer) {
        this.files = files;
        this.shown = shown;
        this.clock = clock;
        this.server = server;
        this.timer = timer;
    }

    /** Looks in a minute, and then once a minute as long as the timer runs. */
    void lookLater() {
        var _ =
                timer.after(
                        EVERY,
                        () -> {
                            look();
                            lookLater();
                        });
    }

    /** The files are small and local: reading them holds nobody up. */
    private synchronized void look() {
        try {
            Identity now = Identity.read(files, clock);
            if (!now.equals(shown)) {
                server.reloadTls(now.tls());
                shown = now;
                LOG.info("the certificate was renewed: {}, valid until {}", now, now.until());
            }
        } catch (CommandFailure | IllegalArgumentException unusable) {
            LOG.error("the certificate is left as it was: {}", unusable.getMessage());
        }
    }
}
