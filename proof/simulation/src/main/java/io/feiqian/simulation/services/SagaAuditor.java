package io.feiqian.simulation.services;

import io.feiqian.orchestration.OrchestrationPhase;
import io.feiqian.orchestration.OrchestrationRow;
import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.database.Commit;
import io.feiqian.vocabulary.TraceNumber;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Watches orchestrations from outside: every step has its effect once, an orchestration that ends
 * has all of its effects or none, and reversals come in reverse order.
 */
final class SagaAuditor {
    /**
     * What a step did.
     *
     * @param step its name; its last digit says which steps come before it
     * @param reversed whether the effect was taken back
     */
    record StepEffect(TraceNumber trace, String step, int round, boolean reversed, long amount) {
        static final String TABLE = "step_effect";

        int place() {
            return step.charAt(step.length() - 1);
        }
    }

    private final Map<TraceNumber, OrchestrationPhase> phases = new HashMap<>();
    private final Map<TraceNumber, Map<String, StepEffect>> live = new LinkedHashMap<>();
    private final Set<String> done = new HashSet<>();
    private final Map<TraceNumber, OrchestrationPhase> told = new HashMap<>();
    private final Set<TraceNumber> begun = new HashSet<>();
    private long movements;

    void committed(Commit commit) {
        for (Commit.Change each : commit.changes()) {
            if (each.after().orElse("") instanceof StepEffect effect) {
                happened(effect);
            } else if (each.after().orElse("") instanceof OrchestrationRow row) {
                OrchestrationPhase before = phases.put(row.trace(), row.phase());
                if (before != null && before.isEnd() && before != row.phase()) {
                    throw new Violation("an ended orchestration changes: " + row);
                }
            }
        }
    }

    private void happened(StepEffect effect) {
        movements++;
        String name = effect.trace() + "/" + effect.step() + "~" + effect.round();
        if (!done.add(name + effect.reversed())) {
            throw new Violation("twice: " + effect);
        }
        Map<String, StepEffect> ours =
                live.computeIfAbsent(effect.trace(), each -> new LinkedHashMap<>());
        if (!effect.reversed()) {
            ours.put(name, effect);
            return;
        }
        ours.remove(name);
        ours.values()
                .forEach(each -> {
                    if (each.place() > effect.place()) {
                        throw new Violation(
                                "reversed before what came after it: %s, %s"
                                        .formatted(effect, each));
                    }
                });
    }

    /** A client was told that it has begun. */
    void begun(TraceNumber trace) {
        begun.add(trace);
    }

    /** A client was told how far it is. */
    void told(TraceNumber trace, OrchestrationPhase phase) {
        if (phase.isEnd()) {
            told.put(trace, phase);
        }
    }

    void atRest() {
        begun.forEach(trace -> {
            if (!phases.containsKey(trace)) {
                throw new Violation("told begun, and there are no rows: " + trace);
            }
        });
        told.forEach((trace, phase) -> {
            if (phases.get(trace) != phase) {
                throw new Violation(
                        "told %s, and it is %s: %s".formatted(phase, phases.get(trace), trace));
            }
        });
        live.forEach((trace, effects) -> {
            int wanted = phases.get(trace) == OrchestrationPhase.COMPLETED ? Sagas.STEPS.size() : 0;
            if (effects.size() != wanted) {
                throw new Violation(
                        "orchestration %s is %s, with effects %s"
                                .formatted(trace, phases.get(trace), effects.values()));
            }
        });
        phases.forEach((trace, phase) -> {
            if (phase == OrchestrationPhase.COMPLETED && !live.containsKey(trace)) {
                throw new Violation("completed without effects: " + trace);
            }
        });
    }

    long movements() {
        return movements;
    }
}
