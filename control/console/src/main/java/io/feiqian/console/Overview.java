package io.feiqian.console;

import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The bank at a glance.
 *
 * @param cells every cell, also those that say nothing
 * @param alarms how many are raised and how grave they are; empty where nobody can say
 */
public record Overview(List<Line> cells, Optional<Raised> alarms) {
    /** Copies the list. */
    public Overview {
        cells = List.copyOf(cells);
    }

    /** How many alarms are raised. */
    public record Raised(long all, long critical) {}

    /** One range of slots that a cell owns. */
    public record Range(int first, int last, String state, long epoch) {}

    /**
     * One cell.
     *
     * @param overdue unfinished decisions and branches whose time is over
     * @param megabytes the size of its database
     */
    public record Line(
            String cell,
            boolean answers,
            String instance,
            String businessDate,
            long routeMap,
            List<Range> ranges,
            long accounts,
            long entries,
            long decisions,
            long branches,
            long overdue,
            long suspended,
            long proposals,
            long megabytes) {
        /** Copies the list. */
        public Line {
            ranges = List.copyOf(ranges);
        }

        static Line silent(String cell) {
            return new Line(cell, false, "", "", 0, List.of(), 0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    /** How many cells say nothing. */
    public long silent() {
        return cells.stream().filter(each -> !each.answers()).count();
    }

    /** Unfinished decisions and branches of all cells that answer. */
    public long unfinished() {
        return sum(each -> each.decisions() + each.branches());
    }

    /** Those whose time is over. */
    public long overdue() {
        return sum(Line::overdue);
    }

    /** Records of transactions that are suspended. */
    public long suspended() {
        return sum(Line::suspended);
    }

    /** Proposals that wait for a second operator. */
    public long proposals() {
        return sum(Line::proposals);
    }

    /** All accounts. */
    public long accounts() {
        return sum(Line::accounts);
    }

    /** All journal entries. */
    public long entries() {
        return sum(Line::entries);
    }

    private long sum(ToLongFunction<Line> what) {
        return cells.stream().mapToLong(what).sum();
    }
}
