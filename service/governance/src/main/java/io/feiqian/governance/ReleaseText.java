package io.feiqian.governance;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.Release.Served;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The document of releases as text: read strictly, and changed entry by entry. */
public final class ReleaseText {
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.ALLOW_COMMENTS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final String STATE = "state";
    private static final String RELEASES = "releases";
    private static final Duration LONGEST_STEP = Duration.ofDays(7);

    private ReleaseText() {}

    static ReleaseDocument read(String json) {
        JsonNode root = tree(json);
        return Fields.of(
                "",
                root,
                fields -> new ReleaseDocument(fields.list(RELEASES, ReleaseText::release)));
    }

    /**
     * The document with one more release, in its first step.
     *
     * @param plan the release as operators write it
     * @throws PolicyException where the plan is none, or there is one of its name
     */
    public static String begun(String document, String plan) {
        ObjectNode root = object(document);
        ObjectNode release = object(plan);
        if (release.has(STATE)) {
            throw new PolicyException("state: there (expected: a plan without a state)");
        }
        root.withArray(RELEASES).add(release);
        release.set(STATE, state(Phase.RUNNING, 0, "begun", Optional.empty()));
        return checked(root);
    }

    /**
     * The document with a release in another state.
     *
     * @throws PolicyException where there is no release of this name
     */
    public static String moved(String document, String id, Release to) {
        ObjectNode root = object(document);
        entry(root, id).set(STATE, state(to.phase(), to.step(), to.why(), to.lastOfA()));
        return checked(root);
    }

    /**
     * The document with a release in another phase, as an operator says.
     *
     * @throws PolicyException where there is no release of this name, or it is over
     */
    public static String moved(String document, String id, Phase phase, String why) {
        ObjectNode root = object(document);
        GrayRelease now =
                read(document).find(id).orElseThrow(() -> new PolicyException(unknown(id)));
        boolean over = phase == Phase.ROLLED_BACK ? now.phase() == phase : !now.isUnderWay();
        if (over) {
            throw new PolicyException(
                    "%s: %s (expected: a release under way)".formatted(id, lower(now.phase())));
        }
        entry(root, id).set(STATE, state(phase, now.step(), why, now.ofA()));
        return checked(root);
    }

    /**
     * The document without a release that is over.
     *
     * @throws PolicyException where there is no release of this name, or it is under way
     */
    public static String without(String document, String id) {
        ObjectNode root = object(document);
        GrayRelease now =
                read(document).find(id).orElseThrow(() -> new PolicyException(unknown(id)));
        if (now.isUnderWay()) {
            throw new PolicyException(
                    "%s: %s (expected: complete or rolled back)".formatted(id, lower(now.phase())));
        }
        ArrayNode all = root.withArray(RELEASES);
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).path("id").asText().equals(id)) {
                all.remove(i);
            }
        }
        return checked(root);
    }

    private static GrayRelease release(Fields fields) {
        Map<String, String> to = fields.labels("to");
        if (to.size() != 1) {
            throw new IllegalArgumentException(
                    "to: " + to + " (expected: one label, such as {\"version\": \"b\"})");
        }
        Map.Entry<String, String> label = to.entrySet().iterator().next();
        Release.Plan plan =
                new Release.Plan(
                        steps(fields),
                        observe(fields),
                        fields.whole("minimumCalls", 100),
                        fields.number("moreFailures", 0.01),
                        fields.number("slower", 1.5));
        Selector applies =
                fields.has("applies")
                        ? fields.object("applies", PolicyReader::selector)
                        : Selector.ALL;
        State state = fields.object(STATE, State::read);
        return new GrayRelease(
                fields.text("id", null),
                fields.texts("service"),
                label.getKey(),
                label.getValue(),
                applies,
                List.copyOf(fields.texts("of")),
                plan,
                state.phase,
                state.step,
                state.why,
                state.ofA);
    }

    private record State(Phase phase, int step, String why, Optional<Served> ofA) {
        static State read(Fields fields) {
            String phase = fields.text("phase", null);
            return new State(
                    Arrays.stream(Phase.values())
                            .filter(each -> lower(each).equals(phase))
                            .findFirst()
                            .orElseThrow(() ->
                                    fields.wrong(
                                            "phase", "running, paused, rolled_back or complete")),
                    fields.whole("step", null),
                    fields.text("why", ""),
                    fields.has("ofA")
                            ? Optional.of(fields.object("ofA", ReleaseText::served))
                            : Optional.empty());
        }
    }

    private static Served served(Fields fields) {
        return new Served(
                (long) fields.number("calls", null),
                (long) fields.number("failed", null),
                (long) fields.number("nanos", null));
    }

    private static List<Double> steps(Fields fields) {
        List<Double> steps = new ArrayList<>();
        for (JsonNode each : fields.raw("steps")) {
            if (!each.isNumber()) {
                throw fields.wrong("steps", "percentages, such as [5, 25, 100]");
            }
            steps.add(each.doubleValue());
        }
        return steps;
    }

    private static Duration observe(Fields fields) {
        Duration observe = fields.time("observe", null);
        if (observe.compareTo(LONGEST_STEP) > 0) {
            throw fields.wrong("observe", "at most 168h");
        }
        return observe;
    }

    private static ObjectNode state(Phase phase, int step, String why, Optional<Served> ofA) {
        ObjectNode state = JSON.createObjectNode();
        state.put("phase", lower(phase)).put("step", step).put("why", why);
        ofA.ifPresent(each ->
                state.putObject("ofA")
                        .put("calls", each.calls())
                        .put("failed", each.failed())
                        .put("nanos", each.nanos()));
        return state;
    }

    private static ObjectNode entry(ObjectNode root, String id) {
        for (JsonNode each : root.withArray(RELEASES)) {
            if (each instanceof ObjectNode entry && entry.path("id").asText().equals(id)) {
                return entry;
            }
        }
        throw new PolicyException(unknown(id));
    }

    private static String unknown(String id) {
        return "release: " + id + " (expected: one of the document)";
    }

    private static String checked(ObjectNode root) {
        String text = root.toPrettyString();
        ReleaseDocument unused = read(text);
        return text;
    }

    private static ObjectNode object(String json) {
        if (tree(json.isBlank() ? "{}" : json) instanceof ObjectNode object) {
            return object;
        }
        throw new PolicyException("document: no object (expected: one JSON object)");
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException wrong) {
            throw new PolicyException(
                    "document: not JSON at line %d: %s (expected: one JSON object)"
                            .formatted(
                                    wrong.getLocation() == null
                                            ? 1
                                            : wrong.getLocation().getLineNr(),
                                    wrong.getOriginalMessage()));
        }
    }

    private static String lower(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }
}
