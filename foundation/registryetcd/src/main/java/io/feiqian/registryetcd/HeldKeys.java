package io.feiqian.registryetcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that this process holds under its lease: registrations, subscriptions, candidacies.
 * Written in batches, and again under every new lease. Only the worker's thread comes here.
 */
final class HeldKeys {
    /** Keys in one transaction; etcd takes 128. */
    static final int BATCH = 64;

    /** How long the note of a departure stands; it matters to those who look within seconds. */
    private static final Duration NOTES_KEPT = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(HeldKeys.class);

    private final Map<String, Held> all = new LinkedHashMap<>();
    private final Deque<Leaving> leaving = new ArrayDeque<>();

    /** A key that is to go, and what is put in its place. */
    private record Leaving(Held held, Map<String, String> notes, CompletableFuture<Void> left) {}

    /** A key with the text that it is to have. */
    static final class Held {
        private final String key;
        private final Runnable onHeld;

        /** The texts that may stand at the key, the one that it is to have first. */
        private final Deque<String> texts = new ArrayDeque<>();

        private long lease;
        private boolean wasHeld;
        private boolean givenUp;
        private boolean denied;

        Held(String key, String value, Runnable onHeld) {
            this.key = key;
            this.texts.add(value);
            this.onHeld = onHeld;
        }

        /** Its key gets this text with the next {@link HeldKeys#settle}. */
        void change(String value) {
            texts.remove(value);
            texts.addFirst(value);
            lease = 0;
        }

        private void heldBy(long newLease) {
            lease = newLease;
            wasHeld = true;
            String stands = texts.getFirst();
            texts.clear();
            texts.add(stands);
            onHeld.run();
        }
    }

    void add(Held held) {
        all.put(held.key, held);
    }

    /**
     * Deletes what is left, and writes the next batch of what does not stand under this lease.
     *
     * @return whether there is more to write
     */
    boolean settle(EtcdLink link, long lease) {
        leave(link);
        List<Held> first = new ArrayList<>();
        List<Held> again = new ArrayList<>();
        for (Held each : all.values()) {
            if (each.lease != lease && !each.givenUp && !each.denied) {
                (each.wasHeld ? again : first).add(each);
            }
        }
        boolean isFirst = !first.isEmpty();
        List<Held> batch = isFirst ? first : again;
        boolean more = batch.size() > BATCH || (isFirst && !again.isEmpty());
        List<Held> now = batch.subList(0, Math.min(BATCH, batch.size()));
        if (now.isEmpty()) {
            return false;
        }
        try {
            write(link, now, isFirst, lease);
        } catch (StatusRuntimeException failure) {
            if (!EtcdWatches.isDenied(failure)) {
                throw failure;
            }
            // One that is denied keeps none of the others out.
            now.forEach(each -> writeAlone(link, each, isFirst, lease));
        }
        return more;
    }

    /** Whether something may not be written. */
    boolean hasDenied() {
        return all.values().stream().anyMatch(each -> each.denied);
    }

    /** Lets what was denied be tried again. */
    void retryDenied() {
        all.values().forEach(each -> each.denied = false);
    }

    private static void writeAlone(EtcdLink link, Held one, boolean first, long lease) {
        try {
            write(link, List.of(one), first, lease);
        } catch (StatusRuntimeException failure) {
            if (!EtcdWatches.isDenied(failure)) {
                throw failure;
            }
            one.denied = true;
            LOG.error("registry: {} may not be written by this process", one.key);
        }
    }

    private static void write(EtcdLink link, List<Held> batch, boolean first, long lease) {
        if (first) {
            // Takes over what this process's life before left, whose lease may still run.
            var _ = link.transact(puts(batch, lease).build());
            batch.forEach(each -> each.heldBy(lease));
        } else if (writeIfAbsent(link, batch, lease)) {
            batch.forEach(each -> each.heldBy(lease));
        } else {
            batch.forEach(each -> writeAgain(link, each, lease));
        }
    }

    /**
     * Holds the key no more, and deletes it with the next {@link #settle} that reaches etcd, if it
     * still is this process's.
     *
     * @param notes what to put where it stood, for a while
     * @param left completes when it is done
     */
    void leave(Held held, Map<String, String> notes, CompletableFuture<Void> left) {
        all.remove(held.key, held);
        leaving.add(new Leaving(held, notes, left));
    }

    private void leave(EtcdLink link) {
        long notesLease = 0;
        for (Leaving next = leaving.peek(); next != null; next = leaving.peek()) {
            if (!next.notes.isEmpty() && notesLease == 0) {
                notesLease = link.grant(NOTES_KEPT).getID();
            }
            TxnRequest.Builder request = TxnRequest.newBuilder().addSuccess(delete(next.held.key));
            for (Map.Entry<String, String> note : next.notes.entrySet()) {
                request.addSuccess(put(note.getKey(), note.getValue(), notesLease));
            }
            try {
                var _ = ifMine(link, next.held, request);
            } catch (StatusRuntimeException failure) {
                if (!EtcdWatches.isDenied(failure)) {
                    throw failure;
                }
                LOG.error("registry: {} may not be left by this process", next.held.key);
            }
            leaving.remove();
            next.left.complete(null);
        }
    }

    private static boolean writeIfAbsent(EtcdLink link, List<Held> batch, long lease) {
        TxnRequest.Builder request = puts(batch, lease);
        batch.forEach(each -> request.addCompare(isAbsent(each.key)));
        return link.transact(request.build()).getSucceeded();
    }

    /** The key is there although the lease was lost: it is mine of before, or another process's. */
    private static void writeAgain(EtcdLink link, Held held, long lease) {
        if (ifMine(link, held, puts(List.of(held), lease))
                || writeIfAbsent(link, List.of(held), lease)) {
            held.heldBy(lease);
        } else {
            // Whoever took this name later is the newer process: two would go on for ever.
            held.givenUp = true;
            LOG.error("another process took {}; this one gives way", held.key);
        }
    }

    /** Does this where one of this process's texts stands at the key; says whether it was done. */
    private static boolean ifMine(EtcdLink link, Held held, TxnRequest.Builder request) {
        for (String text : held.texts) {
            if (link.transact(request.clone().addCompare(stands(held.key, text)).build())
                    .getSucceeded()) {
                return true;
            }
        }
        return false;
    }

    private static TxnRequest.Builder puts(List<Held> batch, long lease) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        batch.forEach(each -> request.addSuccess(put(each.key, each.texts.getFirst(), lease)));
        return request;
    }

    private static RequestOp put(String key, String value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder()
                                .setKey(EtcdKeys.bytes(key))
                                .setValue(ByteString.copyFromUtf8(value))
                                .setLease(lease))
                .build();
    }

    private static RequestOp delete(String key) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(EtcdKeys.bytes(key)))
                .build();
    }

    private static Compare isAbsent(String key) {
        return Compare.newBuilder()
                .setKey(EtcdKeys.bytes(key))
                .setTarget(Compare.CompareTarget.VERSION)
                .setResult(Compare.CompareResult.EQUAL)
                .setVersion(0)
                .build();
    }

    private static Compare stands(String key, String text) {
        return Compare.newBuilder()
                .setKey(EtcdKeys.bytes(key))
                .setTarget(Compare.CompareTarget.VALUE)
                .setResult(Compare.CompareResult.EQUAL)
                .setValue(ByteString.copyFromUtf8(text))
                .build();
    }
}
