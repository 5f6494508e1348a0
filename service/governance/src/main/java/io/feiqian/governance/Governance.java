package io.feiqian.governance;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Decides about the calls of one side of one process, by the policies in force. Thread-safe;
 * decides without locks and without I/O.
 *
 * <p>A new document comes into force as a whole, between two calls. One that does not parse or
 * contradicts itself is refused, and the old one stays. A policy that has not changed keeps what it
 * has counted.
 */
public final class Governance {
    private final GovernanceSetup setup;
    private final Map<String, QuotaCheck.Used> quotas = new ConcurrentHashMap<>();
    private volatile Policies policies;
    private volatile String refusedDocument = "";

    private Governance(GovernanceSetup setup) {
        this.setup = setup;
        this.policies = Policies.of(PolicyDocument.NONE, setup, null, quotas);
    }

    /** Without any policy yet: everything is admitted. */
    public static Governance of(GovernanceSetup setup) {
        return new Governance(setup);
    }

    /**
     * Takes a document as operators write it.
     *
     * @return accepted where it is in force now, else refused with {@link
     *     OutcomeCode#INVALID_POLICY} and what is wrong; the old one stays
     */
    public Outcome publish(String json) {
        try {
            return publish(PolicyDocument.parse(json));
        } catch (PolicyException wrong) {
            return refuse(String.valueOf(wrong.getMessage()));
        }
    }

    /** Takes a document; see {@link #publish(String)}. */
    public synchronized Outcome publish(PolicyDocument document) {
        PolicyDocument old = policies.document();
        if (old.version() == document.version() && !old.equals(document)) {
            return refuse(
                    "version: %d, which is in force with another content (expected: a new version)"
                            .formatted(document.version()));
        }
        Map<PolicyRef, Policy> known = new HashMap<>();
        old.policies().forEach(each -> known.put(each.ref(), each));
        for (Policy each : document.policies()) {
            if (!each.equals(known.getOrDefault(each.ref(), each))) {
                return refuse(
                        "policies: %s is in force with another content (expected: a new version)"
                                .formatted(each.ref()));
            }
        }
        policies = Policies.of(document, setup, policies, quotas);
        refusedDocument = "";
        return Outcome.accepted();
    }

    /** Whether it would let every call pass, anywhere: there is no policy. One volatile read. */
    public boolean isEmpty() {
        return policies.isEmpty();
    }

    /** What becomes of a call. */
    public Decision decide(Call call) {
        Plan plan = policies.plan(call.service(), call.method());
        return new Admitted(plan, call, setup.clock(), plan.holds()).go(0);
    }

    /**
     * Which instances serve a call; pure.
     *
     * @param chance any number; decides between ways where the call has nothing that stays
     */
    public Destination route(Call call, long chance) {
        List<Router> routers = policies.routers();
        for (int i = 0; i < routers.size(); i++) {
            Router each = routers.get(i);
            if (each.policy().selector().matches(call)) {
                return each.destination(call, chance);
            }
        }
        return Destination.ANYWHERE;
    }

    /**
     * The labels that a request gets where it comes in, by name. Pure; what the caller itself
     * claims counts only where a rule says so.
     */
    public Map<String, String> labels(Call call) {
        Map<String, String> labels = new TreeMap<>();
        Set<String> decided = new HashSet<>();
        for (Labeller each : policies.labellers()) {
            if (each.policy().selector().matches(call) && decided.add(each.name())) {
                each.value(call).ifPresent(value -> labels.put(each.name(), value));
            }
        }
        return labels;
    }

    /** The document in force. */
    public PolicyDocument document() {
        return policies.document();
    }

    /**
     * How many pieces of work have wanted something of this quota so far; for its {@link Borrower}.
     */
    public long wanted(String quota) {
        QuotaCheck.Used used = quotas.get(quota);
        return used == null ? 0 : used.wanted();
    }

    /** The quotas that are in force at this side, by name. */
    public Map<String, Rule.Quota> quotas() {
        return policies.quotas();
    }

    /** What is in force, and what it has done. */
    public Report report() {
        Policies now = policies;
        return new Report(
                now.document().version(),
                refusedDocument,
                now.checks().stream().map(Check::report).toList(),
                Stream.concat(
                                now.routers().stream().map(Router::policy),
                                now.labellers().stream().map(Labeller::policy))
                        .map(Policy::ref)
                        .toList());
    }

    private Outcome refuse(String why) {
        refusedDocument = why;
        return Outcome.refused(OutcomeCode.INVALID_POLICY, why);
    }
}
