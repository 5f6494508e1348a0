package io.feiqian.simulation;

import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.Scheduler;
import java.util.HashSet;
import java.util.Set;

/**
 * Between clients and cells, and between cells: messages are lost, repeated, delayed and so
 * reordered, and pairs of places are cut off from each other. Place 0 is the clients', the cells
 * are the others. Not thread-safe.
 */
final class Network {
    private static final int USUAL_MICROS = 1_500;
    private static final int SLOW_MICROS = 400_000;

    private final Scheduler scheduler;
    private final Dice dice;
    private final Set<Integer> cut = new HashSet<>();
    private int losePerMille;
    private int repeatPerMille;
    private int slowPerMille;

    Network(Scheduler scheduler, Dice dice) {
        this.scheduler = scheduler;
        this.dice = dice;
    }

    /** How often messages are lost, repeated and slow from now on. */
    void behave(int lose, int repeat, int slow) {
        losePerMille = lose;
        repeatPerMille = repeat;
        slowPerMille = slow;
    }

    /** Cuts two places off from each other, or joins them again. */
    void cut(int one, int other, boolean off) {
        if (off) {
            cut.add(pair(one, other));
        } else {
            cut.remove(pair(one, other));
        }
    }

    /** Joins all places. */
    void join() {
        cut.clear();
    }

    /** Sends a message; returns how many copies of it will arrive: 0, 1 or 2. */
    int send(int from, int to, Runnable arrival) {
        if (cut.contains(pair(from, to)) || dice.perMille(losePerMille)) {
            return 0;
        }
        deliver(arrival);
        if (dice.perMille(repeatPerMille)) {
            deliver(arrival);
            return 2;
        }
        return 1;
    }

    private void deliver(Runnable arrival) {
        scheduler.after(dice.duration(USUAL_MICROS, slowPerMille, SLOW_MICROS), arrival);
    }

    private static int pair(int one, int other) {
        return Math.min(one, other) * 1_000 + Math.max(one, other);
    }
}
