package io.feiqian.simulation;

import io.feiqian.simulation.audit.Violation;
import java.util.Optional;

/**
 * Runs a whole bank under a seed. The same seed, rules and number of orders give the same run, to
 * the byte of its log. Thread-safe; a run stays on its caller's thread.
 *
 * @param rules the rules that hold
 * @param orders how many orders clients place in a run
 */
public record Simulation(Rules rules, int orders) {
    /** How many orders a run has unless said otherwise. */
    public static final int USUAL_ORDERS = 60;

    /** Refuses a number of orders below 1. */
    public Simulation {
        if (orders < 1) {
            throw new IllegalArgumentException("orders: " + orders + " (expected: >= 1)");
        }
    }

    /** One run. */
    public Verdict run(long seed) {
        return run(seed, false);
    }

    /** One run with its log. */
    public Verdict runLogged(long seed) {
        return run(seed, true);
    }

    private Verdict run(long seed, boolean logged) {
        World world = new World(seed, rules, orders, logged);
        Optional<String> violation = Optional.empty();
        try {
            world.run();
        } catch (Violation found) {
            violation = Optional.of(String.valueOf(found.getMessage()));
        }
        violation.ifPresent(seen -> world.log(() -> "VIOLATION " + seen));
        return new Verdict(
                seed,
                violation,
                world.steps(),
                world.auditor().movements(),
                world.auditor().messages(),
                world.events().text());
    }
}
