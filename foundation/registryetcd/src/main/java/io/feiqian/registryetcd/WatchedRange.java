package io.feiqian.registryetcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchResponse;

/**
 * A range of keys that is followed: read once, then told of every change, from one connection to
 * the next. Only the worker's thread comes here.
 */
final class WatchedRange {
    private final String key;
    private final ByteString end;
    private final View view;

    /** Up to where the changes are known; 0 where all is to be read. */
    private long revision;

    /** What is made of the keys, by what follows the range's beginning. */
    interface View {
        /** Everything is told anew from here on. */
        void begin();

        void put(String name, KeyValue value);

        void removed(String name);

        /** What was told belongs together. */
        void done();
    }

    private WatchedRange(String key, ByteString end, View view) {
        this.key = key;
        this.end = end;
        this.view = view;
    }

    /** Of all keys with this beginning. */
    static WatchedRange below(String prefix, View view) {
        return new WatchedRange(prefix, EtcdKeys.end(prefix), view);
    }

    /** Of one key. */
    static WatchedRange of(String key, View view) {
        return new WatchedRange(key, ByteString.EMPTY, view);
    }

    boolean isFor(View one) {
        return view.equals(one);
    }

    /** What was known is of another registry, or too old to go on from. */
    void forget() {
        revision = 0;
    }

    /** Goes on where it stopped, or reads all where it cannot. */
    void follow(EtcdLink link) {
        if (revision == 0) {
            read(link);
        }
        link.watch(key, end, revision + 1);
    }

    void learn(WatchResponse response) {
        if (response.getEventsCount() == 0) {
            revision = Math.max(revision, response.getHeader().getRevision());
            return;
        }
        for (Event each : response.getEventsList()) {
            KeyValue changed = each.getKv();
            if (each.getType() == Event.EventType.DELETE) {
                view.removed(name(changed));
            } else {
                view.put(name(changed), changed);
            }
            // Not the header's: there may be more to come.
            revision = Math.max(revision, changed.getModRevision());
        }
        view.done();
    }

    @Override
    public String toString() {
        return key;
    }

    private void read(EtcdLink link) {
        RangeResponse all = link.range(key, end);
        view.begin();
        for (KeyValue each : all.getKvsList()) {
            view.put(name(each), each);
        }
        revision = all.getHeader().getRevision();
        view.done();
    }

    private String name(KeyValue one) {
        return one.getKey().toStringUtf8().substring(key.length());
    }
}
