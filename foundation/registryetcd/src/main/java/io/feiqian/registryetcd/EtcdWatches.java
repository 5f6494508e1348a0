package io.feiqian.registryetcd;

import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ranges that a process follows in etcd, from one connection to the next, and how far it has
 * heard of them. Only the worker's thread comes here.
 */
final class EtcdWatches {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatches.class);

    private final List<WatchedRange> ranges = new ArrayList<>();
    private final Consumer<WatchedRange> onDenied;

    // What follows belongs to one connection.
    private final Deque<WatchedRange> beginning = new ArrayDeque<>();
    private final Map<Long, WatchedRange> followed = new HashMap<>();

    private long cluster;
    private long seen;

    /**
     * @param onDenied told of a range that may not be read, to begin it again later
     */
    EtcdWatches(Consumer<WatchedRange> onDenied) {
        this.onDenied = onDenied;
    }

    void add(WatchedRange range) {
        ranges.add(range);
    }

    void remove(WatchedRange.View view) {
        ranges.removeIf(each -> each.isFor(view));
        followed.values().removeIf(each -> each.isFor(view));
    }

    /** Goes on with all of them over a new connection. */
    void beginAll(EtcdLink link) {
        beginning.clear();
        followed.clear();
        ranges.forEach(each -> begin(link, each));
    }

    void begin(EtcdLink link, WatchedRange range) {
        try {
            range.follow(link);
            beginning.add(range);
        } catch (StatusRuntimeException failure) {
            if (!isDenied(failure)) {
                throw failure;
            }
            LOG.error("registry: {} may not be read by this process", range);
            onDenied.accept(range);
        }
    }

    /** A registry that lost its data counts from the beginning again. */
    void compare(ResponseHeader header) {
        if (cluster != 0 && (header.getClusterId() != cluster || header.getRevision() < seen)) {
            LOG.warn("the registry is another one, or lost its data: all is read and written anew");
            forgetAll();
        }
        cluster = header.getClusterId();
        seen = header.getRevision();
    }

    /** What was known is read anew. */
    void forgetAll() {
        ranges.forEach(WatchedRange::forget);
    }

    void heard(EtcdLink link, WatchResponse response) {
        seen = Math.max(seen, response.getHeader().getRevision());
        if (response.getCreated()) {
            WatchedRange first = beginning.poll();
            if (first != null) {
                followed.put(response.getWatchId(), first);
            }
        }
        WatchedRange range = followed.get(response.getWatchId());
        if (range == null) {
            return;
        }
        if (response.getCanceled()) {
            followed.remove(response.getWatchId());
            cancelled(link, range, response);
        } else if (!response.getCreated() || response.getEventsCount() > 0) {
            range.learn(response);
        }
    }

    /** The history that it would have gone on with is compacted, or it may not be read. */
    private void cancelled(EtcdLink link, WatchedRange range, WatchResponse response) {
        if (response.getCompactRevision() > 0) {
            range.forget();
            begin(link, range);
        } else {
            LOG.error("registry: a watch was refused: {}", response.getCancelReason());
        }
    }

    static boolean isDenied(StatusRuntimeException failure) {
        return failure.getStatus().getCode() == Status.Code.PERMISSION_DENIED;
    }
}
