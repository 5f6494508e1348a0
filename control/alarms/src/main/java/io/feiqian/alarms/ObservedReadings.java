package io.feiqian.alarms;

import io.feiqian.observatory.CallSum;
import io.feiqian.observatory.LogLine;
import io.feiqian.observatory.LogSearch;
import io.feiqian.observatory.MetricReads;
import io.feiqian.observatory.MetricSeries;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.Source;
import io.feiqian.telemetry.Alarm.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What rules look at, read from what the observatory keeps. Thread-safe. */
final class ObservedReadings implements Readings {
    /** Who was not heard of for longer is not missed. */
    private static final long REMEMBERED_MILLIS = 3_600_000;

    /** A share of fewer calls says nothing. */
    private static final long LEAST_CALLS = 10;

    private static final String EVENTS = "feiqian.alarm";
    private static final String NOBODY = "nobody";
    private static final int MOST_EVENTS = 1_000;

    private final ObservatoryReads observatory;
    private final MetricReads metrics;

    ObservedReadings(ObservatoryReads observatory, MetricReads metrics) {
        this.observatory = observatory;
        this.metrics = metrics;
    }

    @Override
    public List<Seen> read(Rule rule, long nowMillis) {
        long from = nowMillis - rule.window().toMillis();
        List<Seen> seen =
                switch (rule.signal().kind()) {
                    case METRIC -> metric(rule, from, nowMillis);
                    case LOGS -> lines(rule, from, nowMillis);
                    case CALLS -> calls(rule, from, nowMillis);
                    case EVENTS -> events(rule, from);
                };
        if (rule.test() != Rule.Test.ABSENT) {
            return seen;
        }
        // Where silence is looked for and nobody at all was heard of, that is silence too.
        List<Seen> all = new ArrayList<>(seen);
        all.add(seen.isEmpty() ? Seen.nothing(NOBODY) : Seen.of(NOBODY, 0));
        return all;
    }

    private List<Seen> metric(Rule rule, long from, long to) {
        boolean silence = rule.test() == Rule.Test.ABSENT;
        List<Seen> seen = new ArrayList<>();
        for (MetricSeries each :
                metrics.latest(
                        rule.signal().subject(),
                        Instant.ofEpochMilli(silence ? to - REMEMBERED_MILLIS : from),
                        Instant.ofEpochMilli(to))) {
            if (!isOf(rule, each.from()) || !each.labels().contains(rule.signal().filter())) {
                continue;
            }
            String object =
                    process(each.from())
                            + (each.labels().isEmpty() ? "" : " {" + each.labels() + "}");
            seen.add(
                    each.lastMicros() / 1_000 < from
                            ? Seen.nothing(object)
                            : Seen.of(
                                    object,
                                    rule.test() == Rule.Test.RATE_ABOVE
                                            ? each.increase() / rule.window().toSeconds()
                                            : each.last()));
        }
        return seen;
    }

    private List<Seen> lines(Rule rule, long from, long to) {
        Signal signal = rule.signal();
        Map<String, Long> now = observatory.lineCounts(search(signal, from));
        Map<String, Seen> seen = new TreeMap<>();
        if (rule.test() == Rule.Test.ABSENT) {
            observatory
                    .lineCounts(search(signal, to - REMEMBERED_MILLIS))
                    .keySet()
                    .forEach(node -> seen.put(node, Seen.nothing(node)));
        }
        now.forEach((node, count) -> seen.put(node, Seen.of(node, count)));
        if (rule.test() == Rule.Test.BELOW && seen.isEmpty()) {
            seen.put(NOBODY, Seen.of(NOBODY, 0));
        }
        return List.copyOf(seen.values());
    }

    private static LogSearch search(Signal signal, long fromMillis) {
        return new LogSearch(
                fromMillis * 1_000,
                Long.MAX_VALUE,
                signal.node(),
                signal.filter(),
                signal.subject(),
                "",
                "",
                1);
    }

    private List<Seen> calls(Rule rule, long from, long to) {
        Map<String, Seen> seen = new TreeMap<>();
        if (rule.test() == Rule.Test.ABSENT) {
            sums(rule, to - REMEMBERED_MILLIS, to)
                    .keySet()
                    .forEach(object -> seen.put(object, Seen.nothing(object)));
        }
        sums(rule, from, to)
                .forEach((object, sum) -> {
                    boolean says =
                            rule.signal().measure() == Signal.Measure.PER_SECOND
                                    || sum.calls >= LEAST_CALLS;
                    if (says) {
                        seen.put(object, Seen.of(object, sum.value(rule)));
                    }
                });
        return List.copyOf(seen.values());
    }

    private static final class Sum {
        private long calls;
        private long failures;
        private long micros;

        double value(Rule rule) {
            return switch (rule.signal().measure()) {
                case PER_SECOND -> (double) calls / rule.window().toSeconds();
                case FAILED_SHARE -> (double) failures / calls;
                case MEAN_MILLIS -> micros / 1_000.0 / calls;
            };
        }
    }

    /** Calls are counted by the minute: the minutes that the window touches. */
    private Map<String, Sum> sums(Rule rule, long from, long to) {
        Map<String, Sum> sums = new LinkedHashMap<>();
        for (CallSum each : observatory.calls(from / 60_000, to / 60_000)) {
            String object =
                    each.target().isEmpty() ? each.node() : each.node() + " → " + each.target();
            boolean wanted =
                    (rule.signal().node().isEmpty() || each.node().equals(rule.signal().node()))
                            && object.contains(rule.signal().filter());
            if (wanted) {
                Sum sum = sums.computeIfAbsent(object, _ -> new Sum());
                sum.calls += each.calls();
                sum.failures += each.failures();
                sum.micros += each.totalMicros();
            }
        }
        return sums;
    }

    /** Each transaction that something is said of is an object of its own. */
    private List<Seen> events(Rule rule, long from) {
        Map<String, Long> times = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>();
        for (LogLine each :
                observatory.lines(
                        new LogSearch(
                                from * 1_000,
                                Long.MAX_VALUE,
                                rule.signal().node(),
                                level(rule.signal().filter()),
                                EVENTS,
                                "",
                                "",
                                MOST_EVENTS))) {
            int colon = each.message().indexOf(':');
            String name = colon < 0 ? each.message() : each.message().substring(0, colon);
            boolean wanted =
                    each.logger().equals(EVENTS)
                            && (rule.signal().subject().isEmpty()
                                    || rule.signal().subject().equals(name));
            if (wanted) {
                String object =
                        name
                                + " at "
                                + process(each.from())
                                + (each.traceNumber().isEmpty()
                                        ? ""
                                        : ", transaction " + each.traceNumber());
                var _ = times.merge(object, 1L, Long::sum);
                var _ = texts.putIfAbsent(object, each.message());
            }
        }
        return times.entrySet().stream()
                .map(each ->
                        new Seen(
                                each.getKey(),
                                true,
                                each.getValue(),
                                texts.getOrDefault(each.getKey(), "")))
                .toList();
    }

    private static String level(String severity) {
        if (severity.isEmpty()) {
            return "";
        }
        return switch (Severity.valueOf(severity)) {
            case NOTICE -> "INFO";
            case WARNING -> "WARN";
            case CRITICAL -> "ERROR";
        };
    }

    private static boolean isOf(Rule rule, Source from) {
        String node = rule.signal().node();
        return node.isEmpty()
                || node.equals(from.service())
                || node.equals(from.cell())
                || node.equals(from.instance());
    }

    private static String process(Source from) {
        return from.instance().isEmpty() ? from.node() : from.instance();
    }
}
