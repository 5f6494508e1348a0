package io.feiqian.orchestration;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks at a definition as a whole before it can be used: names, bounds, variables that have a
 * value wherever they are read, and the order of what cannot be undone (saga-steps).
 */
final class DefinitionCheck {
    private static final Pattern DEFINITION = Pattern.compile("[a-z][a-z0-9.-]{0,99}");
    private static final Pattern STEP = Pattern.compile("[a-z][A-Za-z0-9-]*(/[a-z][A-Za-z0-9-]*)*");
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]{0,99}");
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]{0,59}");
    private static final int LONGEST_STEP_NAME = 100;

    /**
     * What is known at a place.
     *
     * @param variables those that have a value, whatever way led here
     * @param passed whether some way that led here has passed a point of no return
     * @param parallel whether other parts run at the same time
     */
    private record Flow(Set<String> variables, boolean passed, boolean parallel) {
        Flow with(String variable) {
            Set<String> more = new HashSet<>(variables);
            more.add(variable);
            return new Flow(more, passed, parallel);
        }

        Flow past() {
            return new Flow(variables, true, parallel);
        }

        /** Where two ways meet. */
        Flow meet(Flow that) {
            Set<String> both = new HashSet<>(variables);
            both.retainAll(that.variables);
            return new Flow(both, passed || that.passed, parallel);
        }
    }

    private final Definition definition;
    private final List<Flaw> flaws = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private int count;

    DefinitionCheck(Definition definition) {
        this.definition = definition;
    }

    /** Throws {@link DefinitionException} with every flaw. */
    void run() {
        head();
        shape(definition.steps(), 1);
        if (definition.steps().isEmpty()) {
            flaw(Flaw.Code.MALFORMED, "steps", "steps: none (expected: one or more)");
        }
        if (flaws.isEmpty()) {
            steps(definition.steps(), new Flow(new HashSet<>(definition.inputs()), false, false));
        }
        if (!flaws.isEmpty()) {
            // A loop's body is looked at twice.
            throw new DefinitionException(flaws.stream().distinct().toList());
        }
    }

    private void head() {
        if (!DEFINITION.matcher(definition.name()).matches()) {
            flaw(
                    Flaw.Code.MALFORMED,
                    "name",
                    "name: %s (expected: up to 100 of a-z, 0-9, - and ., a letter first)"
                            .formatted(Texts.shown(definition.name())));
        }
        if (definition.version() < 1) {
            flaw(
                    Flaw.Code.MALFORMED,
                    "version",
                    "version: " + definition.version() + " (expected: >= 1)");
        }
        definition.inputs().forEach(each -> variable("inputs", each));
        if (new HashSet<>(definition.inputs()).size() < definition.inputs().size()) {
            flaw(Flaw.Code.MALFORMED, "inputs", "inputs: one twice (expected: each once)");
        }
    }

    private void shape(List<Step> steps, int depth) {
        for (Step each : steps) {
            String at = each.name();
            if (++count == Definition.MOST_STEPS + 1) {
                flaw(
                        Flaw.Code.TOO_LARGE,
                        at,
                        "steps: more than "
                                + Definition.MOST_STEPS
                                + " (expected: at most so many)");
            }
            if (!STEP.matcher(at).matches() || at.length() > LONGEST_STEP_NAME) {
                flaw(
                        Flaw.Code.MALFORMED,
                        Texts.shown(at),
                        "step name: %s (expected: up to %d letters, digits and -, a small first)"
                                .formatted(Texts.shown(at), LONGEST_STEP_NAME));
            }
            if (!names.add(at)) {
                flaw(
                        Flaw.Code.DUPLICATE_STEP,
                        at,
                        "step name: %s twice (expected: each once)".formatted(Texts.shown(at)));
            }
            if (depth > Definition.DEEPEST) {
                flaw(
                        Flaw.Code.TOO_DEEP,
                        at,
                        "depth: %d (expected: at most %d)".formatted(depth, Definition.DEEPEST));
                return;
            }
            bounds(each);
            each.parts().forEach(part -> shape(part, depth + 1));
        }
    }

    private void bounds(Step step) {
        String at = step.name();
        if (step instanceof Step.Assign assign) {
            variable(at + ".variable", assign.variable());
        } else if (step instanceof Step.Call call) {
            call(call);
        } else if (step instanceof Step.Branch branch && branch.cases().isEmpty()) {
            flaw(Flaw.Code.MALFORMED, at + ".cases", "cases: none (expected: one or more)");
        } else if (step instanceof Step.Loop loop) {
            variable(at + ".index", loop.index());
            if (loop.most() < 1) {
                flaw(
                        Flaw.Code.NEVER_ENDING,
                        at + ".most",
                        "most: %d (expected: 1 to %d)"
                                .formatted(loop.most(), Definition.MOST_ITERATIONS));
            } else if (loop.most() > Definition.MOST_ITERATIONS) {
                flaw(
                        Flaw.Code.TOO_LARGE,
                        at + ".most",
                        "most: %d (expected: 1 to %d)"
                                .formatted(loop.most(), Definition.MOST_ITERATIONS));
            }
        } else if (step instanceof Step.Parallel parallel) {
            int branches = parallel.branches().size();
            if (branches < 1 || branches > Definition.MOST_BRANCHES) {
                flaw(
                        branches < 1 ? Flaw.Code.MALFORMED : Flaw.Code.TOO_LARGE,
                        at + ".branches",
                        "branches: %d (expected: 1 to %d)"
                                .formatted(branches, Definition.MOST_BRANCHES));
            }
        } else if (step instanceof Step.Catch caught) {
            handlers(caught);
        }
    }

    private void call(Step.Call call) {
        String at = call.name();
        service(at + ".service", call.service());
        if (call.undo().kind() == Undo.Kind.REVERSE) {
            service(at + ".reverse", call.undo().service());
        }
        call.output().ifPresent(each -> variable(at + ".output", each));
        boolean mayBeGivenUp = !call.undo().isFinal() && !call.retry().forward();
        if (call.retry().giveUpAfter() > 0 && !mayBeGivenUp) {
            flaw(
                    Flaw.Code.MALFORMED,
                    at + ".giveUpAfter",
                    "giveUpAfter: %d for a step that cannot be undone or goes forward only (expected: 0)"
                            .formatted(call.retry().giveUpAfter()));
        }
    }

    private void handlers(Step.Catch caught) {
        if (caught.handlers().isEmpty()) {
            flaw(
                    Flaw.Code.MALFORMED,
                    caught.name() + ".handlers",
                    "handlers: none (expected: one or more)");
        }
        for (Step.Handler each : caught.handlers()) {
            variable(caught.name() + ".error", each.error());
            for (String code : each.codes()) {
                if (!isCode(code)) {
                    flaw(
                            Flaw.Code.MALFORMED,
                            caught.name() + ".codes",
                            "code: %s (expected: capital letters, digits and _)"
                                    .formatted(Texts.shown(code)));
                }
            }
        }
    }

    private Flow steps(List<Step> steps, Flow before) {
        Flow flow = before;
        for (Step each : steps) {
            flow = step(each, flow);
        }
        return flow;
    }

    private Flow step(Step step, Flow flow) {
        String at = step.name();
        if (step instanceof Step.Assign assign) {
            reads(at + ".value", assign.value(), flow);
            return flow.with(assign.variable());
        }
        if (step instanceof Step.Call call) {
            call.input().ifPresent(input -> reads(at + ".input", input, flow));
            order(call, flow);
            Flow after = call.undo().isFinal() ? flow.past() : flow;
            return call.output().map(after::with).orElse(after);
        }
        if (step instanceof Step.Branch branch) {
            Flow met = steps(branch.otherwise(), flow);
            for (Step.Case each : branch.cases()) {
                reads(at + ".when", each.when(), flow);
                met = met.meet(steps(each.steps(), flow));
            }
            return met;
        }
        if (step instanceof Step.Loop loop) {
            return loop(loop, flow);
        }
        if (step instanceof Step.Parallel parallel) {
            return parallel(parallel, flow);
        }
        Step.Catch caught = (Step.Catch) step;
        Flow met = steps(caught.steps(), flow);
        for (Step.Handler each : caught.handlers()) {
            met = met.meet(steps(each.steps(), flow.with(each.error())));
        }
        return met;
    }

    /** What may have passed a point of no return must be able to go on, come what may. */
    private void order(Step.Call call, Flow flow) {
        String at = call.name();
        Undo.Kind kind = call.undo().kind();
        if (flow.passed()) {
            if (kind == Undo.Kind.REVERSE) {
                flaw(
                        Flaw.Code.IRREVERSIBLE_TOO_EARLY,
                        at,
                        "reverse: behind a step that cannot be undone (expected: before it)");
            } else if (!call.retry().forward()) {
                flaw(
                        Flaw.Code.IRREVERSIBLE_TOO_EARLY,
                        at,
                        "call: may fail behind a step that cannot be undone (expected: forward)");
            }
        } else if (kind == Undo.Kind.UNSAID) {
            flaw(
                    Flaw.Code.NO_REVERSAL,
                    at,
                    "call: without a reversal (expected: reverse, readOnly or pointOfNoReturn)");
        } else if (kind == Undo.Kind.NEVER && flow.parallel()) {
            flaw(
                    Flaw.Code.IRREVERSIBLE_TOO_EARLY,
                    at,
                    "pointOfNoReturn: while other steps may still fail (expected: behind parallel)");
        }
    }

    private Flow loop(Step.Loop loop, Flow flow) {
        if (assigned(loop.steps()).contains(loop.index())) {
            flaw(
                    Flaw.Code.VARIABLE_CONFLICT,
                    loop.name() + ".index",
                    "index: %s, which the loop assigns (expected: a variable of its own)"
                            .formatted(loop.index()));
        }
        Flow inside = flow.with(loop.index());
        reads(loop.name() + ".while", loop.condition(), inside);
        Flow after = steps(loop.steps(), inside);
        if (after.passed() && !flow.passed() && loop.most() > 1) {
            steps(loop.steps(), inside.past());
        }
        return new Flow(flow.variables(), after.passed(), flow.parallel());
    }

    private Flow parallel(Step.Parallel parallel, Flow flow) {
        Flow inside = new Flow(flow.variables(), flow.passed(), parallel.branches().size() > 1);
        Set<String> given = new HashSet<>();
        Set<String> known = new HashSet<>(flow.variables());
        boolean passed = flow.passed();
        for (List<Step> each : parallel.branches()) {
            for (String name : assigned(each)) {
                if (!given.add(name)) {
                    flaw(
                            Flaw.Code.VARIABLE_CONFLICT,
                            parallel.name(),
                            "variable: %s, by two branches (expected: by one)".formatted(name));
                }
            }
            Flow after = steps(each, inside);
            known.addAll(after.variables());
            passed |= after.passed();
        }
        return new Flow(known, passed, flow.parallel());
    }

    private static Set<String> assigned(List<Step> steps) {
        Set<String> all = new HashSet<>();
        for (Step each : steps) {
            if (each instanceof Step.Assign assign) {
                all.add(assign.variable());
            } else if (each instanceof Step.Call call) {
                call.output().ifPresent(all::add);
            } else if (each instanceof Step.Loop loop) {
                all.add(loop.index());
            } else if (each instanceof Step.Catch caught) {
                caught.handlers().forEach(handler -> all.add(handler.error()));
            }
            each.parts().forEach(part -> all.addAll(assigned(part)));
        }
        return all;
    }

    private void reads(String place, Expression expression, Flow flow) {
        for (String name : expression.variables()) {
            if (!flow.variables().contains(name)) {
                flaw(
                        Flaw.Code.UNKNOWN_VARIABLE,
                        place,
                        "variable: %s (expected: one that has a value here)".formatted(name));
            }
        }
    }

    private void variable(String place, String name) {
        if (!ExpressionParser.isName(name)) {
            flaw(
                    Flaw.Code.MALFORMED,
                    place,
                    "variable: %s (expected: up to 60 letters, digits and _, and no word like size)"
                            .formatted(Texts.shown(name)));
        }
    }

    private void service(String place, String name) {
        if (!SERVICE.matcher(name).matches()) {
            flaw(
                    Flaw.Code.MALFORMED,
                    place,
                    "service: %s (expected: up to 100 letters, digits, ., _, / and -)"
                            .formatted(Texts.shown(name)));
        }
    }

    /** Whether a text can be a failure's code. */
    static boolean isCode(String text) {
        return CODE.matcher(text).matches();
    }

    /** The first call that names a service which is not there. */
    static Optional<Flaw> unknownService(Definition definition, Set<String> missing) {
        return definition.calls().values().stream()
                .filter(each ->
                        missing.contains(each.service()) || missing.contains(each.undo().service()))
                .findFirst()
                .map(each ->
                        new Flaw(
                                Flaw.Code.UNKNOWN_SERVICE,
                                each.name(),
                                "service: %s (expected: services that this process knows)"
                                        .formatted(String.join(", ", missing))));
    }

    private void flaw(Flaw.Code code, String place, String message) {
        flaws.add(new Flaw(code, place, message));
    }
}
