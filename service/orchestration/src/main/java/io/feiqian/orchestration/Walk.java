package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.orchestration.spi.StepCall.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One walk through a definition, from its beginning, along what is on record. It finds what is to
 * be called next, or that everything is done, or why it failed. The same input and the same records
 * lead the same way, so that an instance which takes up another's work finds the same place and the
 * same sub-numbers (saga-steps). For one use.
 */
final class Walk {
    /** How many steps one walk may take, iterations counted. */
    static final int LONGEST = 50_000;

    /** How many characters a variable or an input may have in JSON. */
    static final int LARGEST_VALUE = 65_536;

    /** How a part of the walk ended. */
    enum End {
        /** At its end. */
        DONE,
        /** Where something is to be asked. */
        WAITS,
        /** At a failure. */
        FAILED
    }

    /** A call that the walk came to, with what it is given. */
    record Visit(Step.Call call, JsonNode input) {}

    /** A call or a reversal to be asked for. */
    record Pending(Ask ask, Visit visit) {
        boolean isForward() {
            return ask.direction() == Direction.FORWARD;
        }

        boolean isFinal() {
            return isForward() && visit.call().undo().isFinal();
        }
    }

    private final Definition definition;
    private final OrchestrationState state;
    private final Map<StepNumber, Visit> visits = new LinkedHashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<Pending> abandoned = new ArrayList<>();
    private final boolean beyondReturn;
    private final Map<String, JsonNode> variables;
    private Failure failure = new Failure("", "", "");
    private int steps;

    private Walk(Definition definition, OrchestrationState state) {
        this.definition = definition;
        this.state = state;
        this.beyondReturn = state.records().values().stream().anyMatch(this::isFinal);
        this.variables = new HashMap<>();
        state.input().properties().forEach(each -> variables.put(each.getKey(), each.getValue()));
    }

    /** A walk, and how it ended. */
    record Result(Walk walk, End end) {}

    static Result through(Definition definition, OrchestrationState state) {
        Walk walk = new Walk(definition, state);
        return new Result(walk, walk.steps(definition.steps(), walk.variables, List.of()));
    }

    /** What is to be asked now. */
    List<Pending> pending() {
        return pending;
    }

    /** Calls that may be under way beside one that failed; they have to go on record as such. */
    List<Pending> abandoned() {
        return abandoned;
    }

    /** Whether an effect is there that cannot be undone. */
    boolean isBeyondReturn() {
        return beyondReturn;
    }

    /** Why it failed, where it did. */
    Failure failure() {
        return failure;
    }

    /** The values of variables where the walk ended. */
    Map<String, JsonNode> variables() {
        return variables;
    }

    /** What owes a reversal, newest first. */
    List<Pending> owed() {
        return owedOf(new ArrayList<>(visits.keySet()));
    }

    private boolean isFinal(StepRecord record) {
        boolean there =
                record.standing() == StepStanding.DONE
                        || record.standing() == StepStanding.UNUSABLE;
        return there
                && definition.call(record.number().step()).stream()
                        .anyMatch(call -> call.undo().isFinal());
    }

    private List<Pending> owedOf(List<StepNumber> places) {
        return places.stream()
                .map(state.records()::get)
                .filter(each -> each != null && each.owesReversal(visit(each).call()))
                .sorted(Comparator.comparingInt(StepRecord::order).reversed())
                .map(each -> new Pending(new Ask(each.number(), Direction.REVERSE), visit(each)))
                .toList();
    }

    private Visit visit(StepRecord record) {
        Visit visit = visits.get(record.number().place());
        if (visit == null) {
            throw new IllegalStateException(
                    "step: %s on record of %s (expected: on the way)"
                            .formatted(record.number(), definition));
        }
        return visit;
    }

    private End steps(List<Step> all, Map<String, JsonNode> variables, List<Integer> iterations) {
        for (Step each : all) {
            if (++steps > LONGEST) {
                return failed(
                        Failure.TOO_MANY_STEPS,
                        "steps: more than %d (expected: at most so many)".formatted(LONGEST),
                        each);
            }
            End end = step(each, variables, iterations);
            if (end != End.DONE) {
                return end;
            }
        }
        return End.DONE;
    }

    private End step(Step step, Map<String, JsonNode> variables, List<Integer> iterations) {
        try {
            if (step instanceof Step.Assign assign) {
                return assign(assign, variables);
            }
            if (step instanceof Step.Call call) {
                return call(call, variables, iterations);
            }
            if (step instanceof Step.Branch branch) {
                for (Step.Case each : branch.cases()) {
                    if (each.when().holds(variables)) {
                        return steps(each.steps(), variables, iterations);
                    }
                }
                return steps(branch.otherwise(), variables, iterations);
            }
            if (step instanceof Step.Loop loop) {
                return loop(loop, variables, iterations);
            }
            if (step instanceof Step.Parallel parallel) {
                return parallel(parallel, variables, iterations);
            }
            return caught((Step.Catch) step, variables, iterations);
        } catch (ExpressionFault fault) {
            return failed(Failure.EXPRESSION_FAULT, String.valueOf(fault.getMessage()), step);
        }
    }

    private End assign(Step.Assign assign, Map<String, JsonNode> variables) {
        JsonNode value = assign.value().value(variables);
        if (!Json.isWithin(value, LARGEST_VALUE)) {
            return tooLarge(assign);
        }
        variables.put(assign.variable(), value);
        return End.DONE;
    }

    private End call(Step.Call call, Map<String, JsonNode> variables, List<Integer> iterations) {
        StepNumber place = new StepNumber(definition.version(), call.name(), iterations, 1);
        JsonNode input =
                call.input().map(each -> each.value(variables)).orElseGet(() -> inputs(variables));
        if (!Json.isWithin(input, LARGEST_VALUE)) {
            return tooLarge(call);
        }
        Visit visit = new Visit(call, input);
        visits.put(place, visit);
        StepRecord record = state.records().get(place);
        if (record == null || record.standing() == StepStanding.OPEN) {
            StepNumber number = record == null ? place : record.number();
            pending.add(new Pending(new Ask(number, Direction.FORWARD), visit));
            return End.WAITS;
        }
        if (record.standing() != StepStanding.DONE) {
            return failed(record.code(), record.message(), call);
        }
        call.output()
                .ifPresent(name ->
                        variables.put(
                                name,
                                record.output()
                                        .map(text -> Json.read(text, Integer.MAX_VALUE))
                                        .orElse(Json.NODES.nullNode())));
        return End.DONE;
    }

    private JsonNode inputs(Map<String, JsonNode> variables) {
        ObjectNode all = Json.NODES.objectNode();
        for (String each : definition.inputs()) {
            all.set(each, variables.getOrDefault(each, Json.NODES.nullNode()));
        }
        return all;
    }

    private End loop(Step.Loop loop, Map<String, JsonNode> variables, List<Integer> iterations) {
        for (int i = 0; ; i++) {
            variables.put(loop.index(), Json.NODES.numberNode(i));
            if (!loop.condition().holds(variables)) {
                return End.DONE;
            }
            if (i == loop.most() || ++steps > LONGEST) {
                return failed(
                        Failure.LOOP_LIMIT,
                        "loop: still going on after %d iterations (expected: at most %d)"
                                .formatted(i, loop.most()),
                        loop);
            }
            List<Integer> inside = new ArrayList<>(iterations);
            inside.add(i);
            End end = steps(loop.steps(), variables, inside);
            if (end != End.DONE) {
                return end;
            }
        }
    }

    private End parallel(
            Step.Parallel parallel, Map<String, JsonNode> variables, List<Integer> iterations) {
        int before = pending.size();
        Optional<Failure> first = Optional.empty();
        boolean waits = false;
        Map<String, JsonNode> after = new HashMap<>(variables);
        for (List<Step> each : parallel.branches()) {
            Map<String, JsonNode> own = new HashMap<>(variables);
            End end = steps(each, own, iterations);
            waits |= end == End.WAITS;
            if (end == End.FAILED
                    && first.map(why -> why.code().equals(Failure.ABANDONED)).orElse(true)) {
                first = Optional.of(failure);
            }
            own.forEach((name, value) -> {
                if (!value.equals(variables.get(name))) {
                    after.put(name, value);
                }
            });
        }
        if (first.isEmpty()) {
            variables.putAll(after);
            return waits ? End.WAITS : End.DONE;
        }
        List<Pending> others = pending.subList(before, pending.size());
        // What cannot be undone must not be left alone: first it is known how it ended.
        if (waits && (beyondReturn || others.stream().anyMatch(Pending::isFinal))) {
            return End.WAITS;
        }
        others.stream().filter(Pending::isForward).forEach(abandoned::add);
        others.clear();
        failure = first.get();
        return End.FAILED;
    }

    private End caught(
            Step.Catch caught, Map<String, JsonNode> variables, List<Integer> iterations) {
        int before = visits.size();
        int abandonedBefore = abandoned.size();
        Map<String, JsonNode> inside = new HashMap<>(variables);
        End end = steps(caught.steps(), inside, iterations);
        if (end == End.DONE) {
            variables.putAll(inside);
        }
        if (end != End.FAILED) {
            return end;
        }
        List<StepNumber> body = visits.keySet().stream().skip(before).toList();
        Failure why = failure;
        Optional<Step.Handler> handler =
                caught.handlers().stream().filter(each -> each.isFor(why.code())).findFirst();
        boolean leavesSomething =
                body.stream()
                        .map(state.records()::get)
                        .anyMatch(each -> each != null && isFinal(each));
        if (handler.isEmpty() || leavesSomething) {
            return End.FAILED;
        }
        if (abandoned.size() > abandonedBefore) {
            return End.WAITS;
        }
        List<Pending> owed = owedOf(body);
        if (!owed.isEmpty()) {
            pending.add(owed.get(0));
            return End.WAITS;
        }
        ObjectNode error = Json.NODES.objectNode();
        error.put("code", why.code());
        error.put("message", why.message());
        error.put("step", why.step());
        variables.put(handler.get().error(), error);
        return steps(handler.get().steps(), variables, iterations);
    }

    private End tooLarge(Step step) {
        return failed(
                Failure.VALUE_TOO_LARGE,
                "value: too large or too deep (expected: at most %d characters, %d levels)"
                        .formatted(LARGEST_VALUE, Json.DEEPEST),
                step);
    }

    private End failed(String code, String message, Step step) {
        failure = new Failure(code, message, step.name());
        return End.FAILED;
    }
}
