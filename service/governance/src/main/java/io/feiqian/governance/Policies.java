package io.feiqian.governance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A document made ready for calls: an immutable snapshot of which policies are in force, with a
 * plan for each method, made when it is first called. Thread-safe.
 */
final class Policies {
    /** Methods beyond these have their plan made at each call: names come from the network. */
    private static final int MOST_PLANS = 10_000;

    private static final Comparator<Check> ORDER =
            Comparator.<Check, Selector>comparing(
                            each -> each.policy().selector(), Selector.MOST_SPECIFIC_FIRST)
                    .thenComparing(each -> each.ref().id());

    private final PolicyDocument document;
    private final Map<String, Check> checks;
    private final List<Router> routers;
    private final List<Labeller> labellers;
    private final List<List<Check>> rings;
    private final Map<String, Rule.Quota> quotasInForce;
    private final AtomicInteger planned = new AtomicInteger();
    private final Map<String, Map<String, Plan>> plans = new ConcurrentHashMap<>();

    /** Of which one policy is applied to a call; sorted by the order in which kinds are asked. */
    private record Ring(Rule.Kind kind, String group) {
        static final Comparator<Ring> ORDER =
                Comparator.comparing(Ring::kind).thenComparing(Ring::group);

        static Ring of(Check check) {
            return new Ring(check.policy().kind(), check.policy().group());
        }
    }

    private Policies(
            PolicyDocument document,
            Map<String, Check> checks,
            List<Router> routers,
            List<Labeller> labellers) {
        this.document = document;
        this.checks = checks;
        this.routers = routers;
        this.labellers = labellers;
        Map<Ring, List<Check>> byRing = new TreeMap<>(Ring.ORDER);
        checks.values()
                .forEach(each ->
                        byRing.computeIfAbsent(Ring.of(each), any -> new ArrayList<>()).add(each));
        byRing.values().forEach(each -> each.sort(ORDER));
        this.rings = List.copyOf(byRing.values());
        Map<String, Rule.Quota> named = new HashMap<>();
        for (Check each : checks.values()) {
            if (each.policy().rule() instanceof Rule.Quota quota) {
                named.put(quota.name(), quota);
            }
        }
        this.quotasInForce = Map.copyOf(named);
    }

    /**
     * The snapshot of a document.
     *
     * @param before what was in force: a policy that has not changed keeps what it has counted
     */
    static Policies of(
            PolicyDocument document,
            GovernanceSetup setup,
            @Nullable Policies before,
            Map<String, QuotaCheck.Used> quotas) {
        Map<String, Check> checks = new HashMap<>();
        List<Router> routers = new ArrayList<>();
        List<Labeller> labellers = new ArrayList<>();
        for (Policy each : document.policies()) {
            if (!each.sides().contains(setup.side())) {
                continue;
            }
            Check old = before == null ? null : before.checks.get(each.ref().id());
            if (each.rule() instanceof Rule.Route route) {
                routers.add(new Router(each, route));
            } else if (each.rule() instanceof LabelRule label) {
                labellers.add(new Labeller(each, label));
            } else if (old != null && old.policy().equals(each)) {
                checks.put(each.ref().id(), old);
            } else {
                checks.put(each.ref().id(), check(each, setup, old, quotas));
            }
        }
        routers.sort(
                Comparator.comparing(
                                (Router each) -> each.policy().selector(),
                                Selector.MOST_SPECIFIC_FIRST)
                        .thenComparing(each -> each.policy().ref().id()));
        labellers.sort(
                Comparator.comparing(
                                (Labeller each) -> each.policy().selector(),
                                Selector.MOST_SPECIFIC_FIRST)
                        .thenComparing(each -> each.policy().ref().id()));
        return new Policies(document, checks, routers, labellers);
    }

    PolicyDocument document() {
        return document;
    }

    boolean isEmpty() {
        return checks.isEmpty() && routers.isEmpty();
    }

    /** By name; all policies of one quota say the same of it. */
    Map<String, Rule.Quota> quotas() {
        return quotasInForce;
    }

    List<Check> checks() {
        return checks.values().stream()
                .sorted(Comparator.comparing(each -> each.ref().id()))
                .toList();
    }

    List<Router> routers() {
        return routers;
    }

    /** What labels requests, the most specific first. */
    List<Labeller> labellers() {
        return labellers;
    }

    /** The plan for a method. */
    Plan plan(String service, String method) {
        Map<String, Plan> ofService = plans.get(service);
        Plan plan = ofService == null ? null : ofService.get(method);
        return plan == null ? make(service, method) : plan;
    }

    private Plan make(String service, String method) {
        List<Check[]> mine = new ArrayList<>();
        List<DegradeCheck[]> degrading = new ArrayList<>();
        for (List<Check> ring : rings) {
            Check[] of =
                    ring.stream()
                            .filter(each -> each.policy().selector().matchesMethod(service, method))
                            .toArray(Check[]::new);
            if (of.length > 0) {
                mine.add(of);
            }
            if (of.length > 0 && of[0] instanceof DegradeCheck) {
                degrading.add(java.util.Arrays.copyOf(of, of.length, DegradeCheck[].class));
            }
        }
        Plan plan =
                new Plan(mine.toArray(new Check[0][]), degrading.toArray(new DegradeCheck[0][]));
        if (planned.get() < MOST_PLANS && planned.incrementAndGet() <= MOST_PLANS) {
            plans.computeIfAbsent(service, any -> new ConcurrentHashMap<>()).put(method, plan);
        }
        return plan;
    }

    private static Check check(
            Policy policy,
            GovernanceSetup setup,
            @Nullable Check before,
            Map<String, QuotaCheck.Used> quotas) {
        Rule rule = policy.rule();
        if (rule instanceof Rule.Access access) {
            return new AccessCheck(policy, access);
        } else if (rule instanceof Rule.Schema schema) {
            return new SchemaCheck(policy, schema, setup.schemas());
        } else if (rule instanceof Rule.Overload overload) {
            return new OverloadCheck(policy, overload, setup.load(), setup.clock().nanos());
        } else if (rule instanceof Rule.Degrade degrade) {
            return new DegradeCheck(policy, degrade);
        } else if (rule instanceof Rule.Breaker breaker) {
            return new BreakerCheck(policy, breaker, setup.clock());
        } else if (rule instanceof Rule.Rate rate) {
            return new RateCheck(policy, rate, setup.clock());
        } else if (rule instanceof Rule.Quota quota) {
            return new QuotaCheck(
                    policy,
                    quota,
                    setup.shares(),
                    quotas.computeIfAbsent(
                            quota.name(), any -> new QuotaCheck.Used(setup.clock().nanos())));
        } else if (rule instanceof Rule.Concurrency concurrency) {
            return new ConcurrencyCheck(
                    policy,
                    concurrency,
                    setup.clock(),
                    before instanceof ConcurrencyCheck same ? same : null);
        } else if (rule instanceof Rule.Fault fault) {
            return new FaultCheck(policy, fault, setup.seed());
        }
        throw new IllegalStateException("a rule that is no check: " + rule);
    }
}
