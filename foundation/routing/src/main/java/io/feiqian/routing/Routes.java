package io.feiqian.routing;

import io.feiqian.routing.spi.RouteSource;
import io.feiqian.vocabulary.Slot;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The route map that a process goes by, replaced only by newer versions.
 *
 * <p>Thread-safe. Reading is one volatile read; it works with whatever was known last, so routing
 * goes on while every source of maps is down (the third law).
 */
public final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private final List<Consumer<RouteMap>> listeners = new CopyOnWriteArrayList<>();
    private volatile RouteMap current;
    private volatile @Nullable RouteSource source;
    private @Nullable CompletableFuture<RouteMap> refreshing;

    /** Starts from this map, such as the one of the file beside the process. */
    public Routes(RouteMap first) {
        this.current = first;
    }

    /** The newest map known here. */
    public RouteMap current() {
        return current;
    }

    /**
     * The route of a slot by the newest map known here.
     *
     * @throws io.feiqian.vocabulary.RefusedException with {@code NO_ROUTE} where no cell owns it
     */
    public Route route(Slot slot) {
        return current.route(slot);
    }

    /**
     * Takes the map where its version is greater than the current one's; listeners are told on this
     * thread, in order of the versions.
     *
     * @return whether it was newer
     */
    public synchronized boolean offer(RouteMap map) {
        if (map.version() <= current.version()) {
            return false;
        }
        current = map;
        for (Consumer<RouteMap> each : listeners) {
            try {
                each.accept(map);
            } catch (RuntimeException fault) {
                LOG.error("a listener failed on route map version {}", map.version(), fault);
            }
        }
        return true;
    }

    /**
     * Tells the listener of every newer map from now on. Listeners must be quick and not block.
     *
     * @return ends it when run
     */
    public Runnable onChange(Consumer<RouteMap> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Says where {@link #refresh} asks; the last one counts. */
    public void refreshFrom(RouteSource newSource) {
        this.source = newSource;
    }

    /**
     * What a caller does after WRONG_CELL or STALE_EPOCH, once, before it tries again: brings the
     * map to at least this version where the source has it. Callers that come together share one
     * question. Never blocks and never completes exceptionally: where the source does not answer or
     * there is none, the map known here is the answer.
     *
     * @param atLeast the version that the refusing cell knows; 0 where it did not say
     */
    public CompletableFuture<RouteMap> refresh(long atLeast) {
        RouteMap known = current;
        RouteSource asked = source;
        if (asked == null || (atLeast > 0 && known.version() >= atLeast)) {
            return CompletableFuture.completedFuture(known);
        }
        CompletableFuture<RouteMap> answer;
        synchronized (this) {
            if (refreshing != null) {
                return refreshing;
            }
            answer = new CompletableFuture<>();
            refreshing = answer;
        }
        var _ = ask(asked).whenComplete((map, failure) -> answered(map, failure, answer));
        return answer;
    }

    private void answered(
            @Nullable RouteMap map,
            @Nullable Throwable failure,
            CompletableFuture<RouteMap> answer) {
        if (map != null) {
            offer(map);
        } else {
            LOG.warn("no newer route map to be had: {}", describe(failure));
        }
        synchronized (this) {
            refreshing = null;
        }
        answer.complete(current);
    }

    private static CompletableFuture<RouteMap> ask(RouteSource asked) {
        try {
            return asked.newest();
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private static String describe(@Nullable Throwable failure) {
        return failure == null ? "the source has none" : failure.toString();
    }
}
