package io.feiqian.console;

import io.feiqian.alarms.AlarmLine;
import io.feiqian.alarms.Alarms;
import io.feiqian.alarms.NoticeLine;
import io.feiqian.alarms.Rule;
import io.feiqian.alarms.Silence;
import io.feiqian.console.Role.Permission;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is raised, what was, who took it on, and who was told (B6.4-f). */
final class AlarmsPage implements Page {
    private static final String PATH = "/alarms";

    private final Optional<Alarms> alarms;
    private final Trail trail;
    private final Clock clock;

    AlarmsPage(Optional<Alarms> alarms, Trail trail, Clock clock) {
        this.alarms = alarms;
        this.trail = trail;
        this.clock = clock;
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
        return Permission.SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.SEE, visit -> visit.show("alarms", model(visit)));
        frame.post(PATH + "/{id}/acknowledge", Permission.ACT, this::acknowledge);
        frame.post(PATH + "/{id}/end", Permission.ACT, this::end);
        frame.post("/silences", Permission.ACT, this::silence);
        frame.post("/silences/{id}/end", Permission.ACT, this::endSilence);
        new AlarmRulesPage(alarms, trail).routes(frame);
    }

    private Model model(Visit visit) {
        int minutes = Math.clamp(visit.queryNumber("minutes", 1_440), 1, 10_080);
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

    private void acknowledge(Visit visit) {
        long id = number(visit, "id");
        String reason = visit.field("reason");
        record(visit, reason, "console.alarm-acknowledge", id, Map.of());
        of(alarms).acknowledge(id, visit.user().name(), reason);
        visit.goTo(PATH, visit.texts().of("alarms.taken"));
    }

    private void end(Visit visit) {
        long id = number(visit, "id");
        String reason = visit.field("reason");
        record(visit, reason, "console.alarm-end", id, Map.of());
        of(alarms).end(id, visit.user().name(), reason);
        visit.goTo(PATH, visit.texts().of("alarms.over"));
    }

    private void silence(Visit visit) {
        long rule = fieldNumber(visit, "rule", 0);
        long minutes = fieldNumber(visit, "minutes", 60);
        String object = visit.field("object");
        String reason = visit.field("reason");
        record(
                visit,
                reason,
                "console.alarm-silence",
                rule,
                Map.of("object", object, "minutes", Long.toString(minutes)));
        of(alarms).silence(rule, object, Duration.ofMinutes(minutes), visit.user().name(), reason);
        visit.goTo(PATH, visit.texts().of("alarms.silenced"));
    }

    private void endSilence(Visit visit) {
        long id = number(visit, "id");
        record(visit, visit.field("reason"), "console.alarm-silence-end", id, Map.of());
        of(alarms).endSilence(id);
        visit.goTo(PATH, visit.texts().of("alarms.unsilenced"));
    }

    private void record(
            Visit visit, String reason, String action, long id, Map<String, String> details) {
        trail.add(visit.user().name(), reason, action, Long.toString(id), details);
    }

    static Alarms of(Optional<Alarms> alarms) {
        return alarms.orElseThrow(() ->
                new RefusedException(
                        OutcomeCode.UNKNOWN_PATH,
                        "alarms: kept elsewhere (expected: an observatory of this system)"));
    }

    static long number(Visit visit, String part) {
        return parse(part, visit.part(part));
    }

    static long fieldNumber(Visit visit, String field, long otherwise) {
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
