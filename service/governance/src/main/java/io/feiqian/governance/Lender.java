package io.feiqian.governance;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lender's end of a quota: divides it between the nodes that ask, by what they want. A pure
 * state machine, which keeps nothing over its own death: a new one, with a greater term, promises
 * nothing for as long as any lease before it can last, and only listens; the nodes go on with their
 * last shares meanwhile. Of two lenders at a time it must be seen to elsewhere, by election: what
 * the older one lends while the younger one already does would come on top. Not thread-safe.
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

    /** Less of the whole is no share to speak of. */
    private static final double LEAST = 0.000001;

    /** Of an even share, what a node gets that wants nothing: it may want something any moment. */
    private static final double IDLE = 0.1;

    private static final class Node {
        private double wanted;
        private long given;
        private double share;

        /** What counts: the greatest share that the node may be using. */
        private double counted;

        /** Until when it counts, unless it is heard from. */
        private long liveUntil;
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

    /**
     * Answers a question; empty where nothing can be promised yet: the node goes on as it does
     * without a lender.
     */
    public Optional<Lease> answer(Lease.Question question, long nowNanos) {
        nodes.values().removeIf(each -> nowNanos - each.liveUntil >= 0);
        Node node = nodes.get(question.node());
        if (node == null) {
            if (nodes.size() >= MOST_NODES) {
                return Optional.empty();
            }
            node = new Node();
            nodes.put(question.node(), node);
        }
        node.wanted = question.wanted();
        node.liveUntil = nowNanos + counts();
        if (question.term() == term && question.lease() == node.given) {
            // It uses the newest: all that was lent before is given up.
            node.counted = node.share;
        }
        double share = Math.min(target(node), perSecond - counted(node));
        // What was lent by another before is not known, but it has passed then.
        if (nowNanos - lendsFromNanos < 0 || share < perSecond * LEAST) {
            return Optional.empty();
        }
        node.given++;
        node.share = share;
        node.counted =
                without.contains(QuotaRule.COUNTED_UNTIL_GIVEN_UP)
                        ? node.share
                        : Math.max(node.share, node.counted);
        return Optional.of(new Lease(term, node.given, node.share, length, question.number()));
    }

    /** The sum of the shares that count. */
    public double lent() {
        return counted(null);
    }

    /** What all but this one use. */
    private double counted(@Nullable Node but) {
        double sum = 0;
        for (Node each : nodes.values()) {
            sum += each == but ? 0 : each.counted;
        }
        return sum;
    }

    /** Where the node's share should be: first what is wanted, in turns; the rest evenly. */
    private double target(Node node) {
        double idle = IDLE * perSecond / nodes.size();
        double[] wanted =
                nodes.values().stream()
                        .mapToDouble(each -> Math.max(idle, each.wanted * ROOM))
                        .sorted()
                        .toArray();
        double mine = Math.max(idle, node.wanted * ROOM);
        double left = perSecond;
        for (int i = 0; i < wanted.length; i++) {
            double even = left / (wanted.length - i);
            if (wanted[i] >= even) {
                return Math.min(mine, even);
            }
            left -= wanted[i];
        }
        return mine + left / wanted.length;
    }

    /** How long a lease counts, by this clock. */
    private long counts() {
        double longer =
                without.contains(QuotaRule.LENDER_WAITS_LONGER) ? 1 : (1 + DRIFT) / (1 - DRIFT);
        return (long) (length.toNanos() * longer);
    }
}
