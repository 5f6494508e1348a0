package io.feiqian.console;

import io.feiqian.observatory.LogSearch;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.SpanRecord;
import io.feiqian.observatory.SpanSearch;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;

/** Traces, logs, and who calls whom: what the observatory keeps (S.dst, B6.4-d, B6.4-e). */
final class TracesPage implements Page {
    private static final String PATH = "/traces";
    private static final String MINUTES = "how far back, 1 to 10080; usually 15";
    private static final int MOST_TRACES = 50;
    private static final int MOST_LINES = 200;

    /** The same call so often within one trace is worth a look. */
    private static final int MANY_CALLS = 10;

    private final Optional<ObservatoryReads> observatory;
    private final Clock clock;

    TracesPage(Optional<ObservatoryReads> observatory, Clock clock) {
        this.observatory = observatory;
        this.clock = clock;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "traces.title";
    }

    @Override
    public Permission needs() {
        return Permission.TRACES_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.TRACES_SEE, visit -> visit.show("traces", traces(visit)));
        frame.get(
                PATH + "/{id}", Permission.TRACES_SEE, visit -> visit.show("trace", trace(visit)));
        frame.get("/logs", Permission.TRACES_SEE, visit -> visit.show("logs", logs(visit)));
        frame.get(
                "/topology",
                Permission.TRACES_SEE,
                visit -> visit.show("topology", topology(visit)));
    }

    @Override
    public List<Route> api() {
        return List.of(
                searched(
                                Route.get(
                                        "/traces",
                                        Permission.TRACES_SEE,
                                        "Traces, the newest first.",
                                        Traces.class,
                                        this::traces))
                        .query("failed", Route.Type.BOOLEAN, "only those that failed")
                        .query("least", Route.Type.INTEGER, "took at least so many milliseconds"),
                Route.get(
                        "/traces/{id}",
                        Permission.TRACES_SEE,
                        "One trace with its spans and log lines.",
                        Observations.OneTrace.class,
                        visit -> Observations.of(trace(visit))),
                searched(
                                Route.get(
                                        "/logs",
                                        Permission.TRACES_SEE,
                                        "Log lines, the newest first.",
                                        Logs.class,
                                        this::logs))
                        .query("level", Route.Type.TEXT, "such as WARN"),
                Route.get(
                                "/topology",
                                Permission.TRACES_SEE,
                                "Who calls whom, how often and how long.",
                                Observations.Calls.class,
                                visit -> Observations.of(topology(visit)))
                        .query("minutes", Route.Type.INTEGER, MINUTES));
    }

    private static Route searched(Route route) {
        return route.query("minutes", Route.Type.INTEGER, MINUTES)
                .query("node", Route.Type.TEXT, "a role, a cell or an instance")
                .query("text", Route.Type.TEXT, "in names, messages and notes");
    }

    private Traces traces(Asked visit) {
        Traces.Filter filter = Traces.Filter.of(visit);
        long now = clock.now().toEpochMilli();
        return observatory
                .map(it ->
                        new Traces(
                                true,
                                filter,
                                it.traces(
                                        new SpanSearch(
                                                filter.fromMicros(now),
                                                Long.MAX_VALUE,
                                                filter.node(),
                                                filter.failed(),
                                                filter.leastMillis() * 1_000,
                                                filter.text(),
                                                "",
                                                MOST_TRACES))))
                .orElseGet(() -> new Traces(false, filter, List.of()));
    }

    private Trace trace(Asked visit) {
        String id = visit.part("id");
        ObservatoryReads it =
                observatory.orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.UNKNOWN_PATH,
                                "traces: kept elsewhere (expected: an observatory of this system)"));
        List<SpanRecord> spans = it.trace(id);
        return Trace.of(id, spans, it.lines(LogSearch.ofTrace(id)), ObservatoryReads.MOST_SPANS);
    }

    private Logs logs(Asked visit) {
        Traces.Filter filter = Traces.Filter.of(visit);
        long now = clock.now().toEpochMilli();
        return observatory
                .map(it ->
                        new Logs(
                                true,
                                filter,
                                it.lines(
                                        new LogSearch(
                                                filter.fromMicros(now),
                                                Long.MAX_VALUE,
                                                filter.node(),
                                                filter.level(),
                                                filter.text(),
                                                "",
                                                "",
                                                MOST_LINES))))
                .orElseGet(() -> new Logs(false, filter, List.of()));
    }

    private Topology topology(Asked visit) {
        int minutes = Traces.Filter.of(visit).minutes();
        long now = clock.now().toEpochMilli();
        return observatory
                .map(it ->
                        Topology.of(
                                minutes,
                                it.calls(now / 60_000 - minutes, now / 60_000),
                                it.patterns((now - minutes * 60_000L) * 1_000, MANY_CALLS)))
                .orElseGet(() ->
                        new Topology(false, minutes, List.of(), List.of(), List.of(), List.of()));
    }
}
