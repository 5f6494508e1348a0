package io.feiqian.layer7;

import io.feiqian.balancing.Place;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.CellId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * Which cell takes a request that no cell owns, by how busy the cells are (D5.5-a, M6.2-2, M6.3-2):
 * a pure function.
 *
 * <p>In this order, and to the next only where there is nobody in the one before: cells of the own
 * city that serve and are not overloaded, such cells elsewhere, cells that serve (M6.3-4). Within
 * each, of two that chance offers the one with less to do for what it has left: not the least busy
 * of all, since every gateway would run to it at once, and away again.
 */
public final class CellAllocation {
    /**
     * A cell to choose.
     *
     * @param standing how it does, as seen here
     * @param used how much of it is in use, as far as it says so itself, brought up to date by what
     *     changed here since; empty where it says nothing
     * @param overloaded whether it has too much to do
     */
    public record Candidate(CellStanding standing, OptionalDouble used, boolean overloaded) {
        boolean serves() {
            return standing.serves() && standing.weight() > 0;
        }

        /** What is said of both compares best; else unanswered requests for the weight do. */
        boolean isLessBusyThan(Candidate other) {
            if (used.isPresent() && other.used.isPresent()) {
                return used.getAsDouble() < other.used.getAsDouble();
            }
            return perWeight() < other.perWeight();
        }

        private double perWeight() {
            return (standing.outstanding() + 1) / standing.weight();
        }
    }

    /**
     * What was chosen.
     *
     * @param elastic the cell that takes the request and what follows it
     * @param failover the cell that takes what follows while that one is down; empty for none
     */
    public record Choice(CellId elastic, Optional<CellId> failover) {}

    private CellAllocation() {}

    /** Chooses; empty where no cell serves. */
    public static Optional<Choice> choose(
            List<Candidate> cells, Place here, Randomness randomness) {
        return pick(cells, here, randomness, any -> true)
                .map(elastic ->
                        new Choice(
                                elastic,
                                pick(
                                        cells,
                                        here,
                                        randomness,
                                        other -> !other.standing().cell().equals(elastic))));
    }

    /**
     * Where a request goes that follows another (M6.3-3, M6.3-4): to the cell of that one, however
     * busy it is, since what it needs is there; where that does not serve to its failover; where
     * neither does, empty.
     */
    public static Optional<CellId> follow(
            CellId elastic, Optional<CellId> failover, Predicate<CellId> serves) {
        return serves.test(elastic) ? Optional.of(elastic) : failover.filter(serves);
    }

    private static Optional<CellId> pick(
            List<Candidate> cells, Place here, Randomness randomness, Predicate<Candidate> wanted) {
        List<Candidate> serving =
                cells.stream().filter(each -> each.serves() && wanted.test(each)).toList();
        List<Candidate> idle = serving.stream().filter(each -> !each.overloaded()).toList();
        List<Candidate> near =
                idle.stream().filter(each -> here.isCityOf(each.standing().place())).toList();
        return lessBusyOfTwo(!near.isEmpty() ? near : !idle.isEmpty() ? idle : serving, randomness);
    }

    private static Optional<CellId> lessBusyOfTwo(List<Candidate> cells, Randomness randomness) {
        if (cells.isEmpty()) {
            return Optional.empty();
        }
        int first = randomness.nextInt(cells.size());
        Candidate one = cells.get(first);
        if (cells.size() > 1) {
            int second = (first + 1 + randomness.nextInt(cells.size() - 1)) % cells.size();
            Candidate other = cells.get(second);
            one = other.isLessBusyThan(one) ? other : one;
        }
        return Optional.of(one.standing().cell());
    }
}
