package io.feiqian.cli;

import io.feiqian.bank.contract.CallRecord;
import io.feiqian.bank.contract.ListRecordedCallsResponse;
import io.feiqian.cli.FleetClient.Said;
import io.feiqian.governance.DryRunComparison;
import io.feiqian.governance.PolicyDocument;
import io.feiqian.governance.Priority;
import io.feiqian.governance.SampledCall;
import io.feiqian.governance.Side;
import io.feiqian.rpc.ServedCall;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * "What would this have refused?": a document of policies tried on the calls that instances kept,
 * beside the one in force. Pure.
 *
 * @param comparison what was found
 * @param instances of which instances calls were tried
 * @param silent who did not answer, and why
 */
public record PolicyDryRun(
        DryRunComparison comparison, List<String> instances, List<String> silent) {
    /** The same seed for both, so that ordered faults hit the same calls. */
    private static final long SEED = 1;

    /** Copies the lists. */
    public PolicyDryRun {
        instances = List.copyOf(instances);
        silent = List.copyOf(silent);
    }

    /** Tries it. */
    public static PolicyDryRun of(
            PolicyDocument inForce,
            PolicyDocument candidate,
            List<Said<ListRecordedCallsResponse>> recorded) {
        List<List<SampledCall>> calls = new ArrayList<>();
        List<String> instances = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        for (Said<ListRecordedCallsResponse> each : recorded) {
            Optional<ListRecordedCallsResponse> said = each.said();
            if (said.isPresent()) {
                instances.add(said.get().getInstance());
                calls.add(calls(said.get()));
            } else {
                silent.add("%s at %s: %s".formatted(each.cell(), each.address(), each.failure()));
            }
        }
        return new PolicyDryRun(
                DryRunComparison.of(inForce, candidate, Side.PROVIDER, calls, SEED),
                instances,
                silent);
    }

    private static List<SampledCall> calls(ListRecordedCallsResponse said) {
        return said.getCallsList().stream()
                .filter(each -> each.getMethod() < said.getMethodsCount())
                .map(each -> call(each, said.getMethods(each.getMethod())).sampled())
                .toList();
    }

    private static ServedCall call(CallRecord record, String method) {
        return new ServedCall(
                Instant.EPOCH.plus(record.getAtMicros(), ChronoUnit.MICROS),
                method,
                record.getCaller(),
                record.getTenant(),
                record.getCell(),
                record.getLabel(),
                record.getChannel(),
                Priority.valueOf(record.getPriority()),
                Duration.of(record.getRemainingMicros(), ChronoUnit.MICROS),
                Duration.of(Math.max(0, record.getTookMicros()), ChronoUnit.MICROS),
                OutcomeCode.ofNumber(record.getOutcome()),
                record.getGoverned(),
                Math.max(1, record.getStandsFor()));
    }
}
