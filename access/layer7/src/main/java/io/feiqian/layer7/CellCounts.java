package io.feiqian.layer7;

import static java.util.Objects.requireNonNull;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts where requests went by cells: {@code feiqian.gateway.cell} by cell and reason, {@code
 * feiqian.gateway.cell.corrected} by the cell that was the wrong one, {@code
 * feiqian.gateway.cell.refused} by code, {@code feiqian.gateway.cell.waited}. Thread-safe.
 */
final class CellCounts {
    private final MeterRegistry metrics;
    private final Map<CellId, Map<CellAim.Reason, Counter>> aimed = new ConcurrentHashMap<>();
    private final Map<CellId, Counter> corrected = new ConcurrentHashMap<>();
    private final Map<OutcomeCode, Counter> refused = new ConcurrentHashMap<>();
    private final Counter waited;

    CellCounts(MeterRegistry metrics) {
        this.metrics = metrics;
        this.waited =
                Counter.builder("feiqian.gateway.cell.waited")
                        .description("Requests that waited for a cell that was being switched")
                        .register(metrics);
    }

    void aimed(CellAim aim) {
        switch (aim) {
            case CellAim.To to -> {
                Map<CellAim.Reason, Counter> known = aimed.get(to.cell());
                if (known == null) {
                    known = aimed.computeIfAbsent(to.cell(), this::byReason);
                }
                requireNonNull(known.get(to.reason())).increment();
            }
            case CellAim.Refused(var code, var detail) ->
                    refused.computeIfAbsent(
                                    code,
                                    each ->
                                            Counter.builder("feiqian.gateway.cell.refused")
                                                    .description("Requests without a cell")
                                                    .tag("code", each.name())
                                                    .register(metrics))
                            .increment();
        }
    }

    void corrected(CellId wrong) {
        corrected
                .computeIfAbsent(
                        wrong,
                        each ->
                                Counter.builder("feiqian.gateway.cell.corrected")
                                        .description("Wrong routes that were corrected")
                                        .tag("cell", each.toString())
                                        .register(metrics))
                .increment();
    }

    void waited() {
        waited.increment();
    }

    private Map<CellAim.Reason, Counter> byReason(CellId cell) {
        Map<CellAim.Reason, Counter> counters = new EnumMap<>(CellAim.Reason.class);
        for (CellAim.Reason each : CellAim.Reason.values()) {
            counters.put(
                    each,
                    Counter.builder("feiqian.gateway.cell")
                            .description("Requests by the cell that they went to")
                            .tag("cell", cell.toString())
                            .tag("reason", each.name().toLowerCase(Locale.ROOT))
                            .register(metrics));
        }
        return counters;
    }
}
