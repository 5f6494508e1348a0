package io.feiqian.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.runtime.Randomness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The services of a simulated world, each effect and its key one commit: what was answered to a key
 * is answered again, and a reversal of what never came refuses what comes late. Counts effects by
 * itself and shares nothing with the protocol but sub-numbers.
 */
final class World {
    private enum Row {
        DONE,
        REFUSED,
        REVERSED,
        REFUSES_LATE
    }

    private final Randomness random;
    private final int refusalsInTen;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Map<String, Integer> forward = new HashMap<>();
    private final Map<String, Integer> firstCalls = new HashMap<>();
    private final List<String> reversals = new ArrayList<>();
    private final Map<String, Integer> reversedAt = new HashMap<>();
    private final Set<String> readOnly = new HashSet<>();
    private int calls;

    World(Randomness random, int refusalsInTen) {
        this.random = random;
        this.refusalsInTen = refusalsInTen;
    }

    StepOutcome serve(Definition definition, Ask ask) {
        String key = ask.number().toString();
        firstCalls.putIfAbsent(key, calls++);
        if (definition.call(ask.number().step()).orElseThrow().undo().kind()
                == Undo.Kind.READ_ONLY) {
            readOnly.add(key);
        }
        return ask.direction() == Direction.FORWARD ? forward(key) : reverse(key);
    }

    private StepOutcome forward(String key) {
        Row row = rows.get(key);
        if (row == null) {
            row = random.nextInt(10) < refusalsInTen ? Row.REFUSED : Row.DONE;
            rows.put(key, row);
            if (row == Row.DONE) {
                forward.merge(key, 1, Integer::sum);
            }
        }
        return switch (row) {
            case DONE, REVERSED -> StepOutcome.accepted("{\"key\": \"" + key + "\"}");
            case REFUSED ->
                    StepOutcome.refused(key.hashCode() % 2 == 0 ? "NOT_TODAY" : "NOT_EVER", key);
            case REFUSES_LATE -> StepOutcome.refused("REVERSED_BEFORE", key);
        };
    }

    private StepOutcome reverse(String key) {
        Row row = rows.get(key);
        if (row == Row.DONE) {
            reversals.add(key);
            reversedAt.put(key, calls++);
            rows.put(key, Row.REVERSED);
        } else if (row == null) {
            rows.put(key, Row.REFUSES_LATE);
        } else {
            // What was refused by itself has nothing to reverse either.
            assertThat(row).isNotNull();
        }
        return StepOutcome.accepted();
    }

    /** Every step has its effect exactly once, and no effect is there that belongs to no step. */
    void mustHold(Definition definition, OrchestrationState state) {
        Set<String> live = new HashSet<>();
        rows.forEach((key, row) -> {
            if (row == Row.DONE && !readOnly.contains(key)) {
                live.add(key);
            }
        });
        assertThat(forward.values()).as("forward effects").allMatch(count -> count == 1);
        if (state.phase() == OrchestrationPhase.COMPENSATED) {
            assertThat(live).as("effects that are left").isEmpty();
        } else {
            Set<String> owned = new HashSet<>();
            state.records().values().stream()
                    .filter(each -> each.standing() == StepStanding.DONE && !each.reversed())
                    .map(each -> each.number().toString())
                    .filter(key -> !readOnly.contains(key))
                    .forEach(owned::add);
            assertThat(live).as("effects").isEqualTo(owned);
        }
        ordered(definition);
    }

    /** Of two steps one of which waited for the other, the later one was reversed first. */
    private void ordered(Definition definition) {
        Map<String, List<String>> lanes = new HashMap<>();
        lanes(definition.steps(), List.of(), lanes);
        for (int i = 0; i < reversals.size(); i++) {
            for (int j = i + 1; j < reversals.size(); j++) {
                String sooner = reversals.get(i);
                String later = reversals.get(j);
                // A caught failure is reversed in the middle: what comes then owes it nothing.
                boolean met = reversedAt.getOrDefault(sooner, 0) > firstCall(later);
                if (met && waited(lane(lanes, sooner), lane(lanes, later))) {
                    assertThat(firstCall(sooner))
                            .as("%s was reversed before %s", sooner, later)
                            .isGreaterThan(firstCall(later));
                }
            }
        }
    }

    private int firstCall(String key) {
        return firstCalls.getOrDefault(key, 0);
    }

    private static List<String> lane(Map<String, List<String>> lanes, String key) {
        return lanes.getOrDefault(StepNumber.parse(key).step(), List.of());
    }

    /** Whether the two are in no two branches of one parallel. */
    private static boolean waited(List<String> one, List<String> other) {
        for (String lane : one) {
            String parallel = lane.substring(0, lane.indexOf('#') + 1);
            for (String that : other) {
                if (that.startsWith(parallel) && !that.equals(lane)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void lanes(
            List<Step> steps, List<String> around, Map<String, List<String>> all) {
        for (Step each : steps) {
            all.put(each.name(), around);
            for (int i = 0; i < each.parts().size(); i++) {
                List<String> inside = new ArrayList<>(around);
                if (each instanceof Step.Parallel) {
                    inside.add(each.name() + "#" + i);
                }
                lanes(each.parts().get(i), inside, all);
            }
        }
    }

    int reversals() {
        return reversals.size();
    }
}
