package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.runtime.Backoff;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads one definition in JSON. The first flaw of the form ends it; a definition that has its form
 * is then checked as a whole. Uses of blocks are replaced by the steps of the block.
 */
final class DefinitionReader {
    private static final Set<String> KINDS =
            Set.of("assign", "branch", "call", "catch", "loop", "parallel", "use");

    private final Map<String, JsonNode> blocks = new HashMap<>();

    /** The blocks that are being replaced, outermost first. */
    private final Deque<String> inUse = new ArrayDeque<>();

    private int count;

    Definition read(String text) {
        JsonNode root = json(text);
        Members all = new Members("definition", root);
        if (all.has("blocks")) {
            JsonNode named = all.object("blocks");
            named.properties().forEach(each -> blocks.put(each.getKey(), each.getValue()));
        }
        String name = all.text("name");
        int version = all.number("version");
        List<String> inputs = all.has("inputs") ? all.texts("inputs") : List.of();
        List<Step> steps = steps("steps", all.list("steps"), 1);
        all.end();
        return new Definition(name, version, inputs, steps);
    }

    private static JsonNode json(String text) {
        try {
            return Json.read(text, Definition.LONGEST);
        } catch (RefusedException refused) {
            Flaw.Code code =
                    refused.code() != OutcomeCode.BODY_TOO_LARGE
                            ? Flaw.Code.MALFORMED
                            : text.length() > Definition.LONGEST
                                    ? Flaw.Code.TOO_LARGE
                                    : Flaw.Code.TOO_DEEP;
            throw DefinitionException.of(code, "definition", String.valueOf(refused.getMessage()));
        }
    }

    private List<Step> steps(String place, JsonNode list, int depth) {
        if (depth > Definition.DEEPEST) {
            throw DefinitionException.of(
                    Flaw.Code.TOO_DEEP,
                    place,
                    "depth: %d (expected: at most %d)".formatted(depth, Definition.DEEPEST));
        }
        List<Step> all = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            read("%s[%d]".formatted(place, i), list.get(i), depth, all);
        }
        return all;
    }

    private void read(String place, JsonNode node, int depth, List<Step> into) {
        if (++count > Definition.MOST_STEPS) {
            throw DefinitionException.of(
                    Flaw.Code.TOO_LARGE,
                    place,
                    "steps: more than %d, blocks replaced (expected: at most so many)"
                            .formatted(Definition.MOST_STEPS));
        }
        Members all = new Members(place, node);
        String kind = kind(place, all);
        String name = all.text(kind);
        Members named = new Members(name, node);
        switch (kind) {
            case "assign" ->
                    into.add(Step.assign(name, named.text("variable"), named.text("value")));
            case "call" -> into.add(call(name, named));
            case "branch" -> into.add(branch(name, named, depth));
            case "loop" -> into.add(loop(name, named, depth));
            case "parallel" -> into.add(parallel(name, named, depth));
            case "catch" -> into.add(caught(name, named, depth));
            default -> use(name, named, depth, into);
        }
        named.text(kind);
        named.end();
    }

    private static String kind(String place, Members all) {
        List<String> found = KINDS.stream().filter(all::has).sorted().toList();
        if (found.size() != 1) {
            throw DefinitionException.of(
                    Flaw.Code.UNKNOWN_STEP,
                    place,
                    "step: %s (expected: one of %s)"
                            .formatted(
                                    found.isEmpty() ? "of no known kind" : "of kinds " + found,
                                    new TreeSet<>(KINDS)));
        }
        return found.get(0);
    }

    private Step call(String name, Members all) {
        Step.Call call = Step.call(name, all.text("service"));
        if (all.has("input")) {
            call = call.input(all.text("input"));
        }
        if (all.has("output")) {
            call = call.output(all.text("output"));
        }
        List<Step.Call> undone = new ArrayList<>();
        if (all.has("reverse")) {
            undone.add(call.reverse(all.name("reverse")));
        }
        if (all.has("readOnly") && all.truth("readOnly")) {
            undone.add(call.readOnly());
        }
        if (all.has("pointOfNoReturn") && all.truth("pointOfNoReturn")) {
            undone.add(call.pointOfNoReturn());
        }
        if (undone.size() > 1) {
            throw all.wrong("reverse", "at most one of reverse, readOnly and pointOfNoReturn");
        }
        Step.Call chosen = undone.isEmpty() ? call : undone.get(0);
        return chosen.retry(before -> retry(before, all));
    }

    private static Retry retry(Retry before, Members all) {
        try {
            Duration first = all.length("pause").orElse(before.pauses().first());
            Duration most = all.length("longestPause").orElse(before.pauses().most());
            return new Retry(
                    all.length("timeout").orElse(before.timeout()),
                    new Backoff(first, most),
                    all.has("tries") ? all.number("tries") : before.tries(),
                    all.has("giveUpAfter") ? all.number("giveUpAfter") : before.giveUpAfter(),
                    all.has("forward") ? all.truth("forward") : before.forward());
        } catch (IllegalArgumentException wrong) {
            throw DefinitionException.of(
                    Flaw.Code.MALFORMED, all.place(), String.valueOf(wrong.getMessage()));
        }
    }

    private Step branch(String name, Members all, int depth) {
        Step.Branch branch = Step.branch(name);
        JsonNode cases = all.list("cases");
        for (int i = 0; i < cases.size(); i++) {
            Members one = new Members("%s.cases[%d]".formatted(name, i), cases.get(i));
            String when = one.text("when");
            List<Step> steps = steps(one.place() + ".steps", one.list("steps"), depth + 1);
            one.end();
            branch = branch.when(when, steps.toArray(Step[]::new));
        }
        if (all.has("otherwise")) {
            List<Step> steps = steps(name + ".otherwise", all.list("otherwise"), depth + 1);
            branch = branch.otherwise(steps.toArray(Step[]::new));
        }
        return branch;
    }

    private Step loop(String name, Members all, int depth) {
        if (!all.has("most")) {
            throw DefinitionException.of(
                    Flaw.Code.NEVER_ENDING,
                    name + ".most",
                    "loop: without a bound (expected: most, 1 to %d)"
                            .formatted(Definition.MOST_ITERATIONS));
        }
        return Step.loop(
                name,
                all.text("while"),
                all.number("most"),
                all.text("index"),
                steps(name + ".steps", all.list("steps"), depth + 1).toArray(Step[]::new));
    }

    private Step parallel(String name, Members all, int depth) {
        Step.Parallel parallel = Step.parallel(name);
        JsonNode branches = all.list("branches");
        for (int i = 0; i < branches.size(); i++) {
            String place = "%s.branches[%d]".formatted(name, i);
            if (!branches.get(i).isArray()) {
                throw DefinitionException.of(
                        Flaw.Code.MALFORMED, place, "branch: no list (expected: a list of steps)");
            }
            parallel =
                    parallel.branch(steps(place, branches.get(i), depth + 1).toArray(Step[]::new));
        }
        return parallel;
    }

    private Step caught(String name, Members all, int depth) {
        Step.Catch caught =
                Step.attempt(
                        name,
                        steps(name + ".steps", all.list("steps"), depth + 1).toArray(Step[]::new));
        JsonNode handlers = all.list("handlers");
        for (int i = 0; i < handlers.size(); i++) {
            Members one = new Members("%s.handlers[%d]".formatted(name, i), handlers.get(i));
            Set<String> codes =
                    one.has("codes") ? new HashSet<>(one.texts("codes")) : Set.<String>of();
            String error = one.text("error");
            List<Step> steps = steps(one.place() + ".steps", one.list("steps"), depth + 1);
            one.end();
            caught = caught.on(codes, error, steps.toArray(Step[]::new));
        }
        return caught;
    }

    private void use(String name, Members all, int depth, List<Step> into) {
        String block = all.text("block");
        JsonNode steps = blocks.get(block);
        if (steps == null || !steps.isArray()) {
            throw DefinitionException.of(
                    Flaw.Code.UNKNOWN_STEP,
                    name + ".block",
                    "block: %s (expected: one of %s)"
                            .formatted(Texts.shown(block), new TreeSet<>(blocks.keySet())));
        }
        if (inUse.contains(block)) {
            throw DefinitionException.of(
                    Flaw.Code.CYCLE,
                    name + ".block",
                    "block: %s uses itself, by way of %s (expected: blocks without a cycle)"
                            .formatted(Texts.shown(block), inUse));
        }
        inUse.addLast(block);
        into.addAll(Step.block(name, steps("blocks." + block, steps, depth)));
        inUse.removeLast();
    }

    /** The members of one object; each may be asked for, and none may be left over. */
    private static final class Members {
        private final String place;
        private final JsonNode node;
        private final Set<String> seen = new HashSet<>();

        Members(String place, JsonNode node) {
            if (!node.isObject()) {
                throw DefinitionException.of(
                        Flaw.Code.MALFORMED, place, "value: no object (expected: an object)");
            }
            this.place = place;
            this.node = node;
        }

        String place() {
            return place;
        }

        boolean has(String name) {
            return node.has(name);
        }

        String text(String name) {
            JsonNode value = get(name);
            if (!value.isTextual()) {
                throw wrong(name, "a text");
            }
            return value.textValue();
        }

        String name(String name) {
            String text = text(name);
            if (text.isEmpty()) {
                throw wrong(name, "a name");
            }
            return text;
        }

        int number(String name) {
            JsonNode value = get(name);
            if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                throw wrong(name, "a whole number");
            }
            return value.intValue();
        }

        boolean truth(String name) {
            JsonNode value = get(name);
            if (!value.isBoolean()) {
                throw wrong(name, "true or false");
            }
            return value.booleanValue();
        }

        Optional<Duration> length(String name) {
            if (!has(name)) {
                return Optional.empty();
            }
            try {
                return Optional.of(Duration.parse(text(name)));
            } catch (DateTimeParseException wrong) {
                throw wrong(name, "a duration such as PT0.5S");
            }
        }

        JsonNode list(String name) {
            JsonNode value = get(name);
            if (!value.isArray()) {
                throw wrong(name, "a list");
            }
            return value;
        }

        JsonNode object(String name) {
            JsonNode value = get(name);
            if (!value.isObject()) {
                throw wrong(name, "an object");
            }
            return value;
        }

        List<String> texts(String name) {
            List<String> all = new ArrayList<>();
            for (JsonNode each : list(name)) {
                if (!each.isTextual()) {
                    throw wrong(name, "a list of texts");
                }
                all.add(each.textValue());
            }
            return all;
        }

        /** Refuses a member that nobody asked for: a misspelt one would be ignored. */
        void end() {
            node.fieldNames()
                    .forEachRemaining(name -> {
                        if (!seen.contains(name)) {
                            throw DefinitionException.of(
                                    Flaw.Code.MALFORMED,
                                    place,
                                    "member: %s (expected: one of %s)"
                                            .formatted(Texts.shown(name), new TreeSet<>(seen)));
                        }
                    });
        }

        private JsonNode get(String name) {
            seen.add(name);
            JsonNode value = node.get(name);
            if (value == null) {
                throw DefinitionException.of(
                        Flaw.Code.MALFORMED,
                        place,
                        "member: no %s (expected: it is there)".formatted(name));
            }
            return value;
        }

        DefinitionException wrong(String name, String expected) {
            return DefinitionException.of(
                    Flaw.Code.MALFORMED,
                    place + "." + name,
                    "%s: %s (expected: %s)"
                            .formatted(
                                    name, Texts.shown(String.valueOf(node.get(name))), expected));
        }
    }
}
