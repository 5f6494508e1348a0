package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was refused, to whom and from where, for whoever looks into it later. Neither passwords nor
 * tokens nor what a form said. Of strangers at most ten lines a second, so that nobody who has not
 * signed in can fill the disk. Thread-safe.
 */
final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final int PER_SECOND = 10;
    private static final int AT_ONCE = 100;

    private final RateLimit strangers;

    RefusalLog(Clock clock) {
        this.strangers = new RateLimit(clock, PER_SECOND, AT_ONCE);
    }

    /**
     * Records that a request was refused.
     *
     * @param user who asked; empty where nobody is known
     */
    void add(ServerRequest request, Optional<User> user, OutcomeCode code) {
        if (user.isPresent() || strangers.take("all").isZero()) {
            LOG.warn(
                    "refused: {} {} of {} from {}: {}",
                    request.prologue().method().text(),
                    request.path().path(),
                    user.map(User::name).orElse("a stranger"),
                    request.remotePeer().host(),
                    code);
        }
    }

    /**
     * Records that a sign-in failed.
     *
     * @param user whose name was shown; where it is nobody's it is not recorded, since a password
     *     is easily typed in its place
     */
    void addSignIn(Optional<User> user, String address) {
        if (strangers.take("sign-in").isZero()) {
            LOG.warn(
                    "a sign-in failed: {} from {}",
                    user.map(User::name).orElse("an unknown name"),
                    address);
        }
    }
}
