package io.feiqian.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The troubles of one transaction in one instance, kept for operators; empty, and for nothing,
 * where there are none. Thread-safe.
 */
final class Deliveries {
    private Map<Integer, Delivery> byBranch = Map.of();

    /** Takes down what came back. */
    void note(int branch, PeerReply reply, long nowMillis) {
        switch (reply) {
            case PeerReply.Unheard(String message) -> failed(branch, message, nowMillis);
            case PeerReply.Answered answered when answered.isAccepted() -> succeeded(branch);
            case PeerReply.Answered answered ->
                    failed(branch, answered.code() + " " + answered.message(), nowMillis);
        }
    }

    /** Something was answered that is no end, or nothing. */
    synchronized void failed(int branch, String error, long nowMillis) {
        Delivery before = byBranch.get(branch);
        put(new Delivery(branch, before == null ? 1 : before.failures() + 1, error, nowMillis, 0));
    }

    /** It is going to be tried again. */
    synchronized void nextTry(int branch, long atMillis) {
        Delivery before = byBranch.get(branch);
        if (before != null) {
            put(
                    new Delivery(
                            branch,
                            before.failures(),
                            before.lastError(),
                            before.lastMillis(),
                            atMillis));
        }
    }

    /** It has come through. */
    synchronized void succeeded(int branch) {
        if (!byBranch.isEmpty()) {
            byBranch.remove(branch);
        }
    }

    /** What is not through, in the order of the branches. */
    synchronized List<Delivery> all() {
        return new ArrayList<>(byBranch.values());
    }

    private void put(Delivery delivery) {
        if (byBranch.isEmpty()) {
            byBranch = new TreeMap<>();
        }
        byBranch.put(delivery.branch(), delivery);
    }
}
