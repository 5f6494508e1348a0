package io.feiqian.proxy;

import io.feiqian.balancing.Ejection;
import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.balancing.Part;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.Pool;
import io.feiqian.balancing.PoolPolicy;
import io.feiqian.balancing.SitePreference;
import io.feiqian.balancing.SlowStart;
import io.feiqian.balancing.Way;
import io.feiqian.balancing.spi.Picker;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The backends of one pool and whom of them a request or connection goes to (P6.1.3-a).
 * Thread-safe; a choice without a predicate allocates nothing.
 *
 * <p>In this order, and to the next only where there is nobody in the one before: those that serve
 * at the own site, in the own city, anywhere; then those that were ejected, are drained or whose
 * checks fail. Where the checks of all fail that are neither drained nor blocked, checks count no
 * more until one is good again (the panic rule; counted): a fault that all of them show is rather
 * the checks' own, and no request fails for want of a backend while one is listed. Blocked ones
 * take nothing in any case.
 */
public final class BackendPool {
    /** For so many cells and labels choices are kept; for more they are worked out each time. */
    private static final int MOST_PARTS = 256;

    private static final double FIRST_SHARE = 0.1;
    private static final double RETURN_ABOVE = 0.2;

    /** A part with turns of its own. */
    private static final class Some {
        private final Part<Backend> part;
        private volatile Picker picker;

        Some(Part<Backend> part, Picker picker) {
            this.part = part;
            this.picker = picker;
        }
    }

    /** Those with some labels, and those without any of these. */
    private record Labelled(Some with, Some base) {}

    private final Randomness randomness;
    private final BackendRoll roll;
    private final Pool<Backend> pool;
    private final Some whole;
    private final Map<String, Some> cells = new ConcurrentHashMap<>();
    private final Map<Map<String, String>, Map<String, Labelled>> labelled =
            new ConcurrentHashMap<>();
    private volatile int parts;
    private volatile PoolConfig config;

    /** A pool without orders and metrics. */
    public BackendPool(PoolConfig config, Place here, Clock clock, Randomness randomness) {
        this(
                config,
                here,
                clock,
                randomness,
                new BackendOrders(),
                new PoolMeters(new CompositeMeterRegistry(), config.name()));
    }

    /**
     * A pool of the backends that are configured; with a service, without any until {@link
     * #listed}.
     *
     * @param here where this gateway runs
     * @param randomness used by all threads at once, so {@link Randomness#shared} or {@link
     *     Randomness#secure}
     * @param orders what operators order; whoever changes them says so to {@link #ordered}
     */
    public BackendPool(
            PoolConfig config,
            Place here,
            Clock clock,
            Randomness randomness,
            BackendOrders orders,
            PoolMeters meters) {
        this.config = config;
        this.randomness = randomness;
        this.roll = new BackendRoll(config.name(), orders, meters);
        this.pool = new Pool<>(policy(config), here, clock, roll);
        this.whole = new Some(pool.part(each -> true), picker(config));
        if (config.service().isEmpty()) {
            listed(config.backends());
        }
    }

    /** What it was made from last. */
    public PoolConfig config() {
        return config;
    }

    /**
     * Takes over another configuration of the same name: backends that stay keep what is known of
     * them and what operators ordered.
     */
    public void configure(PoolConfig next) {
        Names.requireSame("pool", config.name(), next.name());
        PoolConfig before = config;
        config = next;
        pool.policy(policy(next));
        if (before.way() != next.way() || !before.sticky().equals(next.sticky())) {
            whole.picker = picker(next);
            cells.values().forEach(each -> each.picker = picker(next));
            labelled.values().stream()
                    .flatMap(each -> each.values().stream())
                    .forEach(each -> {
                        each.with.picker = picker(next);
                        each.base.picker = picker(next);
                    });
        }
        if (next.service().isEmpty()) {
            listed(next.backends());
        }
    }

    /** Takes over a list, such as the registry's. */
    public void listed(List<BackendConfig> backends) {
        roll.listed(backends, pool::instances);
    }

    /** Orders for its backends have changed. */
    public void ordered() {
        roll.changed(pool::instances);
    }

    /**
     * An active check has changed its mind about a backend.
     *
     * @param detail why, for people
     */
    public void checked(String backend, BackendState.Health health, String detail) {
        roll.checked(backend, health, detail, pool::instances);
    }

    /**
     * Chooses a backend.
     *
     * @param key what keeps requests of the same key together, for ways that do; else anything
     * @return empty only where there is none that is not blocked
     */
    public Optional<Member<Backend>> choose(long key) {
        return whole.part.pick(whole.picker, key);
    }

    /** The same among those that are wanted, such as those not tried yet. Allocates. */
    public Optional<Member<Backend>> choose(long key, Predicate<? super Member<Backend>> wanted) {
        return whole.part.pick(whole.picker, key, wanted);
    }

    /**
     * Chooses a backend of a cell.
     *
     * @param cell its name
     * @return empty only where the cell has none that is not blocked
     */
    public Optional<Member<Backend>> choose(long key, String cell) {
        Some some = cell(cell);
        return some == null
                ? choose(key, each -> each.target().cell().equals(cell))
                : some.part.pick(some.picker, key);
    }

    /**
     * Chooses a backend with these labels; where none of them serves, one that has none of these
     * labels at all (the base), and where there is none either, any.
     *
     * @param cell the cell that it must belong to; empty for any
     */
    public Optional<Member<Backend>> choose(long key, String cell, Map<String, String> labels) {
        if (!labels.isEmpty()) {
            Labelled kept = labelled(cell, labels);
            if (kept == null) {
                return choose(key, cell, labels, each -> true);
            }
            if (kept.with.part.isServed()) {
                return kept.with.part.pick(kept.with.picker, key);
            }
            if (kept.base.part.isServed()) {
                return kept.base.part.pick(kept.base.picker, key);
            }
        }
        return cell.isEmpty() ? choose(key) : choose(key, cell);
    }

    /** The same among those that are wanted, such as those not tried yet. Allocates. */
    public Optional<Member<Backend>> choose(
            long key,
            String cell,
            Map<String, String> labels,
            Predicate<? super Member<Backend>> wanted) {
        Predicate<Member<Backend>> here = each -> isOf(each.instance(), cell) && wanted.test(each);
        if (!labels.isEmpty()) {
            Optional<Member<Backend>> found =
                    choose(key, each -> here.test(each) && takesNew(each) && has(each, labels));
            if (found.isEmpty()) {
                found =
                        choose(
                                key,
                                each -> here.test(each) && takesNew(each) && isBase(each, labels));
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return choose(key, here);
    }

    /**
     * The backend of this name, if it takes new work now: for clients that are kept at one by a
     * cookie.
     */
    public Optional<Member<Backend>> named(String backend) {
        for (Member<Backend> each : pool.members()) {
            if (each.instance().name().equals(backend)) {
                return takesNew(each) ? Optional.of(each) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether a backend takes new work by right, and not only for want of another. */
    public boolean takesNew(Member<Backend> member) {
        return member.instance().weight() > 0 && !roll.isEjected(member.instance().name());
    }

    /** All backends that are not blocked, also those that take nothing new now. */
    public List<Member<Backend>> members() {
        return pool.members();
    }

    /** A backend as checks try it, blocked ones included. */
    Optional<Instance<Backend>> instance(String backend) {
        return roll.instance(backend);
    }

    /** How each backend stands, blocked ones included, in the order of their names. */
    public List<BackendState> states() {
        return roll.states(pool.members());
    }

    /** Whether checks count for nothing now, because those of all backends fail. */
    public boolean isPanicking() {
        return roll.isPanicking();
    }

    /** Its metrics end with it. */
    void forgotten() {
        roll.forgotten();
    }

    /** The key of a client, for ways that keep a client at its backend. */
    public static long keyOf(InetAddress client) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : client.getAddress()) {
            hash = (hash ^ (each & 0xFF)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The key of a text. */
    public static long keyOf(CharSequence text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private @Nullable Some cell(String cell) {
        Some known = cells.get(cell);
        if (known != null || parts >= MOST_PARTS) {
            return known;
        }
        return cells.computeIfAbsent(cell, name -> some(each -> isOf(each, name)));
    }

    private @Nullable Labelled labelled(String cell, Map<String, String> labels) {
        Map<String, Labelled> ofLabels = labelled.get(labels);
        Labelled known = ofLabels == null ? null : ofLabels.get(cell);
        if (known != null || parts >= MOST_PARTS) {
            return known;
        }
        Map<String, String> kept = Map.copyOf(labels);
        return labelled.computeIfAbsent(kept, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        cell,
                        name ->
                                new Labelled(
                                        some(each -> isOf(each, name) && has(each, kept)),
                                        some(each -> isOf(each, name) && isBase(each, kept))));
    }

    private synchronized Some some(Predicate<Instance<Backend>> whom) {
        parts++;
        return new Some(pool.part(whom), picker(config));
    }

    private Picker picker(PoolConfig from) {
        return from.sticky().by() == StickyConfig.By.CLIENT_IP
                ? Way.keeping()
                : from.way().picker(randomness);
    }

    private static boolean isOf(Instance<Backend> instance, String cell) {
        return cell.isEmpty() || instance.target().cell().equals(cell);
    }

    private static boolean has(Member<Backend> member, Map<String, String> labels) {
        return has(member.instance(), labels);
    }

    private static boolean has(Instance<Backend> instance, Map<String, String> labels) {
        return instance.labels().entrySet().containsAll(labels.entrySet());
    }

    private static boolean isBase(Member<Backend> member, Map<String, String> labels) {
        return isBase(member.instance(), labels);
    }

    private static boolean isBase(Instance<Backend> instance, Map<String, String> labels) {
        return labels.keySet().stream().noneMatch(instance.labels()::containsKey);
    }

    private static PoolPolicy policy(PoolConfig config) {
        double mostOut = Math.min(1 - config.keptShare(), Math.nextDown(1.0));
        return new PoolPolicy(
                new SitePreference(
                        config.siteShare(), Math.min(1, config.siteShare() + RETURN_ABOVE), 1),
                config.slowStart().isZero()
                        ? SlowStart.NONE
                        : new SlowStart(config.slowStart(), FIRST_SHARE),
                config.ejection() ? Ejection.USUAL.atMost(mostOut) : Ejection.NEVER);
    }
}
