package io.feiqian.rpc;

import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.StateTable;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.util.List;
import java.util.function.Predicate;

/**
 * Where something goes that no cell owns yet, such as a new customer (D5.5-a): of two random cells
 * the one that is less busy, and there a random slot. Two choices and not the least busy of all
 * cells, so that many processes, each with its own view, do not all run to the same cell at once.
 *
 * <p>What is placed once stays where it is: load moves new customers, never the calls for old ones.
 * Thread-safe where its randomness is.
 */
public final class Placement {
    private final CellClients clients;
    private final Randomness randomness;

    /** Places by the route map and by how busy the cells are with these clients' calls. */
    public Placement(CellClients clients, Randomness randomness) {
        this.clients = clients;
        this.randomness = randomness;
    }

    /**
     * A customer slot that admits new work. While no cell is busier than another every such slot is
     * equally likely.
     *
     * @throws RefusedException with {@link OutcomeCode#NO_ROUTE} where no slot admits new work
     */
    public Slot next() {
        RouteMap map = clients.routes().current();
        List<Route> open = map.routes().stream().filter(Placement::admitsNewWork).toList();
        Slot first = any(open, map);
        CellId cell = map.route(first).owner();
        List<Route> others = where(open, each -> !each.owner().equals(cell));
        if (others.isEmpty()) {
            return first;
        }
        Slot second = any(others, map);
        boolean lessBusy = clients.loads().of(map.route(second).owner()) < clients.loads().of(cell);
        return lessBusy ? second : first;
    }

    private Slot any(List<Route> routes, RouteMap map) {
        int slots = routes.stream().mapToInt(each -> each.slots().size()).sum();
        if (slots == 0) {
            throw new RefusedException(
                    OutcomeCode.NO_ROUTE,
                    "no slot of route map version "
                            + map.version()
                            + " admits new work (expected: one that is open)");
        }
        int left = randomness.nextInt(slots);
        for (Route each : routes) {
            if (left < each.slots().size()) {
                return new Slot(each.slots().first().number() + left);
            }
            left -= each.slots().size();
        }
        throw new IllegalStateException("slots: " + slots + " (expected: more than " + left + ")");
    }

    private static List<Route> where(List<Route> routes, Predicate<Route> wanted) {
        return routes.stream().filter(wanted).toList();
    }

    private static boolean admitsNewWork(Route route) {
        return !route.slots().first().isPinned()
                && StateTable.admits(route.state(), WorkKind.NEW_WORK) == OutcomeCode.ACCEPTED;
    }
}
