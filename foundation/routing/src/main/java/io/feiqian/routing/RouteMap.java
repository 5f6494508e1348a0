package io.feiqian.routing;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The route map (路由表): an immutable, versioned snapshot of which cell owns which slots.
 *
 * <p>Every customer slot has exactly one owner in a map; a pinned slot belongs to its own cell, and
 * every cell that is named has its pinned slot. A look-up reads one array element and makes no
 * garbage. Safe for use by many threads.
 */
public final class RouteMap {
    private final long version;
    private final List<Route> routes;
    private final @Nullable Route[] bySlot;
    private final NavigableSet<CellId> cells;

    private RouteMap(long version, List<Route> sorted) {
        this.version = version;
        this.routes = sorted;
        this.bySlot = index(sorted);
        NavigableSet<CellId> named = new TreeSet<>();
        for (Route each : sorted) {
            named.add(each.owner());
            each.standby().ifPresent(named::add);
        }
        this.cells = Collections.unmodifiableNavigableSet(named);
        requireEveryCustomerSlot();
        requirePinnedSlots();
    }

    /**
     * The map of these routes, in any order.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where slots overlap, a
     *     customer slot has no owner, or a pinned slot is missing or not with its own cell
     */
    public static RouteMap of(long version, List<Route> routes) {
        if (version < 1) {
            throw refused("version " + version, ">= 1");
        }
        List<Route> sorted = new ArrayList<>(routes);
        sorted.sort((a, b) -> a.slots().compareTo(b.slots()));
        return new RouteMap(version, List.copyOf(sorted));
    }

    /**
     * The first map of a bank over so many cells: customer slots split evenly, every cell with its
     * pinned slot, everything open at the first epoch.
     *
     * @param count how many cells, 1 to 99
     */
    public static RouteMap evenly(int count) {
        if (count < 1 || count > 99) {
            throw refused(count + " cells", "1 to 99");
        }
        List<Route> routes = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            CellId cell = new CellId(number);
            int first = Slot.FIRST_PINNED * (number - 1) / count;
            int last = Slot.FIRST_PINNED * number / count - 1;
            Slot pinned = Slot.pinnedTo(cell);
            routes.add(Route.open(SlotRange.of(first, last), cell, Epoch.FIRST));
            routes.add(Route.open(new SlotRange(pinned, pinned), cell, Epoch.FIRST));
        }
        return of(1, routes);
    }

    /** The version; of two maps the one with the greater version counts. */
    public long version() {
        return version;
    }

    /** All routes in order of their slots. */
    public List<Route> routes() {
        return routes;
    }

    /** Every cell that the map names, as owner or standby, in order. */
    public NavigableSet<CellId> cells() {
        return cells;
    }

    /** The route of a slot; empty for a pinned slot of no known cell. */
    public Optional<Route> find(Slot slot) {
        return Optional.ofNullable(bySlot[slot.number()]);
    }

    /**
     * The route of a slot.
     *
     * @throws RefusedException with {@link OutcomeCode#NO_ROUTE} where no cell owns it
     */
    public Route route(Slot slot) {
        Route found = bySlot[slot.number()];
        if (found == null) {
            throw new RefusedException(
                    OutcomeCode.NO_ROUTE,
                    "slot: " + slot + " (expected: a slot of route map version " + version + ")");
        }
        return found;
    }

    /** The routes that a cell owns, in order of their slots. */
    public List<Route> ownedBy(CellId cell) {
        return routes.stream().filter(each -> each.owner().equals(cell)).toList();
    }

    /**
     * The next version, in which this route holds for its slots; ranges around it are split.
     *
     * @throws RefusedException with {@link OutcomeCode#STALE_EPOCH} where the epoch of any of these
     *     slots would not grow
     */
    public RouteMap with(Route change) {
        List<Route> next = new ArrayList<>();
        for (Route each : routes) {
            if (!each.slots().overlaps(change.slots())) {
                next.add(each);
                continue;
            }
            if (change.epoch().compareTo(each.epoch()) <= 0) {
                throw new RefusedException(
                        OutcomeCode.STALE_EPOCH,
                        "epoch of slots %s: %s (expected: > %s)"
                                .formatted(change.slots(), change.epoch(), each.epoch()));
            }
            int first = each.slots().first().number();
            int last = each.slots().last().number();
            int changeFirst = change.slots().first().number();
            int changeLast = change.slots().last().number();
            if (first < changeFirst) {
                next.add(each.over(SlotRange.of(first, changeFirst - 1)));
            }
            if (last > changeLast) {
                next.add(each.over(SlotRange.of(changeLast + 1, last)));
            }
        }
        next.add(change);
        return of(version + 1, next);
    }

    /** The map as JSON text that {@link #parse} reads, also in later versions of the software. */
    public String toJson() {
        return RouteMapJson.write(this);
    }

    /**
     * Reads a map in any format that was ever written (D5.7-c).
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is no map, or of
     *     a format newer than this software
     */
    public static RouteMap parse(String json) {
        return RouteMapJson.read(json);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouteMap that
                && that.version == version
                && that.routes.equals(routes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version) * 31 + routes.hashCode();
    }

    /** Version and ranges, for people. */
    @Override
    public String toString() {
        return routes.stream()
                .map(each ->
                        each.slots()
                                + " "
                                + each.owner()
                                + " "
                                + each.state()
                                + " @"
                                + each.epoch())
                .collect(Collectors.joining(", ", "version " + version + ": ", ""));
    }

    private static @Nullable Route[] index(List<Route> routes) {
        @Nullable Route[] index = new @Nullable Route[Slot.COUNT];
        for (Route each : routes) {
            for (int n = each.slots().first().number(); n <= each.slots().last().number(); n++) {
                Route earlier = index[n];
                if (earlier != null) {
                    throw refused(
                            "slots " + each.slots() + " beside " + earlier.slots(),
                            "ranges that do not overlap");
                }
                index[n] = each;
            }
        }
        return index;
    }

    private void requireEveryCustomerSlot() {
        IntStream.range(0, Slot.FIRST_PINNED)
                .filter(n -> bySlot[n] == null)
                .findFirst()
                .ifPresent(n -> {
                    throw refused("no owner of slot " + new Slot(n), "one for every customer");
                });
    }

    private void requirePinnedSlots() {
        for (Route each : routes) {
            Slot only = each.slots().first();
            boolean home = each.slots().size() == 1 && Slot.pinnedTo(each.owner()).equals(only);
            if (only.isPinned() && !home) {
                throw refused(
                        "slots " + each.slots() + " with " + each.owner(),
                        "a pinned slot with its own cell");
            }
        }
        for (CellId each : cells) {
            if (bySlot[Slot.pinnedTo(each).number()] == null) {
                throw refused("no pinned slot of " + each, "one for every cell");
            }
        }
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "route map: " + what + " (expected: " + expected + ")");
    }
}
