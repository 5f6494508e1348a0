package io.feiqian.layer7;

import io.feiqian.balancing.Place;
import io.feiqian.layer7.spi.CellBackends;
import io.feiqian.proxy.CellConfig;
import io.feiqian.proxy.KeyParts;
import io.feiqian.proxy.KeyReader;
import io.feiqian.proxy.KeySource;
import io.feiqian.proxy.MapCells;
import io.feiqian.routing.Route;
import io.feiqian.routing.Routes;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cell of each request: reads its key, asks the route map, and does as the map says where
 * that cell is not there (D5.1-0, D5.5-0, M6.6-6). What no cell owns goes by load (M6.2-2, M6.3-2).
 *
 * <p>Never blocks; where the key says it all the future is done when it is returned. Others are
 * completed on the timer's thread or on that of the route map, so what depends on them moves on to
 * a thread of its own. Thread-safe.
 */
public final class CellSteering implements AutoCloseable {
    /**
     * One route, ready to be asked.
     *
     * @param readers where its key may stand, in order
     * @param byLoad whether requests without a key go by load
     * @param patience how long a request may wait for its cell
     */
    public record Way(List<KeyReader> readers, boolean byLoad, Duration patience) {
        /** Takes a copy. */
        public Way {
            readers = List.copyOf(readers);
        }

        /** The way of a route that is configured so. */
        public static Way of(CellConfig config, Duration patience) {
            return new Way(
                    config.keys().stream().map(KeyReader::of).toList(),
                    config.unowned() == CellConfig.Unowned.BY_LOAD,
                    patience);
        }

        /** Whether the body must be there before the cell is known. */
        public boolean needsBody() {
            return readers.stream().anyMatch(each -> each.source().isInBody());
        }
    }

    /**
     * A request while its cell is found; {@link CellSteering#corrected} needs it again.
     *
     * @param way its route's
     * @param parts its parts
     * @param changes whether it may change something; else it only reads
     * @param backends the pool that it goes to
     */
    public record Request(Way way, KeyParts parts, boolean changes, CellBackends backends) {}

    private record Key(KeySource.As as, String text) {}

    private final MapCells cells;
    private final Routes routes;
    private final Place here;
    private final FlowIdentifiers flows;
    private final ReportedLoads loads;
    private final Randomness randomness;
    private final CellWaiting waiting;
    private final CellCounts counts;

    /**
     * Steering by these parts.
     *
     * @param cells whose slot a key is
     * @param here where this gateway runs
     * @param flows the identifiers of what no cell owns
     * @param randomness used by all threads at once
     * @param mostWaiting how many requests may wait for their cells at once
     */
    public CellSteering(
            MapCells cells,
            Routes routes,
            Place here,
            FlowIdentifiers flows,
            Clock clock,
            Timer timer,
            Randomness randomness,
            MeterRegistry metrics,
            int mostWaiting) {
        this.cells = cells;
        this.routes = routes;
        this.here = here;
        this.flows = flows;
        this.loads = new ReportedLoads(clock);
        this.randomness = randomness;
        this.waiting = new CellWaiting(routes, timer, clock, mostWaiting);
        this.counts = new CellCounts(metrics);
    }

    /**
     * A backend answered and said how much of its cell is in use.
     *
     * @param percent as its header {@link CellAim#LOAD} has it; what is not 0 to 100 is taken as
     *     the nearest of these
     */
    public void loaded(CellId cell, long percent) {
        loads.reported(cell, percent / 100.0);
    }

    /** A backend refused for want of room; its cell takes what no cell owns last for a while. */
    public void full(CellId cell) {
        loads.refused(cell);
    }

    /** How many requests wait for their cells now. */
    public int waiting() {
        return waiting.waiting();
    }

    /** Where a request goes; the future never fails. */
    public CompletableFuture<CellAim> aim(Request request) {
        return found(request, false);
    }

    /**
     * Where a request goes after a backend said that it had come to the wrong cell and nothing was
     * done: the map is brought up to date, and the request aimed once more, at another cell. Asked
     * again after that, and where the map still names that cell, it is refused.
     *
     * @param before where it went
     * @param knownThere the version of the map that the backend named; 0 for none
     */
    public CompletableFuture<CellAim> corrected(
            Request request, CellAim.To before, long knownThere) {
        CellAim.Refused wrong =
                new CellAim.Refused(
                        OutcomeCode.WRONG_CELL,
                        before.cell() + " does not own the slot (expected: its owner by the map)");
        counts.corrected(before.cell());
        if (before.corrected()) {
            return CompletableFuture.completedFuture(wrong);
        }
        return routes.refresh(knownThere)
                .thenCompose(map -> found(request, true))
                .thenApply(aim ->
                        aim instanceof CellAim.To to && to.cell().equals(before.cell())
                                ? wrong
                                : aim);
    }

    /** Ends the waiting of those that wait, by a refusal. */
    @Override
    public void close() {
        waiting.close();
    }

    private CompletableFuture<CellAim> found(Request request, boolean again) {
        CompletableFuture<CellAim> aim;
        try {
            @Nullable Key key = key(request);
            if (key == null) {
                aim = CompletableFuture.completedFuture(unowned(request, again));
            } else if (key.as() == KeySource.As.FLOW) {
                aim = CompletableFuture.completedFuture(flow(request, key.text(), again));
            } else {
                aim = bySlot(request, cells.slotOf(key.as(), key.text()), again);
            }
        } catch (RefusedException refusal) {
            aim = CompletableFuture.completedFuture(refused(refusal));
        }
        return aim.isDone() ? counted(aim) : aim.whenComplete((to, failure) -> count(to));
    }

    private static @Nullable Key key(Request request) {
        List<KeyReader> readers = request.way().readers();
        for (int i = 0; i < readers.size(); i++) {
            Optional<String> found = readers.get(i).read(request.parts());
            if (found.isPresent()) {
                return new Key(readers.get(i).source().as(), found.get());
            }
        }
        return null;
    }

    private CompletableFuture<CellAim> bySlot(
            Request request, CompletableFuture<Slot> slot, boolean again) {
        if (slot.isDone() && !slot.isCompletedExceptionally()) {
            return planned(request, slot.join(), again);
        }
        return slot.thenCompose(known -> planned(request, known, again))
                .exceptionally(CellSteering::refused);
    }

    private CompletableFuture<CellAim> planned(Request request, Slot slot, boolean again) {
        Duration patience = request.way().patience();
        CellAim aim = look(request, slot, again, patience);
        if (aim != null) {
            return CompletableFuture.completedFuture(aim);
        }
        counts.waited();
        return waiting.until(patience, left -> look(request, slot, again, left));
    }

    /** What becomes of it now; null for waiting. */
    private @Nullable CellAim look(Request request, Slot slot, boolean again, Duration left) {
        Route route = routes.route(slot);
        CellPlan plan = CellPlan.of(route, request.changes(), request.backends()::serves, left);
        return switch (plan) {
            case CellPlan.Forward(var cell) ->
                    owned(cell, CellAim.Reason.OWNER, slot, route, again);
            case CellPlan.Standby(var cell) ->
                    owned(cell, CellAim.Reason.STANDBY, slot, route, again);
            case CellPlan.Wait _ -> null;
            case CellPlan.Refuse(var code, var detail) -> new CellAim.Refused(code, detail);
        };
    }

    private static CellAim owned(
            CellId cell, CellAim.Reason reason, Slot slot, Route route, boolean again) {
        return new CellAim.To(
                cell,
                reason,
                Optional.of(slot),
                Optional.of(route.epoch()),
                Optional.empty(),
                again);
    }

    private CellAim flow(Request request, String text, boolean again) {
        FlowIdentifier flow = flows.read(text);
        Optional<CellId> cell =
                CellAllocation.follow(flow.elastic(), flow.failover(), request.backends()::serves);
        if (cell.isEmpty()) {
            return unowned(request, again);
        }
        boolean moved = !cell.get().equals(flow.elastic());
        return new CellAim.To(
                cell.get(),
                moved ? CellAim.Reason.FAILOVER : CellAim.Reason.FLOW,
                Optional.empty(),
                Optional.empty(),
                Optional.of(text),
                again);
    }

    private CellAim unowned(Request request, boolean again) {
        if (!request.way().byLoad()) {
            return new CellAim.Refused(
                    OutcomeCode.MISSING_FIELD,
                    "no key (expected: one at a place that the route names)");
        }
        List<CellAllocation.Candidate> candidates =
                request.backends().standings().stream().map(loads::candidate).toList();
        return CellAllocation.choose(candidates, here, randomness)
                .<CellAim>map(choice ->
                        new CellAim.To(
                                choice.elastic(),
                                CellAim.Reason.LOAD,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(flows.issue(choice.elastic(), choice.failover())),
                                again))
                .orElseGet(
                        () -> new CellAim.Refused(OutcomeCode.CELL_UNAVAILABLE, "no cell serves"));
    }

    private static CellAim refused(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return cause instanceof RefusedException refusal
                ? new CellAim.Refused(refusal.code(), String.valueOf(refusal.getMessage()))
                : new CellAim.Refused(OutcomeCode.INTERNAL_ERROR, "a fault while finding the cell");
    }

    private CompletableFuture<CellAim> counted(CompletableFuture<CellAim> done) {
        count(done.join());
        return done;
    }

    private void count(@Nullable CellAim aim) {
        if (aim != null) {
            counts.aimed(aim);
        }
    }
}
