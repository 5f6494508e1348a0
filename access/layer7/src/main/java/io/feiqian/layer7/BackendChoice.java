package io.feiqian.layer7;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which backend an attempt of one exchange goes to: the one that a cookie names, one with the
 * labels of the route, any of its cell, and none that was tried in vain. Confined to the exchange's
 * event loop.
 */
final class BackendChoice {
    private final Exchange exchange;
    private @Nullable PoolRun pool;
    private @Nullable Predicate<Instance<?>> rule;
    private Set<Member<Backend>> tried = Set.of();
    private String cell = "";
    private long key;

    BackendChoice(Exchange exchange) {
        this.exchange = exchange;
    }

    void clear() {
        pool = null;
        rule = null;
        tried = Set.of();
        cell = "";
    }

    /**
     * From this pool, and nobody was tried.
     *
     * @param hash what keeps requests of the same key together
     * @param only the cell whose backends it may be; empty for any
     * @param instances which backends a rule leaves; null for all
     */
    void begin(PoolRun where, long hash, String only, @Nullable Predicate<Instance<?>> instances) {
        pool = where;
        rule = instances;
        tried = Set.of();
        cell = only;
        key = hash;
    }

    /** The one for the next attempt; empty for nobody. */
    Optional<Member<Backend>> choose() {
        PoolRun where = pool;
        if (where == null) {
            return Optional.empty();
        }
        boolean first = tried.isEmpty();
        Predicate<Member<Backend>> sticky = Sticky.wanted(where, exchange.request());
        if (sticky != null && first) {
            Optional<Member<Backend>> kept = where.backends().choose(key, sticky);
            if (kept.isPresent()) {
                return kept;
            }
        }
        Map<String, String> labels = exchange.plan().config.labels();
        // Almost every request: nothing is allocated.
        if (rule == null && first) {
            return where.backends().choose(key, cell, labels);
        }
        return where.backends().choose(key, cell, labels, this::isWanted);
    }

    /** Whether a rule leaves only some of the backends of this pool. */
    boolean isRuled() {
        return rule != null;
    }

    /** Another pool takes it, with what was tried in vain. */
    void moved(PoolRun other) {
        pool = other;
    }

    /** Whether there is another one, now that this one was tried in vain. */
    boolean hasOther(Member<Backend> failed) {
        Set<Member<Backend>> more = new HashSet<>(tried);
        more.add(failed);
        tried = more;
        PoolRun where = pool;
        return where != null && where.backends().choose(key, this::isWanted).isPresent();
    }

    private boolean isWanted(Member<Backend> each) {
        return (cell.isEmpty() || each.target().cell().equals(cell))
                && (rule == null || rule.test(each.instance()))
                && !tried.contains(each);
    }
}
