package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls to cells: finds the owner of a slot in the route map, one of its ready instances, and calls
 * it, again where that is safe, until the deadline and never beyond (D5.5-0, P6.3.3-a.1).
 *
 * <ul>
 *   <li>An instance that was not reached, or that refused unseen because it is stopping, is passed
 *       over for the next; where none is left the answer is CELL_UNAVAILABLE at once.
 *   <li>Rules say which instances a call goes to by its label; where all of those were tried, the
 *       others are asked.
 *   <li>WRONG_CELL and STALE_EPOCH refresh the route map, and the call is tried once more.
 *       SLOT_MOVING is tried again until the deadline (state-table).
 *   <li>A read whose answer got lost is asked of another instance. A change whose answer got lost
 *       is <em>unknown</em> from then on: it is asked again with the same trace number until an
 *       answer is certain; where none comes before the deadline, the outcome is unknown.
 * </ul>
 *
 * <p>Thread-safe; never blocks. Futures complete on threads of the network or the timer, so what
 * depends on them must not block.
 */
public final class CellClients implements AutoCloseable {
    /** What instances of cells are registered as. */
    static final String SERVICE = "cell";

    private final Routes routes;
    private final Channels channels;
    private final InstancePicker picker;
    private final CellLoads loads;
    private final Clock clock;
    private final Timer timer;
    private final Tracing tracing;
    private final CallCounts counts;
    private final CallPolicies rules;
    private final AtomicInteger turns = new AtomicInteger();

    /**
     * Clients without a connection yet.
     *
     * @param channels the connections; closed with the clients, shared with nobody else
     */
    public CellClients(
            Routes routes,
            CellInstances instances,
            Channels channels,
            Clock clock,
            Timer timer,
            Tracing tracing,
            CallCounts counts) {
        this(
                routes,
                instances,
                channels,
                CellBalancing.USUAL,
                CallPolicies.NONE,
                clock,
                timer,
                tracing,
                counts);
    }

    /**
     * The same with another way to choose among the instances of a cell, and with rules.
     *
     * @param balancing how instances are chosen
     * @param rules what is asked before each call, as the side that calls, and told of every
     *     attempt
     */
    public CellClients(
            Routes routes,
            CellInstances instances,
            Channels channels,
            CellBalancing balancing,
            CallPolicies rules,
            Clock clock,
            Timer timer,
            Tracing tracing,
            CallCounts counts) {
        this.routes = routes;
        this.channels = channels;
        this.picker = new InstancePicker(instances, channels, balancing, clock);
        this.loads = new CellLoads(clock);
        this.clock = clock;
        this.timer = timer;
        this.tracing = tracing;
        this.counts = counts;
        this.rules = rules;
    }

    /** Makes the call; the future never fails, every failure is an outcome. */
    public <Q extends Message, A extends Message> CompletableFuture<CellAnswer<A>> call(
            CellCall<Q, A> call) {
        return call(call, "", "");
    }

    private <Q extends Message, A extends Message> CompletableFuture<CellAnswer<A>> call(
            CellCall<Q, A> call, String caller, String channel) {
        return rules.isEmpty() ? begin(call, InstanceFilter.ANY) : judged(call, caller, channel);
    }

    /**
     * Makes the call for a request from outside, which these rules judge first as one that is
     * served (P6.2.2.5-h).
     *
     * @param entrance judges the request
     * @param caller who it is from, as far as that was authenticated; else empty
     * @param channel the channel that the caller was found to speak for; empty for none
     */
    public <Q extends Message, A extends Message> CompletableFuture<CellAnswer<A>> call(
            CellCall<Q, A> call, CallPolicies entrance, String caller, String channel) {
        return entrance.isEmpty()
                ? call(call, caller, channel)
                : new JudgedCall<>(
                                call,
                                facts(call, caller, channel),
                                entrance::incoming,
                                (admitted, anywhere) -> call(admitted, caller, channel),
                                clock)
                        .begin();
    }

    /** The same for a caller of whom no channel is known. */
    public <Q extends Message, A extends Message> CompletableFuture<CellAnswer<A>> call(
            CellCall<Q, A> call, CallPolicies entrance, String caller) {
        return call(call, entrance, caller, "");
    }

    private <Q extends Message, A extends Message> CompletableFuture<CellAnswer<A>> judged(
            CellCall<Q, A> call, String caller, String channel) {
        return new JudgedCall<>(
                        call, facts(call, caller, channel), rules::outgoing, this::begin, clock)
                .begin();
    }

    private <Q extends Message, A extends Message> CompletableFuture<CellAnswer<A>> begin(
            CellCall<Q, A> call, InstanceFilter filter) {
        CallInProgress<Q, A> progress = new CallInProgress<>(this, call, filter);
        progress.begin();
        return progress.answer();
    }

    private CallFacts facts(CellCall<?, ?> call, String caller, String channel) {
        return new CallFacts(
                SERVICE,
                call.method(),
                caller,
                call.context(),
                Optional.of(call.request()),
                cellOf(call.target()),
                channel);
    }

    /** The cell by the route map as it is now; empty where it has none for the slot. */
    private String cellOf(Target target) {
        return switch (target) {
            case Target.OwnerOf(var slot) -> {
                try {
                    yield routes.route(slot).owner().toString();
                } catch (RefusedException noRoute) {
                    yield "";
                }
            }
            case Target.Named(var cell) -> cell.toString();
            case Target.Any() -> "";
        };
    }

    /** Closes all connections; calls in flight end as they would when the network broke. */
    @Override
    public void close() {
        channels.close();
    }

    Routes routes() {
        return routes;
    }

    Channels channels() {
        return channels;
    }

    InstancePicker picker() {
        return picker;
    }

    CellLoads loads() {
        return loads;
    }

    Clock clock() {
        return clock;
    }

    Timer timer() {
        return timer;
    }

    Tracing tracing() {
        return tracing;
    }

    CallPolicies rules() {
        return rules;
    }

    CallCounts counts() {
        return counts;
    }

    /** All cells, beginning with another one each time. */
    List<CellId> anyCells() {
        List<CellId> cells = List.copyOf(routes.current().cells());
        int first = Math.floorMod(turns.getAndIncrement(), cells.size());
        return java.util.stream.Stream.concat(
                        cells.subList(first, cells.size()).stream(),
                        cells.subList(0, first).stream())
                .toList();
    }
}
