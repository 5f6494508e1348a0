package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The calls that samples stand for, so that limits meet as many as there were. Pure. */
final class SampledCalls {
    /** No more calls are tried; the newest of them where there were more. */
    static final int MOST = 300_000;

    private static final Duration LONGEST_GAP = Duration.ofSeconds(1);

    private SampledCalls() {}

    /**
     * All of them, in order of time: those that a sample stands for come evenly between it and the
     * next of the same method. What was not served is taken to have been served as the others of
     * its method were, on the average.
     */
    static List<RecordedCall> all(List<SampledCall> samples) {
        List<SampledCall> newest = newest(samples);
        Map<String, Duration> usual = usual(newest);
        Map<String, Instant> following = new HashMap<>();
        List<RecordedCall> all = new ArrayList<>();
        for (int i = newest.size() - 1; i >= 0; i--) {
            SampledCall each = newest.get(i);
            String method = method(each);
            Instant at = each.call().at();
            Instant next = following.getOrDefault(method, at);
            following.put(method, at);
            Duration gap = Duration.between(at, next);
            Duration step =
                    (gap.compareTo(LONGEST_GAP) > 0 ? LONGEST_GAP : gap)
                            .dividedBy(each.standsFor());
            Duration took =
                    each.served()
                            ? each.call().took()
                            : usual.getOrDefault(method, each.call().took());
            OutcomeCode outcome = each.served() ? each.call().outcome() : OutcomeCode.ACCEPTED;
            for (int j = 0; j < each.standsFor(); j++) {
                all.add(
                        new RecordedCall(
                                at.plus(step.multipliedBy(j)), each.call().call(), took, outcome));
            }
        }
        all.sort(Comparator.comparing(RecordedCall::at));
        return all;
    }

    private static List<SampledCall> newest(List<SampledCall> samples) {
        List<SampledCall> ordered = new ArrayList<>(samples);
        ordered.sort(Comparator.comparing(each -> each.call().at()));
        int from = ordered.size();
        long calls = 0;
        while (from > 0 && calls + ordered.get(from - 1).standsFor() <= MOST) {
            from--;
            calls += ordered.get(from).standsFor();
        }
        return ordered.subList(from, ordered.size());
    }

    private static Map<String, Duration> usual(List<SampledCall> samples) {
        Map<String, List<Duration>> served = new HashMap<>();
        for (SampledCall each : samples) {
            if (each.served()) {
                served.computeIfAbsent(method(each), any -> new ArrayList<>())
                        .add(each.call().took());
            }
        }
        Map<String, Duration> usual = new HashMap<>();
        served.forEach((method, took) ->
                usual.put(
                        method,
                        took.stream()
                                .reduce(Duration.ZERO, Duration::plus)
                                .dividedBy(took.size())));
        return usual;
    }

    private static String method(SampledCall sample) {
        return sample.call().call().service() + "/" + sample.call().call().method();
    }
}
