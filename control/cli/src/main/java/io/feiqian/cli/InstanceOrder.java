package io.feiqian.cli;

import io.feiqian.cli.InstanceView.State;
import java.time.Duration;

/** What an operator may have an instance do. */
public enum InstanceOrder {
    /** Take no new work. */
    DRAIN,
    /** Take new work again. */
    RESUME,
    /** Drain and end. */
    STOP,
    /** Start what was stopped. */
    START;

    /** Whether there may be something to do about this instance. */
    public boolean concerns(InstanceView instance) {
        return switch (this) {
            case DRAIN, RESUME -> instance.state().answers();
            case STOP -> instance.state() != State.STOPPED && instance.state() != State.FAILED;
            case START -> !instance.state().answers();
        };
    }

    /** Whether it may leave slots that nobody serves. */
    public boolean endsService() {
        return this == DRAIN || this == STOP;
    }

    /**
     * Does it.
     *
     * @param wait how long to wait until a process has ended or is ready
     * @return whether there was something to change
     * @throws io.feiqian.vocabulary.RefusedException with what was said where it is not done
     */
    public boolean run(FleetClient client, InstanceView instance, Duration wait) {
        return switch (this) {
            case DRAIN -> client.drain(instance);
            case RESUME -> client.resume(instance);
            case STOP -> client.stop(instance, wait);
            case START -> client.start(instance, wait);
        };
    }
}
