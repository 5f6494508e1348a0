package io.feiqian.layer7;

import io.feiqian.balancing.Instance;
import io.feiqian.proxy.StickyConfig;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cell of one request: found, corrected where it is the wrong one, and told by what its
 * backends say of themselves. Confined to the exchange's event loop.
 */
final class RequestCell {
    private final Exchange exchange;
    private @Nullable PoolRun pool;
    private @Nullable Predicate<Instance<?>> instances;
    private CellAim.@Nullable To aim;
    private CellSteering.@Nullable Request steered;

    RequestCell(Exchange exchange) {
        this.exchange = exchange;
    }

    void clear() {
        pool = null;
        instances = null;
        aim = null;
        steered = null;
    }

    /**
     * Finds it, and sends the request there.
     *
     * @param only which backends a rule leaves; null for all
     */
    void find(PoolRun where, @Nullable Predicate<Instance<?>> only) {
        pool = where;
        instances = only;
        CellSteering.Way way = exchange.plan().way;
        if (way == null) {
            exchange.attempts().go(where, key(where), "", only);
            return;
        }
        CellSteering steering = exchange.worker.engine.parts().cells();
        if (steering == null) {
            exchange.refuse(OutcomeCode.NO_ROUTE, "this gateway knows no cells");
            return;
        }
        CellSteering.Request request =
                new CellSteering.Request(
                        way, new RequestParts(exchange), !exchange.request().verb.isSafe(), where);
        steered = request;
        exchange.judging().after(steering.aim(request), found -> aimed(found, where));
    }

    private void aimed(CellAim found, PoolRun to) {
        switch (found) {
            case CellAim.To known -> {
                aim = known;
                exchange.attempts().go(to, key(to), known.cell().toString(), instances);
            }
            case CellAim.Refused(var code, var detail) -> exchange.refuse(code, detail);
        }
    }

    /** The backend says that nothing was done, since its cell is the wrong one: once more. */
    boolean corrected(long knownThere) {
        CellSteering steering = exchange.worker.engine.parts().cells();
        CellSteering.Request request = steered;
        CellAim.To before = aim;
        PoolRun to = pool;
        if (steering == null || request == null || before == null || to == null) {
            return false;
        }
        exchange.attempts().corrected();
        exchange.judging()
                .after(steering.corrected(request, before, knownThere), found -> aimed(found, to));
        return true;
    }

    /** The backend says how much of its cell is in use, in percent. */
    void loaded(long percent) {
        CellSteering steering = exchange.worker.engine.parts().cells();
        CellAim.To known = aim;
        if (steering != null && known != null) {
            steering.loaded(known.cell(), percent);
        }
    }

    /** The backend refused for want of room. */
    void full() {
        CellSteering steering = exchange.worker.engine.parts().cells();
        CellAim.To known = aim;
        if (steering != null && known != null) {
            steering.full(known.cell());
        }
    }

    /** It goes to this pool, whatever its cell is. */
    void none(PoolRun where) {
        clear();
        exchange.attempts().elsewhere(where, key(where));
    }

    /** Another pool of the split takes it. */
    void moved(PoolRun other) {
        pool = other;
    }

    /** What keeps requests of the same client or key together; any number where nothing does. */
    long key(PoolRun to) {
        if (to.key().isPresent()) {
            Optional<String> found = to.key().get().read(new RequestParts(exchange));
            if (found.isPresent()) {
                return Sticky.hash(found.get());
            }
        }
        return to.config().sticky().by() == StickyConfig.By.CLIENT_IP
                ? Sticky.hash(exchange.from().address().getHostAddress())
                : exchange.worker.chance();
    }

    /** Where it goes; null for no cell. */
    CellAim.@Nullable To aim() {
        return aim;
    }

    /** What the client is told of it. */
    void answerHeaders(Head head) {
        CellAim.To known = aim;
        if (known != null && known.flow().isPresent()) {
            Forwarding.set(head, CellAim.FLOW, known.flow().get());
        }
    }
}
