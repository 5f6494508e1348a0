package io.feiqian.governance;

import io.feiqian.governance.Release.Counted;
import io.feiqian.governance.Release.Served;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * The releases of a system in one process: which requests get their labels, which instances serve
 * them, and what each version has served. Thread-safe; decides without locks and without I/O.
 */
public final class Releases {
    private volatile State state = new State(ReleaseDocument.NONE, Map.of(), Map.of());
    private volatile String refusedDocument = "";

    /** What one version has served. */
    private static final class Count {
        private final LongAdder calls = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        void add(boolean isFailed, long took) {
            // In this order: who reads in between sees no failure without its call.
            calls.increment();
            nanos.add(took);
            if (isFailed) {
                failed.increment();
            }
        }

        Served served() {
            long failures = failed.sum();
            return new Served(calls.sum(), failures, nanos.sum());
        }
    }

    private record Counts(Count a, Count b) {}

    /** Where the calls of one service go. */
    private record Plan(List<Way> ways, Destination base) {}

    private record Way(GrayRelease release, Destination to) {}

    private record State(
            ReleaseDocument document, Map<String, Plan> services, Map<String, Counts> counts) {}

    /**
     * Takes a document as it is published.
     *
     * @return accepted where it is in force now, else refused with {@link
     *     OutcomeCode#INVALID_POLICY} and what is wrong; the old one stays
     */
    public Outcome publish(String json) {
        try {
            publish(ReleaseDocument.parse(json));
            return Outcome.accepted();
        } catch (PolicyException wrong) {
            refusedDocument = String.valueOf(wrong.getMessage());
            return Outcome.refused(OutcomeCode.INVALID_POLICY, refusedDocument);
        }
    }

    /** Takes a document; what was counted of a release that stays is kept. */
    public synchronized void publish(ReleaseDocument document) {
        Map<String, Counts> counts = new HashMap<>();
        Map<String, List<GrayRelease>> byService = new HashMap<>();
        for (GrayRelease each : document.releases()) {
            if (each.isUnderWay()) {
                Counts known = state.counts.get(each.id());
                counts.put(each.id(), known != null ? known : new Counts(new Count(), new Count()));
            }
            for (String service : each.services()) {
                byService.computeIfAbsent(service, any -> new ArrayList<>()).add(each);
            }
        }
        Map<String, Plan> services = new HashMap<>();
        byService.forEach((service, releases) -> services.put(service, plan(releases)));
        state = new State(document, Map.copyOf(services), Map.copyOf(counts));
        refusedDocument = "";
    }

    /** What is in force. */
    public ReleaseDocument document() {
        return state.document;
    }

    /**
     * Whether there is no release: then nothing is labelled, chosen or counted. One volatile read.
     */
    public boolean isEmpty() {
        return state.document.releases().isEmpty();
    }

    /** Why the last document was refused; empty where it was not. */
    public String refusedDocument() {
        return refusedDocument;
    }

    /**
     * Adds the labels that a request gets where it comes in, beside those that it has: what a
     * policy said is left as it is.
     */
    public void label(Call call, Map<String, String> labels) {
        for (GrayRelease each : state.document.releases()) {
            double percent = each.percent();
            if (percent > 0
                    && !labels.containsKey(each.label())
                    && each.applies().matches(call)
                    && (percent >= 100
                            || StableShare.isIn(
                                    call, each.of(), StableShare.hash(each.id()), percent))) {
                labels.put(each.label(), each.value());
            }
        }
    }

    /**
     * Which instances of a service serve a call: those of B where it has the label and there are
     * any, otherwise those of A; after the release those of B, after a roll back those of A.
     *
     * @param service by the name under which its instances are registered
     */
    public Destination destination(String service, Call call) {
        Plan plan = state.services.get(service);
        if (plan == null) {
            return Destination.ANYWHERE;
        }
        for (Way each : plan.ways) {
            if (each.release.phase() == Release.Phase.COMPLETE
                    || call.label(each.release.label()).equals(each.release.value())) {
                return each.to;
            }
        }
        return plan.base;
    }

    /**
     * Counts one attempt at an instance of a service, by the version of the instance.
     *
     * @param label the instance's label of this name; empty for none
     */
    public void served(String service, UnaryOperator<String> label, OutcomeCode how, long nanos) {
        State now = state;
        // Who stops in order refuses unseen: that says nothing of its version.
        if (now.counts.isEmpty() || how == OutcomeCode.SHUTTING_DOWN) {
            return;
        }
        for (GrayRelease each : now.document.releases()) {
            Counts counts = now.counts.get(each.id());
            if (counts != null && each.services().contains(service)) {
                boolean isB = each.value().equals(label.apply(each.label()));
                (isB ? counts.b : counts.a).add(Failures.isFailure(how), nanos);
            }
        }
    }

    /** What was counted of the releases that are under way, by their names. */
    public Map<String, Counted> counted() {
        Map<String, Counted> all = new TreeMap<>();
        state.counts.forEach(
                (id, counts) -> all.put(id, new Counted(counts.a.served(), counts.b.served())));
        return all;
    }

    private static Plan plan(List<GrayRelease> releases) {
        List<Map<String, String>> others =
                releases.stream()
                        .filter(each -> each.phase() != Release.Phase.COMPLETE)
                        .map(GrayRelease::to)
                        .toList();
        List<Way> ways = new ArrayList<>();
        // What is under way goes before what is complete.
        releases.stream()
                .filter(GrayRelease::isUnderWay)
                .forEach(each -> ways.add(new Way(each, new Destination(each.to(), others))));
        releases.stream()
                .filter(each -> each.phase() == Release.Phase.COMPLETE)
                .forEach(each -> ways.add(new Way(each, new Destination(each.to(), others))));
        return new Plan(List.copyOf(ways), new Destination(Map.of(), others));
    }
}
