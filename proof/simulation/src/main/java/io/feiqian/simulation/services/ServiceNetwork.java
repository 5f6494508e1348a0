package io.feiqian.simulation.services;

import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.Scheduler;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Between clients and services, and between services: messages are lost, repeated, delayed and so
 * reordered, and pairs of places are cut off from each other. Not thread-safe.
 */
final class ServiceNetwork {
    /** Where the clients are. */
    static final String CLIENTS = "clients";

    private static final int USUAL_MICROS = 1_500;
    private static final int SLOW_MICROS = 500_000;

    private final Scheduler scheduler;
    private final Dice dice;
    private final Set<Set<String>> cut = new HashSet<>();
    private int losePerMille;
    private int repeatPerMille;
    private int slowPerMille;

    ServiceNetwork(Scheduler scheduler, Dice dice) {
        this.scheduler = scheduler;
        this.dice = dice;
    }

    void behave(int lose, int repeat, int slow) {
        losePerMille = lose;
        repeatPerMille = repeat;
        slowPerMille = slow;
    }

    void cut(String one, String other, boolean off) {
        if (off) {
            cut.add(pair(one, other));
        } else {
            cut.remove(pair(one, other));
        }
    }

    void join() {
        cut.clear();
    }

    /** Sends a message; it arrives not at all, once or twice. */
    void send(String from, String to, Runnable arrival) {
        if (cut.contains(pair(from, to)) || dice.perMille(losePerMille)) {
            return;
        }
        deliver(arrival);
        if (dice.perMille(repeatPerMille)) {
            deliver(arrival);
        }
    }

    private void deliver(Runnable arrival) {
        scheduler.after(dice.duration(USUAL_MICROS, slowPerMille, SLOW_MICROS), arrival);
    }

    private static Set<String> pair(String one, String other) {
        return new TreeSet<>(Set.of(one, other.equals(one) ? one + "'" : other));
    }
}
