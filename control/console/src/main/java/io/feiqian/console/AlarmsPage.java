package io.feiqian.console;

import io.feiqian.alarms.AlarmLine;
import io.feiqian.alarms.Alarms;
import io.feiqian.alarms.NoticeLine;
import io.feiqian.alarms.Rule;
import io.feiqian.alarms.Silence;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is raised, what was, who took it on, and who was told (B6.4-f). */
final class AlarmsPage implements Page {
    private static final String PATH = "/alarms";

    private final Optional<Alarms> alarms;
    private final Trail trail;
    private final Clock clock;
    private final AlarmRulesPage rules;

    AlarmsPage(Optional<Alarms> alarms, Trail trail, Clock clock) {
        this.alarms = alarms;
        this.trail = trail;
        this.clock = clock;
        this.rules = new AlarmRulesPage(alarms, trail);
    }

    /**
     * What the page shows.
     *
     * @param kept whether alarms are kept in this system at all
     * @param minutes how far back the history goes
     */
    public record Model(
            boolean kept,
            int minutes,
            List<AlarmLine> raised,
            List<AlarmLine> history,
            List<NoticeLine> notices,
            List<Silence> silences,
            List<Rule> rules) {
        /** Copies the lists. */
        public Model {
            raised = List.copyOf(raised);
            history = List.copyOf(history);
            notices = List.copyOf(notices);
            silences = List.copyOf(silences);
            rules = List.copyOf(rules);
        }

        /** The name of a rule. */
        public String rule(long id) {
            return rules.stream()
                    .filter(each -> each.id() == id)
                    .map(Rule::name)
                    .findFirst()
                    .orElse("");
        }
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "alarms.title";
    }

    @Override
    public Permission needs() {
        return Permission.ALARMS_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.ALARMS_SEE, visit -> visit.show("alarms", model(visit)));
        frame.post(
                PATH + "/{id}/acknowledge",
                Permission.ALARMS_ACT,
                visit -> visit.goTo(PATH, acknowledge(visit).message()));
        frame.post(
                PATH + "/{id}/end",
                Permission.ALARMS_ACT,
                visit -> visit.goTo(PATH, end(visit).message()));
        frame.post(
                "/silences",
                Permission.ALARMS_ACT,
                visit -> visit.goTo(PATH, silence(visit).message()));
        frame.post(
                "/silences/{id}/end",
                Permission.ALARMS_ACT,
                visit -> visit.goTo(PATH, endSilence(visit).message()));
        rules.routes(frame);
    }

    @Override
    public List<Route> api() {
        List<Route> all = new ArrayList<>(rules.api());
        all.add(
                Route.get(
                        "/alarms",
                        Permission.ALARMS_SEE,
                        "What is raised now, the gravest first.",
                        Raised.class,
                        _ -> new Raised(of(alarms).raised())));
        all.add(
                Route.get(
                                "/alarms/history",
                                Permission.ALARMS_SEE,
                                "What was raised, the newest first.",
                                Raised.class,
                                this::history)
                        .query(
                                "minutes",
                                Route.Type.INTEGER,
                                "how far back, 1 to 10080; usually a day"));
        all.add(
                Route.post(
                        "/alarms/{id}/acknowledge",
                        Permission.ALARMS_ACT,
                        "Takes a raised alarm on.",
                        Done.class,
                        this::acknowledge));
        all.add(
                Route.post(
                        "/alarms/{id}/end",
                        Permission.ALARMS_ACT,
                        "Says that a raised alarm is over.",
                        Done.class,
                        this::end));
        all.add(
                Route.get(
                        "/silences",
                        Permission.ALARMS_SEE,
                        "Silences that last.",
                        Silences.class,
                        _ -> new Silences(of(alarms).silences())));
        all.add(
                Route.post(
                                "/silences",
                                Permission.ALARMS_ACT,
                                "Keeps notices back for a while.",
                                Done.class,
                                this::silence)
                        .optional("rule", Route.Type.INTEGER, "the rule's number; else every rule")
                        .optional(
                                "object",
                                Route.Type.TEXT,
                                "a part of the object's name; else every one")
                        .optional("minutes", Route.Type.INTEGER, "for how long; usually 60"));
        all.add(
                Route.post(
                        "/silences/{id}/end",
                        Permission.ALARMS_ACT,
                        "Ends a silence now.",
                        Done.class,
                        this::endSilence));
        return all;
    }

    /** Alarms for programs. */
    record Raised(List<AlarmLine> alarms) {}

    /** Silences for programs. */
    record Silences(List<Silence> silences) {}

    private Raised history(Asked visit) {
        int minutes = minutes(visit);
        long now = clock.now().toEpochMilli();
        return new Raised(of(alarms).history(now - minutes * 60_000L, now + 1));
    }

    private static int minutes(Asked visit) {
        return Math.clamp(visit.queryNumber("minutes", 1_440), 1, 10_080);
    }

    private Model model(Visit visit) {
        int minutes = minutes(visit);
        long now = clock.now().toEpochMilli();
        return alarms.map(it ->
                        new Model(
                                true,
                                minutes,
                                it.raised(),
                                it.history(now - minutes * 60_000L, now + 1),
                                it.notices(),
                                it.silences(),
                                it.rules()))
                .orElseGet(() ->
                        new Model(
                                false, minutes, List.of(), List.of(), List.of(), List.of(),
                                List.of()));
    }

    private Done acknowledge(Asked visit) {
        long id = number(visit, "id");
        String reason = visit.field("reason");
        record(visit, "console.alarm-acknowledge", id, Map.of());
        of(alarms).acknowledge(id, visit.user().name(), reason);
        return Done.of(visit.texts().of("alarms.taken"));
    }

    private Done end(Asked visit) {
        long id = number(visit, "id");
        String reason = visit.field("reason");
        record(visit, "console.alarm-end", id, Map.of());
        of(alarms).end(id, visit.user().name(), reason);
        return Done.of(visit.texts().of("alarms.over"));
    }

    private Done silence(Asked visit) {
        long rule = fieldNumber(visit, "rule", 0);
        long minutes = fieldNumber(visit, "minutes", 60);
        String object = visit.field("object");
        String reason = visit.field("reason");
        record(
                visit,
                "console.alarm-silence",
                rule,
                Map.of("object", object, "minutes", Long.toString(minutes)));
        of(alarms).silence(rule, object, Duration.ofMinutes(minutes), visit.user().name(), reason);
        return Done.of(visit.texts().of("alarms.silenced"));
    }

    private Done endSilence(Asked visit) {
        long id = number(visit, "id");
        record(visit, "console.alarm-silence-end", id, Map.of());
        of(alarms).endSilence(id);
        return Done.of(visit.texts().of("alarms.unsilenced"));
    }

    private void record(Asked visit, String action, long id, Map<String, String> details) {
        trail.add(visit, action, Long.toString(id), details);
    }

    static Alarms of(Optional<Alarms> alarms) {
        return alarms.orElseThrow(() ->
                new RefusedException(
                        OutcomeCode.UNKNOWN_PATH,
                        "alarms: kept elsewhere (expected: an observatory of this system)"));
    }

    static long number(Asked visit, String part) {
        return parse(part, visit.part(part));
    }

    static long fieldNumber(Asked visit, String field, long otherwise) {
        String text = visit.field(field);
        return text.isEmpty() ? otherwise : parse(field, text);
    }

    private static long parse(String what, String text) {
        if (!text.matches("[0-9]{1,12}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, what + ": not a number (expected: 0 or more)");
        }
        return Long.parseLong(text);
    }
}
