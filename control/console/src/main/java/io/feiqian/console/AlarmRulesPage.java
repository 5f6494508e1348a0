package io.feiqian.console;

import io.feiqian.alarms.Alarms;
import io.feiqian.alarms.ChannelLine;
import io.feiqian.alarms.Rule;
import io.feiqian.alarms.Signal;
import io.feiqian.alarms.channels.ChannelConfig;
import io.feiqian.alarms.channels.Mail;
import io.feiqian.alarms.channels.Sms;
import io.feiqian.alarms.channels.Webhook;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules and channels of alarms; whoever changes them does not act on transactions. */
final class AlarmRulesPage {
    private static final String PATH = "/alarms/rules";
    private static final String CHANNELS = "/alarms/channels";

    private final Optional<Alarms> alarms;
    private final Trail trail;

    AlarmRulesPage(Optional<Alarms> alarms, Trail trail) {
        this.alarms = alarms;
        this.trail = trail;
    }

    /**
     * What the page shows.
     *
     * @param edited the rule that is being changed; empty for a new one
     */
    public record Model(List<Rule> rules, List<ChannelLine> channels, Optional<Rule> edited) {
        /** Copies the lists. */
        public Model {
            rules = List.copyOf(rules);
            channels = List.copyOf(channels);
        }

        /** The names of a rule's channels. */
        public String channelsOf(Rule rule) {
            return String.join(
                    ", ",
                    channels.stream()
                            .filter(each -> rule.channels().contains(each.id()))
                            .map(ChannelLine::name)
                            .toList());
        }
    }

    void routes(Frame frame) {
        frame.get(PATH, Permission.ALARMS_SEE, visit -> visit.show("alarmrules", model(visit)));
        frame.post(
                PATH, Permission.ALARMS_MANAGE, visit -> visit.goTo(PATH, save(visit).message()));
        frame.post(CHANNELS, Permission.ALARMS_MANAGE, this::addChannel);
        frame.post(CHANNELS + "/{id}/{change}", Permission.ALARMS_MANAGE, this::changeChannel);
    }

    private Model model(Visit visit) {
        Alarms it = AlarmsPage.of(alarms);
        List<Rule> rules = it.rules();
        long edited = visit.queryNumber("edit", 0);
        return new Model(
                rules,
                it.channels(),
                rules.stream().filter(each -> each.id() == edited).findFirst());
    }

    List<Route> api() {
        return List.of(
                Route.get(
                        "/alarm-rules",
                        Permission.ALARMS_SEE,
                        "Every rule.",
                        Rules.class,
                        _ -> new Rules(AlarmsPage.of(alarms).rules())),
                Route.get(
                        "/alarm-channels",
                        Permission.ALARMS_SEE,
                        "Every channel, without secrets.",
                        Channels.class,
                        _ -> new Channels(AlarmsPage.of(alarms).channels())),
                Route.post(
                                "/alarm-rules",
                                Permission.ALARMS_MANAGE,
                                "Adds a rule, or replaces the one of this number.",
                                Saved.class,
                                this::save)
                        .optional("id", Route.Type.INTEGER, "the rule that is replaced")
                        .field("name", Route.Type.TEXT, "what it is called")
                        .field("enabled", Route.Type.BOOLEAN, "whether it is looked at")
                        .field("severity", Route.Type.TEXT, "NOTICE, WARNING or CRITICAL")
                        .field("kind", Route.Type.TEXT, "METRIC, LOGS, CALLS or EVENTS")
                        .optional("subject", Route.Type.TEXT, "what of that kind")
                        .optional("filter", Route.Type.TEXT, "which of these")
                        .optional("node", Route.Type.TEXT, "a role, a cell or a process")
                        .field("test", Route.Type.TEXT, "ABOVE, BELOW, RATE_ABOVE or ABSENT")
                        .field("bound", Route.Type.NUMBER, "what the value is compared with")
                        .optional("window", Route.Type.INTEGER, "how far back it looks, seconds")
                        .optional("lasting", Route.Type.INTEGER, "how long it must be so, seconds")
                        .optional(
                                "channel",
                                Route.Type.INTEGERS,
                                "the numbers of those that are told"));
    }

    /** Rules for programs. */
    record Rules(List<Rule> rules) {}

    /** Channels for programs. */
    record Channels(List<ChannelLine> channels) {}

    /** A rule that was added or replaced: its number, and the same for people. */
    record Saved(long id, String message) {}

    private Saved save(Asked visit) {
        Rule rule =
                new Rule(
                        AlarmsPage.fieldNumber(visit, "id", 0),
                        visit.field("name"),
                        !visit.field("enabled").isEmpty(),
                        one(Severity.values(), "severity", visit.field("severity")),
                        new Signal(
                                one(Signal.Kind.values(), "kind", visit.field("kind")),
                                visit.field("subject"),
                                visit.field("filter"),
                                visit.field("node")),
                        one(Rule.Test.values(), "test", visit.field("test")),
                        decimal(visit.field("bound")),
                        Duration.ofSeconds(AlarmsPage.fieldNumber(visit, "window", 60)),
                        Duration.ofSeconds(AlarmsPage.fieldNumber(visit, "lasting", 0)),
                        numbers(visit.fields("channel")));
        trail.add(
                visit,
                "console.alarm-rule",
                rule.name(),
                Map.of(
                        "enabled",
                        Boolean.toString(rule.enabled()),
                        "signal",
                        rule.signal().toString(),
                        "test",
                        rule.test() + " " + rule.bound()));
        long id = AlarmsPage.of(alarms).save(rule, visit.user().name());
        return new Saved(id, visit.texts().of("rules.saved", rule.name()));
    }

    private void addChannel(Visit visit) {
        String name = visit.field("name");
        ChannelConfig config = config(visit);
        trail.add(visit, "console.alarm-channel-add", name, Map.of("channel", config.describe()));
        var _ = AlarmsPage.of(alarms).addChannel(name, config, visit.user().name());
        visit.goTo(PATH, visit.texts().of("channels.added", name));
    }

    private static ChannelConfig config(Visit visit) {
        return switch (visit.field("type")) {
            case "MAIL" ->
                    new Mail(
                            visit.field("host"),
                            (int) AlarmsPage.fieldNumber(visit, "port", 587),
                            one(Mail.Security.values(), "security", visit.field("security")),
                            visit.field("user"),
                            visit.field("password"),
                            visit.field("from"),
                            words(visit.field("to")));
            case "WEBHOOK" ->
                    new Webhook(
                            uri(visit.field("url")),
                            one(Webhook.Format.values(), "format", visit.field("format")),
                            visit.field("secret"));
            case "SMS" -> new Sms(visit.field("gateway"), words(visit.field("numbers")));
            default ->
                    throw new RefusedException(
                            OutcomeCode.INVALID_TEXT,
                            "channel: unknown (expected: MAIL, WEBHOOK or SMS)");
        };
    }

    private void changeChannel(Visit visit) {
        long id = AlarmsPage.number(visit, "id");
        String change = visit.part("change");
        String user = visit.user().name();
        if (!List.of("on", "off", "test").contains(change)) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_PATH, "change: unknown (expected: on, off or test)");
        }
        trail.add(visit, "console.alarm-channel-" + change, Long.toString(id), Map.of());
        if (change.equals("test")) {
            Optional<String> failure = AlarmsPage.of(alarms).test(id, user);
            visit.goTo(
                    PATH,
                    failure.map(why -> visit.texts().of("channels.untested", why))
                            .orElseGet(() -> visit.texts().of("channels.tested")));
            return;
        }
        AlarmsPage.of(alarms).enableChannel(id, change.equals("on"), user);
        visit.goTo(PATH, visit.texts().of("channels.changed"));
    }

    private static <E extends Enum<E>> E one(E[] values, String what, String name) {
        return Arrays.stream(values)
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.INVALID_TEXT,
                                "%s: unknown (expected: one of %s)"
                                        .formatted(what, Arrays.toString(values))));
    }

    private static double decimal(String text) {
        if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,6})?")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "bound: not a number (expected: such as 0.5)");
        }
        return Double.parseDouble(text);
    }

    private static List<Long> numbers(List<String> texts) {
        return texts.stream()
                .map(each -> {
                    if (!each.matches("[0-9]{1,12}")) {
                        throw new RefusedException(
                                OutcomeCode.INVALID_TEXT,
                                "channel: unknown (expected: one of the list)");
                    }
                    return Long.parseLong(each);
                })
                .toList();
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("[,;\\s]+")).filter(each -> !each.isEmpty()).toList();
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (java.net.URISyntaxException wrong) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "url: unreadable (expected: such as https://…)");
        }
    }
}
