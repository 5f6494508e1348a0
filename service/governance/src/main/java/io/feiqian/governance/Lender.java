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
 * last shares meanwhile. Not thread-safe.
 *
 * <p>Two lenders at a time do no harm: one lends only for {@link #PROOF} from when it last asked
 * whether it is still the one that was elected, and the next one waits for that too.
 *
 * <p>It keeps to one thing: the shares that count never exceed the quota. So a node gets more only
 * once others have said that they use less, or were not heard from for longer than their leases.
 * How great the quota is the nodes say: where they do not agree, as while a policy changes, the
 * smallest counts.
 */
public final class Lender {
    /** Clocks may run so much faster or slower than each other. */
    public static final double DRIFT = 0.05;

    /** A proof that this is the lender counts for so long from when it was asked for. */
    public static final Duration PROOF = Duration.ofSeconds(5);

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

        /** Of all together, as this node's policy says. */
        private double whole;

        private long given;
        private double share;

        /** What counts: the greatest share that the node may be using. */
        private double counted;

        /** Until when it counts, unless it is heard from. */
        private long liveUntil;
    }

    private final long term;
    private final Set<QuotaRule> without;
    private final long beganNanos;
    private final Map<String, Node> nodes = new TreeMap<>();
    private long lendsFromNanos;
    private long provenUntilNanos;
    private long given;

    /**
     * A lender that begins now.
     *
     * @param term greater than that of every lender before
     * @param earlier how long the leases last that others may have promised before
     * @param nowNanos not before it was elected
     */
    public Lender(long term, Duration earlier, long nowNanos) {
        this(term, earlier, nowNanos, Set.of());
    }

    Lender(long term, Duration earlier, long nowNanos, Set<QuotaRule> without) {
        if (term < 1) {
            throw new IllegalArgumentException("term: " + term + " (expected: >= 1)");
        }
        this.term = term;
        this.without = without;
        this.beganNanos = nowNanos;
        this.lendsFromNanos = nowNanos;
        this.provenUntilNanos = nowNanos;
        waitFor(earlier);
    }

    /** It was asked at this time whether this is still the lender that was elected, and is so. */
    public void proven(long askedAtNanos) {
        long until = askedAtNanos + PROOF.toNanos();
        if (until - provenUntilNanos > 0) {
            provenUntilNanos = until;
        }
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
        node.whole = question.perSecond();
        node.liveUntil = nowNanos + counts(question.length());
        if (question.term() == term) {
            if (question.lease() == node.given) {
                // It uses the newest: all that was lent before is given up.
                node.counted = node.share;
            }
            // Whoever was forgotten meanwhile still knows what it had.
            given = Math.max(given, question.lease());
        } else if (question.term() > 0) {
            waitFor(question.length());
        }
        double whole = whole();
        // What it may be using already can be less from now on, also where the quota has shrunk.
        double share = Math.min(target(node, whole), Math.max(whole - counted(node), node.counted));
        // What was lent by another before is not known, but it has passed then.
        if (!lends(nowNanos) || !isProven(nowNanos) || share < whole * LEAST) {
            return Optional.empty();
        }
        given++;
        node.given = given;
        node.share = share;
        node.counted =
                without.contains(QuotaRule.COUNTED_UNTIL_GIVEN_UP)
                        ? node.share
                        : Math.max(node.share, node.counted);
        return Optional.of(
                new Lease(term, node.given, node.share, question.length(), question.number()));
    }

    /** Whether every lease before it has passed, so that it may promise anything. */
    public boolean lends(long nowNanos) {
        return nowNanos - lendsFromNanos >= 0;
    }

    /** Whether no node is left that it has promised anything. */
    public boolean isIdle(long nowNanos) {
        return nodes.values().stream().allMatch(each -> nowNanos - each.liveUntil >= 0);
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
    private double target(Node node, double whole) {
        double idle = IDLE * whole / nodes.size();
        double[] wanted =
                nodes.values().stream()
                        .mapToDouble(each -> Math.max(idle, each.wanted * ROOM))
                        .sorted()
                        .toArray();
        double mine = Math.max(idle, node.wanted * ROOM);
        double left = whole;
        for (int i = 0; i < wanted.length; i++) {
            double even = left / (wanted.length - i);
            if (wanted[i] >= even) {
                return Math.min(mine, even);
            }
            left -= wanted[i];
        }
        return mine + left / wanted.length;
    }

    /** What all may use together: the least that any of them goes by. */
    private double whole() {
        return nodes.values().stream().mapToDouble(each -> each.whole).min().orElse(0);
    }

    private boolean isProven(long nowNanos) {
        return without.contains(QuotaRule.PROVEN_ALONE) || nowNanos - provenUntilNanos < 0;
    }

    /** Leases of this length may have been promised as long as another was proven. */
    private void waitFor(Duration lease) {
        if (!without.contains(QuotaRule.NEW_LENDER_WAITS)) {
            long until = beganNanos + counts(lease.plus(PROOF));
            lendsFromNanos = until - lendsFromNanos > 0 ? until : lendsFromNanos;
        }
    }

    /** For how long something counts, by this clock, that lasts so long by another. */
    private long counts(Duration length) {
        double longer =
                without.contains(QuotaRule.LENDER_WAITS_LONGER) ? 1 : (1 + DRIFT) / (1 - DRIFT);
        return (long) (length.toNanos() * longer);
    }
}
