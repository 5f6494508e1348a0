package io.feiqian.balancing;

import io.feiqian.balancing.spi.Picker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Some instances of a pool, such as those of one cell, chosen among as the pool does: the nearest
 * place first, as long as enough of this part serves there. What is known of the instances is the
 * pool's. Made by {@link Pool#part}. Thread-safe; a choice allocates nothing.
 *
 * @param <T> what an instance is to its user
 */
public final class Part<T> {
    private final Pool<T> pool;
    private final Predicate<? super Instance<T>> whom;

    /** Whom to choose from, and where none of them will do; none is empty. */
    private volatile List<Choices<T>> inOrder = List.of();

    private volatile boolean served;

    // Both under the pool's lock.
    private boolean siteLeft;
    private boolean cityLeft;

    Part(Pool<T> pool, Predicate<? super Instance<T>> whom) {
        this.pool = pool;
        this.whom = whom;
    }

    /**
     * Chooses an instance.
     *
     * @param key what keeps calls of the same key together; see {@link Picker}
     * @return empty only where none of this part is listed
     */
    public Optional<Member<T>> pick(Picker picker, long key) {
        pool.refresh();
        List<Choices<T>> now = inOrder;
        if (now.isEmpty()) {
            return Optional.empty();
        }
        Choices<T> from = now.get(0);
        return from.member(picker.pick(from, key)).present();
    }

    /**
     * Chooses one of the instances that are wanted, such as those not tried yet. Allocates.
     *
     * @return empty only where no such instance is listed
     */
    public Optional<Member<T>> pick(Picker picker, long key, Predicate<? super Member<T>> wanted) {
        pool.refresh();
        for (Choices<T> each : inOrder) {
            Choices<T> some = each.where(wanted, pool.nanos());
            if (!some.isEmpty()) {
                return some.member(picker.pick(some, key)).present();
            }
        }
        return Optional.empty();
    }

    /** The members among whom the next call chooses; empty where none is listed. */
    public List<Member<T>> serving() {
        pool.refresh();
        List<Choices<T>> now = inOrder;
        return now.isEmpty() ? List.of() : now.get(0).members();
    }

    /** Whether one of them takes calls by right, and not only for want of another. */
    public boolean isServed() {
        pool.refresh();
        return served;
    }

    /** Works out what choices go by; under the pool's lock. */
    void work(List<Member<T>> members, Place here, SitePreference places, long now) {
        List<Member<T>> all = members.stream().filter(each -> whom.test(each.instance())).toList();
        List<Member<T>> serving = all.stream().filter(Pool::serves).toList();
        List<Member<T>> site = atPlace(here, serving, Place::isSiteOf);
        List<Member<T>> city = atPlace(here, serving, Place::isCityOf);
        siteLeft = places.isLeft(site.size(), atPlace(here, all, Place::isSiteOf).size(), siteLeft);
        cityLeft = places.isLeft(city.size(), atPlace(here, all, Place::isCityOf).size(), cityLeft);
        List<Choices<T>> order = new ArrayList<>();
        if (!siteLeft) {
            order.add(new Choices<>(site, now));
        }
        if (!cityLeft) {
            order.add(new Choices<>(city, now));
        }
        order.add(new Choices<>(serving, now));
        order.add(new Choices<>(all, now));
        order.removeIf(Choices::isEmpty);
        inOrder = List.copyOf(order);
        served = !serving.isEmpty();
    }

    /** Whether one place counts as near another. */
    private interface Near {
        boolean test(Place here, Place there);
    }

    private static <T> List<Member<T>> atPlace(Place here, List<Member<T>> some, Near near) {
        return some.stream().filter(each -> near.test(here, each.instance().place())).toList();
    }
}
