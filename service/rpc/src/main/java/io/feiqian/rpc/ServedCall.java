package io.feiqian.rpc;

import io.feiqian.governance.CallFacts;
import io.feiqian.governance.Priority;
import io.feiqian.governance.RecordedCall;
import io.feiqian.governance.SampledCall;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * A call that came to a process, as it is kept for operators: without what it asked and what was
 * answered.
 *
 * @param at when it came
 * @param method the full method, such as {@code feiqian.bank.Bank/GetAccount}
 * @param caller who called; empty where that is not known
 * @param tenant the tenant; empty for the bank itself
 * @param cell the cell that was called, as policies see it; empty for none
 * @param label the label that travels, as it came
 * @param channel the label {@code channel}, where policies see one that does not travel
 * @param priority what is given up last
 * @param remaining until its deadline when it came
 * @param took how long it took; zero for a stream, of which the beginning is kept
 * @param outcome how it ended
 * @param governed whether a rule refused it or had it answered otherwise, so that it was not served
 * @param standsFor for how many calls it stands, 1 or more: itself, and others that were not kept
 */
public record ServedCall(
        Instant at,
        String method,
        String caller,
        String tenant,
        String cell,
        String label,
        String channel,
        Priority priority,
        Duration remaining,
        Duration took,
        OutcomeCode outcome,
        boolean governed,
        int standsFor) {
    static final String CHANNEL = "channel";

    private static final String GRAY = "gray";

    /** As policies see it, for a dry run; fields of the request were not kept. */
    public SampledCall sampled() {
        int slash = method.indexOf('/');
        CallFacts facts =
                CallFacts.of(
                                slash < 0 ? method : method.substring(0, slash),
                                method.substring(slash + 1))
                        .from(caller)
                        .ofTenant(tenant)
                        .toCell(cell)
                        .labelled(labels())
                        .at(priority)
                        .within(remaining);
        return new SampledCall(new RecordedCall(at, facts, took, outcome), !governed, standsFor);
    }

    private Map<String, String> labels() {
        if (channel.isEmpty()) {
            return labels(label);
        }
        Map<String, String> all = new HashMap<>(labels(label));
        all.put(CHANNEL, channel);
        return all;
    }

    /** The values of a label that travels, as {@link GovernedCall#label} reads them. */
    static Map<String, String> labels(String all) {
        if (all.isEmpty()) {
            return Map.of();
        }
        if (all.indexOf('=') < 0) {
            return Map.of(GRAY, all);
        }
        Map<String, String> values = new HashMap<>();
        for (String each : all.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                values.putIfAbsent(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return values;
    }
}
