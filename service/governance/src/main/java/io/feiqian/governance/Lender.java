package io.feiqian.governance;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lender's end of a quota: divides it between the nodes that ask, by what they want. A pure
 * state machine, which keeps nothing over its own death: a new one, with a greater term, first
 * learns from the questions who uses what, for as long as any lease before it can last, and lends
 * nothing new meanwhile. Of two lenders at a time it must be seen to elsewhere, by election: what
 * the older one lends while the younger one already does would be counted twice. Not thread-safe.
 *
 * <p>It keeps to one thing: the shares that count never exceed the quota. So a node gets more only
 * once others have said that they use less, or were not heard from for longer than their leases.
 */
public final class Lender {
    /** Clocks may run so much faster or slower than each other. */
    public static final double DRIFT = 0.05;

    /** More nodes than any quota is divided between; others get no share. */
    static final int MOST_NODES = 10_000;

    /** How much more than it wants a node gets where there is enough, so that it can grow. */
    private static final double ROOM = 1.25;

    private static final class Node {
        private double wanted;
        private long given;
        private double share;

        /** What counts: the greatest share that the node may be using. */
        private double counted;

        private long countedUntil;
    }

    private final long term;
    private final double perSecond;
    private final Duration length;
    private final Set<QuotaRule> without;
    private final long lendsFromNanos;
    private final Map<String, Node> nodes = new TreeMap<>();

    /**
     * A lender that begins now.
     *
     * @param term greater than that of every lender before
     * @param quota what is lent
     */
    public Lender(long term, Rule.Quota quota, long nowNanos) {
        this(term, quota, nowNanos, Set.of());
    }

    Lender(long term, Rule.Quota quota, long nowNanos, Set<QuotaRule> without) {
        if (term < 1) {
            throw new IllegalArgumentException("term: " + term + " (expected: >= 1)");
        }
        this.term = term;
        this.perSecond = quota.perSecond();
        this.length = quota.lease();
        this.without = without;
        this.lendsFromNanos =
                without.contains(QuotaRule.NEW_LENDER_WAITS) ? nowNanos : nowNanos + counts();
    }

    /** Answers a question with a lease; empty shares are leases too. */
    public Lease answer(Lease.Question question, long nowNanos) {
        nodes.values().removeIf(each -> nowNanos - each.countedUntil > counts());
        Node node = nodes.get(question.node());
        if (node == null) {
            if (nodes.size() >= MOST_NODES) {
                return new Lease(term, 1, 0, length, question.number());
            }
            node = new Node();
            nodes.put(question.node(), node);
        }
        node.wanted = question.wanted();
        settle(node, question, nowNanos);
        double free = perSecond - counted(node, nowNanos);
        double share = Math.max(0, Math.min(target(node, nowNanos), free));
        if (nowNanos - lendsFromNanos < 0) {
            // Others that were not heard from yet may be using the rest.
            share = Math.min(share, question.using());
        }
        node.given++;
        node.share = share;
        node.counted =
                without.contains(QuotaRule.COUNTED_UNTIL_GIVEN_UP)
                        ? share
                        : Math.max(share, node.counted);
        node.countedUntil = nowNanos + counts();
        return new Lease(term, node.given, share, length, question.number());
    }

    /** The sum of the shares that count now. */
    public double lent(long nowNanos) {
        return counted(null, nowNanos);
    }

    /** What the node says that it uses. */
    private void settle(Node node, Lease.Question question, long now) {
        if (question.term() != term) {
            // From a lease before this lender: it counts as long as any other, as far as it goes.
            if (question.using() > node.counted) {
                node.counted = question.using();
                node.countedUntil = now + counts();
            }
        } else if (question.lease() == node.given || now - node.countedUntil >= 0) {
            // It uses the newest: all that was lent before is given up.
            node.counted = question.lease() == node.given ? node.share : question.using();
        }
    }

    /** What all but this one use. */
    private double counted(@Nullable Node but, long now) {
        double sum = 0;
        for (Node each : nodes.values()) {
            if (each != but && each.countedUntil - now > 0) {
                sum += each.counted;
            }
        }
        return sum;
    }

    /** Where everybody's share should be: first what is wanted, in turns; the rest evenly. */
    private double target(Node node, long now) {
        Collection<Node> live =
                nodes.values().stream()
                        .filter(each -> each == node || each.countedUntil - now > 0)
                        .toList();
        double[] wanted = live.stream().mapToDouble(each -> each.wanted * ROOM).sorted().toArray();
        double left = perSecond;
        double level = 0;
        for (int i = 0; i < wanted.length; i++) {
            double even = left / (wanted.length - i);
            if (wanted[i] >= even) {
                return Math.min(node.wanted * ROOM, even);
            }
            level = wanted[i];
            left -= level;
        }
        return node.wanted * ROOM + left / wanted.length;
    }

    /** How long a lease counts, by this clock. */
    private long counts() {
        double longer = without.contains(QuotaRule.LENDER_WAITS_LONGER) ? 1 : 1 + 2 * DRIFT;
        return (long) (length.toNanos() * longer);
    }
}
