package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where one orchestration stands. Its position is not stored: it follows from the definition, the
 * input and what is on record of the calls, by walking through the definition again. Immutable.
 */
public final class OrchestrationState {
    private final JsonNode input;
    private final OrchestrationPhase phase;
    private final boolean suspended;
    private final Optional<Failure> failure;
    private final Map<StepNumber, StepRecord> records;
    private final Set<Ask> underWay;

    private OrchestrationState(
            JsonNode input,
            OrchestrationPhase phase,
            boolean suspended,
            Optional<Failure> failure,
            Map<StepNumber, StepRecord> records,
            Set<Ask> underWay) {
        this.input = input;
        this.phase = phase;
        this.suspended = suspended;
        this.failure = failure;
        this.records = records;
        this.underWay = underWay;
    }

    /** Before the first step; the input is an object in JSON. */
    static OrchestrationState begun(JsonNode input) {
        return new OrchestrationState(
                input, OrchestrationPhase.FORWARD, false, Optional.empty(), Map.of(), Set.of());
    }

    /** As rows say. */
    static OrchestrationState of(
            JsonNode input,
            OrchestrationPhase phase,
            boolean suspended,
            Optional<Failure> failure,
            List<StepRecord> records) {
        Map<StepNumber, StepRecord> all = new LinkedHashMap<>();
        records.forEach(each -> all.put(each.number().place(), each));
        return new OrchestrationState(
                input, phase, suspended, failure, Collections.unmodifiableMap(all), Set.of());
    }

    /** What it was begun with. */
    JsonNode input() {
        return input;
    }

    /** How far it is. */
    public OrchestrationPhase phase() {
        return phase;
    }

    /** Whether an operator has suspended it: nothing new is called. */
    public boolean isSuspended() {
        return suspended;
    }

    /** Why it failed, where it did. */
    public Optional<Failure> failure() {
        return failure;
    }

    /** What is on record, by place. */
    public Map<StepNumber, StepRecord> records() {
        return records;
    }

    /** What is asked for or waits for its repetition; forgotten in a crash. */
    Set<Ask> underWay() {
        return underWay;
    }

    /** The next number in the order in which calls end. */
    int nextOrder() {
        return records.values().stream().mapToInt(StepRecord::order).max().orElse(0) + 1;
    }

    OrchestrationState withPhase(OrchestrationPhase next) {
        return new OrchestrationState(input, next, suspended, failure, records, underWay);
    }

    OrchestrationState withSuspended(boolean stop) {
        return new OrchestrationState(input, phase, stop, failure, records, underWay);
    }

    OrchestrationState withFailure(Failure why) {
        return new OrchestrationState(input, phase, suspended, Optional.of(why), records, underWay);
    }

    OrchestrationState with(StepRecord record) {
        Map<StepNumber, StepRecord> all = new LinkedHashMap<>(records);
        all.put(record.number().place(), record);
        return new OrchestrationState(
                input, phase, suspended, failure, Collections.unmodifiableMap(all), underWay);
    }

    OrchestrationState asking(Ask ask) {
        Set<Ask> all = new HashSet<>(underWay);
        all.add(ask);
        return new OrchestrationState(input, phase, suspended, failure, records, Set.copyOf(all));
    }

    OrchestrationState notAsking(Ask ask) {
        if (!underWay.contains(ask)) {
            return this;
        }
        Set<Ask> all = new HashSet<>(underWay);
        all.remove(ask);
        return new OrchestrationState(input, phase, suspended, failure, records, Set.copyOf(all));
    }

    /** Whether a row would look different. */
    boolean differsOnRecord(OrchestrationState that) {
        return phase != that.phase
                || suspended != that.suspended
                || !failure.equals(that.failure)
                || !records.equals(that.records);
    }
}
