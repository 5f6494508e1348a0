package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server says of itself to the registry and to whoever asks for its health: whether it is
 * there, and whether others are to be chosen, since its operators drained it or it is not well
 * (P6.2.2.5-j). Who calls it all the same, since nobody else is there, is served as well as it can,
 * unless it is drained. Thread-safe.
 */
final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    private final Registration registration;
    private final Intake intake;
    private final HealthStatusManager health = new HealthStatusManager();

    @GuardedBy("this")
    private boolean well = true;

    @GuardedBy("this")
    private boolean left;

    Presence(Registration registration, Intake intake) {
        this.registration = registration;
        this.intake = intake;
        say(ServingStatus.NOT_SERVING);
    }

    BindableService healthService() {
        return health.getHealthService();
    }

    synchronized void ready(int port) {
        if (!takesWork()) {
            registration.draining(true);
        }
        showHealth();
        registration.register(port);
    }

    /** The registry first, so that nobody is refused who could have been told. */
    synchronized void drain() {
        registration.draining(true);
        intake.close();
        showHealth();
    }

    synchronized void resume() {
        intake.open();
        showHealth();
        registration.draining(!takesWork());
    }

    synchronized void foundItself(boolean wellNow) {
        well = wellNow;
        if (!left) {
            registration.draining(!takesWork());
            showHealth();
        }
    }

    synchronized void leave() {
        left = true;
        try {
            registration.deregister();
        } catch (RuntimeException failure) {
            LOG.warn("not deregistered, the lease will run out", failure);
        }
        say(ServingStatus.NOT_SERVING);
    }

    @GuardedBy("this")
    private boolean takesWork() {
        return well && intake.isOpen();
    }

    @GuardedBy("this")
    private void showHealth() {
        say(takesWork() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    private void say(ServingStatus status) {
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    }
}
