package io.feiqian.registryspringcloud;

import io.feiqian.runtime.Timer;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

/**
 * Registers after everything else has started and leaves before anything else stops: the web server
 * takes calls for a while longer, until every caller has heard. An application that refuses traffic
 * meanwhile leaves too, and comes back when it accepts it.
 *
 * <p>Spring Cloud's own base class begins with the web server, before the application is ready, and
 * leaves after it has stopped.
 */
final class RegistrationLifecycle
        implements SmartLifecycle, AutoServiceRegistration, DisposableBean {
    private final RegistryServiceRegistry registry;
    private final ThisApplication application;
    private final Duration leaveWait;
    private final Timer timer;
    private boolean running;

    RegistrationLifecycle(
            RegistryServiceRegistry registry,
            ThisApplication application,
            Duration leaveWait,
            Timer timer) {
        this.registry = registry;
        this.application = application;
        this.leaveWait = leaveWait;
        this.timer = timer;
    }

    @Override
    public synchronized void start() {
        running = true;
        registry.register(application);
    }

    @Override
    public synchronized void stop() {
        running = false;
        registry.deregister(application);
    }

    @Override
    public void stop(Runnable callback) {
        stop();
        timer.after(leaveWait, callback);
    }

    /** The context says that it refuses traffic as the first thing when it is closed. */
    @EventListener
    synchronized void changed(AvailabilityChangeEvent<ReadinessState> event) {
        if (!running) {
            return;
        }
        switch (event.getState()) {
            case ACCEPTING_TRAFFIC -> registry.register(application);
            case REFUSING_TRAFFIC -> registry.deregister(application);
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    /** The last to start and the first to stop. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void destroy() {
        timer.close();
    }
}
