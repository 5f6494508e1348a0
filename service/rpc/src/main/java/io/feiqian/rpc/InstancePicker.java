package io.feiqian.rpc;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.Pool;
import io.feiqian.balancing.Way;
import io.feiqian.balancing.spi.Picker;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.CellId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Picks an instance of a cell for each call, one after the other unless configured (D5.5-e),
 * passing over those that failed a moment ago unless there is no other. Thread-safe.
 */
final class InstancePicker {
    private final CellInstances instances;
    private final Channels channels;
    private final CellBalancing balancing;
    private final Clock clock;
    private final Randomness randomness;
    private final Map<CellId, Cell> cells = new ConcurrentHashMap<>();

    /** What is known of one cell; the list is the one that its pool has. */
    private static final class Cell {
        private final Pool<Endpoint> pool;
        private final Map<Way, Picker> pickers = new ConcurrentHashMap<>();
        private volatile List<Endpoint> listed = List.of();

        Cell(Pool<Endpoint> pool) {
            this.pool = pool;
        }

        /** Two threads may both see a new list; taking it over twice does no harm. */
        void list(List<Endpoint> present) {
            if (!listed.equals(present)) {
                pool.instances(present.stream().map(InstancePicker::instance).toList());
                listed = List.copyOf(present);
            }
        }
    }

    InstancePicker(
            CellInstances instances, Channels channels, CellBalancing balancing, Clock clock) {
        this.instances = instances;
        this.channels = channels;
        this.balancing = balancing;
        this.clock = clock;
        this.randomness = Randomness.shared(clock.nanos());
    }

    /**
     * The next instance of the cell that is not among these; empty where there is none.
     *
     * @param method the full name of the method that is called
     * @param key what keeps calls together where the way does so
     * @param filter which instances the call may go to
     */
    Optional<Member<Endpoint>> pick(
            CellId cell, String method, long key, Set<Endpoint> tried, InstanceFilter filter) {
        Cell known = cells.get(cell);
        if (known == null) {
            known = cells.computeIfAbsent(cell, id -> new Cell(pool()));
        }
        known.list(instances.of(cell));
        Picker picker =
                known.pickers.computeIfAbsent(
                        balancing.wayOf(method), way -> way.picker(randomness));
        if (tried.isEmpty() && filter.equals(InstanceFilter.ANY)) {
            return known.pool.pick(picker, key);
        }
        Predicate<Instance<?>> admitted =
                filter.among(
                        known.pool.members().stream()
                                .map(Member::instance)
                                .filter(each -> !tried.contains(each.target()))
                                .toList());
        return known.pool.pick(
                picker,
                key,
                each -> !tried.contains(each.target()) && admitted.test(each.instance()));
    }

    private static Instance<Endpoint> instance(Endpoint endpoint) {
        return new Instance<>(
                endpoint.instance(),
                endpoint,
                Place.UNKNOWN,
                Instance.USUAL_WEIGHT,
                endpoint.labels());
    }

    private Pool<Endpoint> pool() {
        return new Pool<>(
                balancing.pool(channels.config().penalty()),
                Place.UNKNOWN,
                clock,
                new FollowedByChannels(channels));
    }
}
