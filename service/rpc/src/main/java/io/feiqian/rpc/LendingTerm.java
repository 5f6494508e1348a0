package io.feiqian.rpc;

import io.feiqian.governance.Lease;
import io.feiqian.governance.Lender;
import io.feiqian.rpc.contract.QuotaLease;
import io.feiqian.rpc.contract.QuotaQuestion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one lender lends in its term: a {@link Lender} for each quota. Not thread-safe. */
final class LendingTerm {
    /** Quotas that nobody uses any more make room for new ones. */
    private static final int MOST_QUOTAS = 1_000;

    private static final int LONGEST_NAME = 200;
    private static final Duration USUAL = Duration.ofSeconds(10);

    private final long number;
    private final Duration inherited;
    private final long beganNanos;
    private final Lender guard;
    private final Map<String, Lender> lenders = new HashMap<>();
    private Duration asked = USUAL;
    private Duration onRecord;
    private long provenAt;

    /**
     * A term that begins now.
     *
     * @param record what is on record of it
     * @param inherited the longest lease of the lenders before
     * @param askedNanos when the registry was asked for it
     * @param nowNanos when it had agreed
     */
    LendingTerm(LendingRecord record, Duration inherited, long askedNanos, long nowNanos) {
        this.number = record.term();
        this.inherited = inherited;
        this.beganNanos = nowNanos;
        this.onRecord = record.longest();
        this.provenAt = askedNanos;
        this.guard = new Lender(number, inherited, nowNanos);
    }

    /** The longest of these and of what is usual. */
    static Duration longest(Duration one) {
        return one.compareTo(USUAL) > 0 ? one : USUAL;
    }

    long number() {
        return number;
    }

    /** Whether it is still certain that nobody else lends. */
    boolean isProven(long nowNanos) {
        return nowNanos - provenAt < Lender.PROOF.toNanos();
    }

    /** Whether it is time to ask again. */
    boolean isProofOld(long nowNanos) {
        return nowNanos - provenAt >= Lender.PROOF.toNanos() / 3;
    }

    /** What is to be on record from now on. */
    LendingRecord record(String lender, long nowNanos) {
        Duration longest = asked;
        if (!guard.lends(nowNanos) && inherited.compareTo(longest) > 0) {
            longest = inherited;
        }
        return new LendingRecord(number, lender, longest);
    }

    /** It was asked at this time and is on record so. */
    void proven(long askedNanos, LendingRecord record) {
        provenAt = askedNanos;
        onRecord = record.longest();
        lenders.values().forEach(each -> each.proven(askedNanos));
    }

    /** Answers one question; empty where nothing can be promised. */
    Optional<QuotaLease> answer(QuotaQuestion question, long nowNanos) {
        Duration length = Duration.ofNanos(question.getLengthNanos());
        if (length.isNegative()
                || length.isZero()
                || !(question.getPerSecond() > 0)
                || !(question.getWanted() >= 0)
                || question.getQuota().length() > LONGEST_NAME
                || question.getNode().length() > LONGEST_NAME) {
            return Optional.empty();
        }
        asked = length.compareTo(asked) > 0 ? length : asked;
        return lender(question.getQuota(), nowNanos)
                .flatMap(each -> each.answer(of(question, length), nowNanos))
                .map(lease -> of(question, lease));
    }

    private Optional<Lender> lender(String quota, long nowNanos) {
        Lender known = lenders.get(quota);
        if (known != null) {
            return Optional.of(known);
        }
        if (lenders.size() >= MOST_QUOTAS) {
            lenders.values().removeIf(each -> each.isIdle(nowNanos));
        }
        if (lenders.size() >= MOST_QUOTAS) {
            return Optional.empty();
        }
        // From the beginning of the term: nobody else has lent anything since.
        Lender begun = new Lender(number, inherited, beganNanos);
        begun.proven(provenAt);
        lenders.put(quota, begun);
        return Optional.of(begun);
    }

    /** No lease is promised for longer than is on record: the next lender waits for that. */
    private Lease.Question of(QuotaQuestion question, Duration length) {
        return new Lease.Question(
                question.getNode(),
                question.getNumber(),
                question.getWanted(),
                question.getTerm(),
                question.getLease(),
                question.getPerSecond(),
                length.compareTo(onRecord) > 0 ? onRecord : length);
    }

    private static QuotaLease of(QuotaQuestion question, Lease lease) {
        return QuotaLease.newBuilder()
                .setQuota(question.getQuota())
                .setNode(question.getNode())
                .setQuestion(lease.question())
                .setTerm(lease.term())
                .setNumber(lease.number())
                .setPerSecond(lease.perSecond())
                .setLengthNanos(lease.length().toNanos())
                .build();
    }
}
