package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Writes definitions as JSON in one way: members in alphabetical order, defaults left out. */
final class DefinitionWriter {
    private DefinitionWriter() {}

    static String write(Definition definition) {
        ObjectNode all = Json.NODES.objectNode();
        all.put("name", definition.name());
        all.put("version", definition.version());
        ArrayNode inputs = all.putArray("inputs");
        definition.inputs().forEach(inputs::add);
        all.set("steps", steps(definition.steps()));
        return Json.text(all);
    }

    private static ArrayNode steps(List<Step> steps) {
        ArrayNode all = Json.NODES.arrayNode();
        steps.forEach(each -> all.add(step(each)));
        return all;
    }

    private static ObjectNode step(Step step) {
        ObjectNode all = Json.NODES.objectNode();
        if (step instanceof Step.Assign assign) {
            all.put("assign", step.name());
            all.put("variable", assign.variable());
            all.put("value", assign.value().text());
        } else if (step instanceof Step.Call call) {
            call(call, all);
        } else if (step instanceof Step.Branch branch) {
            all.put("branch", step.name());
            ArrayNode cases = all.putArray("cases");
            for (Step.Case each : branch.cases()) {
                ObjectNode one = cases.addObject();
                one.put("when", each.when().text());
                one.set("steps", steps(each.steps()));
            }
            if (!branch.otherwise().isEmpty()) {
                all.set("otherwise", steps(branch.otherwise()));
            }
        } else if (step instanceof Step.Loop loop) {
            all.put("loop", step.name());
            all.put("while", loop.condition().text());
            all.put("most", loop.most());
            all.put("index", loop.index());
            all.set("steps", steps(loop.steps()));
        } else if (step instanceof Step.Parallel parallel) {
            all.put("parallel", step.name());
            ArrayNode branches = all.putArray("branches");
            parallel.branches().forEach(each -> branches.add(steps(each)));
        } else if (step instanceof Step.Catch caught) {
            all.put("catch", step.name());
            all.set("steps", steps(caught.steps()));
            ArrayNode handlers = all.putArray("handlers");
            for (Step.Handler each : caught.handlers()) {
                ObjectNode one = handlers.addObject();
                if (!each.codes().isEmpty()) {
                    ArrayNode codes = one.putArray("codes");
                    each.codes().forEach(codes::add);
                }
                one.put("error", each.error());
                one.set("steps", steps(each.steps()));
            }
        }
        return all;
    }

    private static void call(Step.Call call, ObjectNode all) {
        all.put("call", call.name());
        all.put("service", call.service());
        call.input().ifPresent(input -> all.put("input", input.text()));
        call.output().ifPresent(output -> all.put("output", output));
        switch (call.undo().kind()) {
            case REVERSE -> all.put("reverse", call.undo().service());
            case READ_ONLY -> all.put("readOnly", true);
            case NEVER -> all.put("pointOfNoReturn", true);
            case UNSAID -> {}
        }
        Retry retry = call.retry();
        if (retry.forward()) {
            all.put("forward", true);
        }
        if (!retry.timeout().equals(Retry.DEFAULT.timeout())) {
            all.put("timeout", retry.timeout().toString());
        }
        if (!retry.pauses().equals(Retry.DEFAULT.pauses())) {
            all.put("pause", retry.pauses().first().toString());
            all.put("longestPause", retry.pauses().most().toString());
        }
        if (retry.tries() != Retry.DEFAULT.tries()) {
            all.put("tries", retry.tries());
        }
        if (retry.giveUpAfter() != Retry.DEFAULT.giveUpAfter()) {
            all.put("giveUpAfter", retry.giveUpAfter());
        }
    }
}
