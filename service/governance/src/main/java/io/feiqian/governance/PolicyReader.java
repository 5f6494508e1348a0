package io.feiqian.governance;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads a document of policies from JSON, strictly. */
final class PolicyReader {
    /** Where a fallback is for calls that failed, beside those that a policy refuses. */
    private static final String FAILURE = "failure";

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.ALLOW_COMMENTS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** Longer than any document that people write. */
    private static final int MOST_CHARS = 4 * 1024 * 1024;

    private static final Map<String, Function<Fields, Rule>> RULES = new LinkedHashMap<>();

    static {
        RULES.put("access", PolicyReader::access);
        RULES.put("schema", PolicyReader::schema);
        RULES.put("overload", PolicyReader::overload);
        RULES.put("degrade", PolicyReader::degrade);
        RULES.put("breaker", PolicyReader::breaker);
        RULES.put("rate", PolicyReader::rate);
        RULES.put("quota", PolicyReader::quota);
        RULES.put("concurrency", PolicyReader::concurrency);
        RULES.put("fault", PolicyReader::fault);
        RULES.put("route", PolicyReader::route);
        RULES.put("label", PolicyReader::label);
    }

    private PolicyReader() {}

    static PolicyDocument read(String json) {
        if (json.length() > MOST_CHARS) {
            throw new PolicyException(
                    "document: "
                            + json.length()
                            + " characters (expected: at most "
                            + MOST_CHARS
                            + ")");
        }
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException wrong) {
            throw new PolicyException(
                    "document: not JSON at line %d: %s (expected: one JSON object)"
                            .formatted(
                                    wrong.getLocation() == null
                                            ? 1
                                            : wrong.getLocation().getLineNr(),
                                    wrong.getOriginalMessage()));
        }
        return Fields.of(
                "",
                root,
                fields ->
                        new PolicyDocument(
                                positive(fields.whole("version", null)),
                                fields.list("policies", PolicyReader::policy)));
    }

    private static int positive(int version) {
        if (version < 1) {
            throw new IllegalArgumentException("version: " + version + " (expected: >= 1)");
        }
        return version;
    }

    private static Policy policy(Fields fields) {
        PolicyRef ref = new PolicyRef(fields.text("id", null), fields.whole("version", null));
        Set<Side> sides = sides(fields);
        String group = fields.text("group", "");
        Selector selector =
                fields.has("applies")
                        ? fields.object("applies", PolicyReader::selector)
                        : Selector.ALL;
        List<String> per = new ArrayList<>(fields.texts("per"));
        List<String> kinds = RULES.keySet().stream().filter(fields::has).toList();
        if (kinds.size() != 1) {
            throw new IllegalArgumentException(
                    "rules: "
                            + kinds
                            + " (expected: one of "
                            + String.join(", ", RULES.keySet())
                            + ")");
        }
        Function<Fields, Rule> reader = RULES.get(kinds.get(0));
        if (reader == null) {
            throw new IllegalStateException("a rule has its reader: " + kinds);
        }
        Rule rule = fields.object(kinds.get(0), reader);
        return new Policy(ref, sides, group, selector, per, rule);
    }

    private static Set<Side> sides(Fields fields) {
        String side = fields.text("side", null);
        if (side.equals("both")) {
            return Set.of(Side.CALLER, Side.PROVIDER);
        }
        return Arrays.stream(Side.values())
                .filter(each -> lower(each).equals(side))
                .findFirst()
                .map(Set::of)
                .orElseThrow(() -> fields.wrong("side", "caller, provider, both or gateway"));
    }

    static Selector selector(Fields fields) {
        return new Selector(
                fields.texts("service"),
                fields.texts("method"),
                fields.texts("caller"),
                fields.texts("tenant"),
                fields.texts("cell"),
                fields.choices("labels"),
                fields.choices("parameters"));
    }

    private static Rule access(Fields fields) {
        return new Rule.Access(
                fields.texts("allowCallers"),
                fields.texts("denyCallers"),
                fields.texts("allowTenants"),
                fields.texts("denyTenants"));
    }

    private static Rule schema(Fields fields) {
        return new Rule.Schema(
                fields.truth("check", null),
                fields.text("name", ""),
                fields.objects(
                        "fields",
                        each ->
                                new Rule.Field(
                                        each.truth("required", true),
                                        each.whole("mostChars", 256),
                                        each.text("pattern", ""))));
    }

    private static Rule overload(Fields fields) {
        return new Rule.Overload(fields.number("cpu", 0.0), fields.time("latency", Duration.ZERO));
    }

    private static Rule degrade(Fields fields) {
        Set<String> when = fields.texts("when");
        boolean always = when.equals(Set.of("always"));
        Set<Rule.Kind> kinds =
                always
                        ? Set.of()
                        : when.stream()
                                .filter(each -> !each.equals(FAILURE))
                                .map(each ->
                                        Arrays.stream(Rule.Kind.values())
                                                .filter(kind -> lower(kind).equals(each))
                                                .findFirst()
                                                .orElseThrow(() ->
                                                        fields.wrong(
                                                                "when",
                                                                "\"always\", \"failure\", or kinds of policies")))
                                .collect(Collectors.toSet());
        return new Rule.Degrade(
                always,
                kinds,
                when.contains(FAILURE),
                fields.object("instead", PolicyReader::fallback));
    }

    private static Fallback fallback(Fields fields) {
        return choose(
                fields,
                Map.of(
                        "answer", () -> new Fallback.Answer(fields.raw("answer").toString()),
                        "method", () -> new Fallback.Method(fields.text("method", null)),
                        "service", () -> new Fallback.Service(fields.text("service", null))));
    }

    private static Rule breaker(Fields fields) {
        return new Rule.Breaker(
                fields.number("failures", 0.0),
                fields.number("slow", 0.0),
                fields.time("slowAfter", Duration.ZERO),
                fields.time("window", Duration.ofSeconds(10)),
                fields.whole("minimumCalls", 20),
                fields.time("openFor", Duration.ofSeconds(5)),
                fields.whole("probes", 3));
    }

    private static Rule rate(Fields fields) {
        double perSecond = fields.number("perSecond", null);
        int burst = (int) Math.min(1_000_000, Math.max(1, Math.ceil(perSecond / 10)));
        return new Rule.Rate(perSecond, fields.whole("burst", burst), excess(fields));
    }

    private static Rule.Excess excess(Fields fields) {
        if (!fields.has("excess")) {
            return new Rule.Excess.Reject();
        }
        JsonNode value = fields.raw("excess");
        if (value.isObject()) {
            return fields.object(
                    "excess",
                    each ->
                            each.object(
                                    "queue",
                                    queue ->
                                            new Rule.Excess.Queue(
                                                    queue.whole("most", null),
                                                    queue.time("longest", null))));
        }
        return switch (value.asText()) {
            case "reject" -> new Rule.Excess.Reject();
            case "partial" -> new Rule.Excess.Partial();
            default -> throw fields.wrong("excess", "\"reject\", \"partial\" or {\"queue\": …}");
        };
    }

    private static Rule quota(Fields fields) {
        return new Rule.Quota(
                fields.text("name", null),
                fields.number("perSecond", null),
                fields.number("withoutLease", null),
                fields.time("lease", Duration.ofSeconds(10)));
    }

    private static Rule concurrency(Fields fields) {
        int most = fields.whole("most", null);
        if (!fields.has("adaptive")) {
            return new Rule.Concurrency(most, most, most);
        }
        return fields.object(
                "adaptive",
                each -> {
                    int least = each.whole("least", 1);
                    int first = each.whole("first", Math.max(least, Math.min(most, 20)));
                    return new Rule.Concurrency(least, first, most);
                });
    }

    private static Rule fault(Fields fields) {
        double percent = fields.number("percent", null);
        return new Rule.Fault(
                percent,
                choose(
                        fields,
                        Map.of(
                                "delay",
                                () -> new Rule.Injection.Delay(fields.time("delay", null)),
                                "error",
                                () -> new Rule.Injection.Refusal(code(fields)),
                                "abort",
                                () -> abort(fields))));
    }

    private static Rule.Injection abort(Fields fields) {
        if (!fields.truth("abort", null)) {
            throw fields.wrong("abort", "true");
        }
        return new Rule.Injection.Abort();
    }

    private static OutcomeCode code(Fields fields) {
        String name = fields.text("error", null);
        return Arrays.stream(OutcomeCode.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> fields.wrong("error", "a code such as OVERLOADED"));
    }

    private static Rule route(Fields fields) {
        List<Map<String, String>> shield = fields.list("shield", PolicyReader::freeLabels);
        return new Rule.Route(
                shield, fields.list("rules", PolicyReader::branch), fields.labels("base"));
    }

    /** An object of which every field is a label. */
    private static Map<String, String> freeLabels(Fields fields) {
        return fields.labels();
    }

    private static Rule label(Fields fields) {
        return new LabelRule(
                fields.text("name", null),
                fields.text("value", null),
                fields.list(
                        "rules",
                        each ->
                                new LabelRule.Share(
                                        when(each),
                                        each.number("percent", 100.0),
                                        List.copyOf(each.texts("of")))));
    }

    /** What is said of a call beside its service and method. */
    private static Selector when(Fields fields) {
        return new Selector(
                Set.of(),
                Set.of(),
                fields.texts("caller"),
                fields.texts("tenant"),
                fields.texts("cell"),
                fields.choices("labels"),
                fields.choices("parameters"));
    }

    private static RouteBranch branch(Fields fields) {
        return new RouteBranch(
                when(fields),
                fields.number("percent", 100.0),
                fields.text("of", "customer"),
                choose(
                        fields,
                        Map.of(
                                "to",
                                () -> List.of(new RouteBranch.Way(1, fields.labels("to"))),
                                "weights",
                                () ->
                                        fields.list(
                                                "weights",
                                                each ->
                                                        new RouteBranch.Way(
                                                                each.whole("weight", null),
                                                                each.labels("to"))))));
    }

    /** Exactly one of several fields. */
    private static <T> T choose(
            Fields fields, Map<String, java.util.function.Supplier<? extends T>> ways) {
        List<String> given = ways.keySet().stream().filter(fields::has).sorted().toList();
        if (given.size() != 1) {
            throw new IllegalArgumentException(
                    given
                            + " (expected: one of "
                            + ways.keySet().stream().sorted().collect(Collectors.joining(", "))
                            + ")");
        }
        java.util.function.Supplier<? extends T> way = ways.get(given.get(0));
        if (way == null) {
            throw new IllegalStateException("a way that was found: " + given);
        }
        return way.get();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
