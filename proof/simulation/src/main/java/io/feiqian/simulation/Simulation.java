package io.feiqian.simulation;

import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.events.EventLog;
import io.feiqian.simulation.services.ServiceWorld;
import java.util.List;
import java.util.Optional;

/**
 * Runs a world under a seed. The same seed, rules, kinds and number of orders give the same run, to
 * the byte of its log. Thread-safe; a run stays on its caller's thread.
 *
 * @param rules the rules that hold
 * @param kinds what runs: seeds take them in turn
 * @param orders how many orders clients place in a run
 */
public record Simulation(Rules rules, List<Kind> kinds, int orders) {
    /** How many orders a run has unless said otherwise. */
    public static final int USUAL_ORDERS = 60;

    private static final int ORDERS_FOR_ONE_OF_SERVICES = 3;

    /** Refuses a number of orders below 1, and nothing to run. */
    public Simulation {
        if (orders < 1) {
            throw new IllegalArgumentException("orders: " + orders + " (expected: >= 1)");
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kinds: none (expected: one or more)");
        }
        kinds = List.copyOf(kinds);
    }

    /** The bank alone. */
    public Simulation(Rules rules, int orders) {
        this(rules, List.of(Kind.BANK), orders);
    }

    /** What runs under a seed. */
    public Kind kind(long seed) {
        return kinds.get(Math.floorMod(seed, kinds.size()));
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
        Kind kind = kind(seed);
        return switch (kind) {
            case BANK -> bank(seed, logged);
            case TCC, SQL, XA, REVERSAL, MESSAGE, MIXED, NESTED, ORCHESTRATION ->
                    services(seed, kind, logged);
        };
    }

    private Verdict bank(long seed, boolean logged) {
        World world = new World(seed, rules, orders, logged);
        Optional<String> violation = violation(world::run, world.events());
        return new Verdict(
                seed,
                violation,
                world.steps(),
                world.auditor().movements(),
                world.auditor().messages(),
                world.events().text());
    }

    private Verdict services(long seed, Kind kind, boolean logged) {
        int begun = Math.max(1, orders / ORDERS_FOR_ONE_OF_SERVICES);
        ServiceWorld world = new ServiceWorld(seed, kind, rules, begun, logged);
        Optional<String> violation = violation(world::run, world.events());
        return new Verdict(
                seed,
                violation,
                world.steps(),
                world.movements(),
                world.messages(),
                world.events().text());
    }

    private static Optional<String> violation(Runnable run, EventLog events) {
        try {
            run.run();
            return Optional.empty();
        } catch (Violation found) {
            String seen = String.valueOf(found.getMessage());
            events.line(() -> "VIOLATION " + seen);
            return Optional.of(seen);
        }
    }
}
