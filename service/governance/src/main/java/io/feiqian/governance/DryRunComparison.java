package io.feiqian.governance;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a document would have done to calls that happened, beside what the one in force does with
 * the same calls by the same reckoning ({@link DryRun}). Processes are tried one by one, since
 * limits are of one process, and added up. Pure.
 *
 * @param calls how many calls, with those that samples stand for
 * @param kept how many of them were kept, and are known
 * @param from when the first of them came; the epoch where there were none
 * @param to when the last of them came
 * @param refusedBefore how many the document in force does not serve
 * @param refusedAfter how many the candidate would not serve
 * @param newlyRefused how many the candidate alone would not serve
 * @param newlyAdmitted how many the candidate alone would serve
 * @param changes where the two differ, the most frequent first; at most {@link #MOST}
 * @param policies what each of the candidate's policies would have done
 * @param notJudged what could not be tried, or not wholly
 */
public record DryRunComparison(
        long calls,
        long kept,
        Instant from,
        Instant to,
        long refusedBefore,
        long refusedAfter,
        long newlyRefused,
        long newlyAdmitted,
        List<Change> changes,
        List<PolicyReport> policies,
        List<NotJudged> notJudged) {
    /** So many kinds of changes are listed. */
    public static final int MOST = 200;

    /**
     * Calls of one kind of which the two documents make something else.
     *
     * @param service the service
     * @param method the method
     * @param caller who called
     * @param before what becomes of them by the document in force
     * @param after what would become of them by the candidate
     * @param policy which policy says so: the candidate's, or, where that admits them, the one in
     *     force
     * @param why in words, of one of them; empty where they are admitted
     * @param calls how many
     */
    public record Change(
            String service,
            String method,
            String caller,
            DryRun.Fate before,
            DryRun.Fate after,
            String policy,
            String why,
            long calls) {}

    /**
     * A policy of the candidate that a dry run cannot wholly judge.
     *
     * @param policy which
     * @param why why
     */
    public record NotJudged(PolicyRef policy, Unknown why) {}

    /** What is not known of calls that happened. */
    public enum Unknown {
        /** Fields of the request are not kept. */
        PARAMETERS,
        /** How busy the processors were. */
        LOAD,
        /** What the lender would have leased: counted as without a lease. */
        LEASES,
        /** Applied elsewhere than where calls are kept. */
        OTHER_SIDE
    }

    private record Kind(
            String service,
            String method,
            String caller,
            DryRun.Fate before,
            DryRun.Fate after,
            String policy) {}

    private static final class Count {
        final String why;
        long calls;

        Count(String why) {
            this.why = why;
        }
    }

    /**
     * Tries both.
     *
     * @param inForce the document in force
     * @param candidate the other
     * @param side which side's policies
     * @param byProcess the calls of each process, in any order
     * @param seed of the faults to order
     */
    public static DryRunComparison of(
            PolicyDocument inForce,
            PolicyDocument candidate,
            Side side,
            List<List<SampledCall>> byProcess,
            long seed) {
        PolicyDocument now = judged(inForce, side);
        PolicyDocument then = judged(candidate, side);
        Map<Kind, Count> changes = new HashMap<>();
        Map<PolicyRef, PolicyReport> policies = new HashMap<>();
        long calls = 0;
        long kept = 0;
        long refusedBefore = 0;
        long refusedAfter = 0;
        Instant from = Instant.MAX;
        Instant to = Instant.EPOCH;
        for (List<SampledCall> process : byProcess) {
            List<RecordedCall> all = SampledCalls.all(process);
            kept += process.size();
            if (all.isEmpty()) {
                continue;
            }
            DryRun.Ends before = DryRun.ends(now, side, all, seed);
            DryRun.Ends after = DryRun.ends(then, side, all, seed);
            after.policies()
                    .forEach(each ->
                            policies.merge(each.policy(), each, DryRunComparison::together));
            for (int i = 0; i < all.size(); i++) {
                DryRun.End one = before.of(i);
                DryRun.End other = after.of(i);
                calls++;
                refusedBefore += one.fate() == DryRun.Fate.ADMITTED ? 0 : 1;
                refusedAfter += other.fate() == DryRun.Fate.ADMITTED ? 0 : 1;
                if (one.fate() != other.fate()) {
                    count(changes, all.get(i).call(), one, other);
                }
            }
            from = min(from, all.get(0).at());
            to = max(to, all.get(all.size() - 1).at());
        }
        return new DryRunComparison(
                calls,
                kept,
                from.equals(Instant.MAX) ? Instant.EPOCH : from,
                to,
                refusedBefore,
                refusedAfter,
                sum(changes, each -> each.before() == DryRun.Fate.ADMITTED),
                sum(changes, each -> each.after() == DryRun.Fate.ADMITTED),
                listed(changes),
                policies.values().stream()
                        .sorted(Comparator.comparing(each -> each.policy().id()))
                        .toList(),
                notJudged(candidate, side));
    }

    private static long sum(Map<Kind, Count> changes, Predicate<Kind> of) {
        return changes.entrySet().stream()
                .filter(each -> of.test(each.getKey()))
                .mapToLong(each -> each.getValue().calls)
                .sum();
    }

    private static void count(
            Map<Kind, Count> changes, CallFacts call, DryRun.End one, DryRun.End other) {
        DryRun.End telling = other.fate() == DryRun.Fate.ADMITTED ? one : other;
        changes.computeIfAbsent(
                        new Kind(
                                call.service(),
                                call.method(),
                                call.caller(),
                                one.fate(),
                                other.fate(),
                                telling.policy()),
                        any -> new Count(telling.why()))
                .calls++;
    }

    private static List<Change> listed(Map<Kind, Count> changes) {
        List<Change> listed = new ArrayList<>();
        changes.forEach((kind, count) ->
                listed.add(
                        new Change(
                                kind.service(),
                                kind.method(),
                                kind.caller(),
                                kind.before(),
                                kind.after(),
                                kind.policy(),
                                count.why,
                                count.calls)));
        listed.sort(
                Comparator.comparingLong(Change::calls)
                        .reversed()
                        .thenComparing(Change::service)
                        .thenComparing(Change::method)
                        .thenComparing(Change::caller)
                        .thenComparing(Change::policy));
        return listed.subList(0, Math.min(MOST, listed.size()));
    }

    /** Without what would judge by fields that nobody kept: it would refuse everything. */
    private static PolicyDocument judged(PolicyDocument document, Side side) {
        return new PolicyDocument(
                document.version(),
                document.policies().stream()
                        .filter(each -> each.sides().contains(side))
                        .filter(each -> each.kind() != Rule.Kind.SCHEMA && !countsFields(each))
                        .toList());
    }

    private static boolean countsFields(Policy policy) {
        return policy.per().stream().anyMatch(each -> each.startsWith("parameter:"));
    }

    private static List<NotJudged> notJudged(PolicyDocument candidate, Side side) {
        List<NotJudged> all = new ArrayList<>();
        for (Policy each : candidate.policies()) {
            if (!each.sides().contains(side)) {
                all.add(new NotJudged(each.ref(), Unknown.OTHER_SIDE));
            } else if (each.kind() == Rule.Kind.SCHEMA
                    || countsFields(each)
                    || !each.selector().parameters().isEmpty()) {
                all.add(new NotJudged(each.ref(), Unknown.PARAMETERS));
            } else if (each.rule() instanceof Rule.Overload overload && overload.cpu() > 0) {
                all.add(new NotJudged(each.ref(), Unknown.LOAD));
            } else if (each.kind() == Rule.Kind.QUOTA) {
                all.add(new NotJudged(each.ref(), Unknown.LEASES));
            }
        }
        return all;
    }

    private static PolicyReport together(PolicyReport one, PolicyReport other) {
        return new PolicyReport(
                one.policy(),
                one.kind(),
                one.admitted() + other.admitted(),
                one.refused() + other.refused(),
                one.queued() + other.queued(),
                one.degraded() + other.degraded(),
                one.faults() + other.faults(),
                "",
                other.lastWhy().isEmpty() ? one.lastWhy() : other.lastWhy());
    }

    private static Instant min(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant max(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
