package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Rows in memory whose writes a test can hold, fail, or apply without saying so. One thread. */
final class MemoryStore implements OrchestrationStore {
    /** What happens to the next writes. */
    enum Fate {
        /** They are made. */
        MADE,
        /** They wait until {@link #release}. */
        HELD,
        /** They are not made, and nobody is told so. */
        LOST,
        /** They are made, and nobody is told so. */
        MADE_UNHEARD
    }

    private final Map<TraceNumber, OrchestrationRow> rows = new HashMap<>();
    private final List<Runnable> held = new ArrayList<>();
    Fate fate = Fate.MADE;

    @Override
    public CompletionStage<Boolean> begin(OrchestrationRow row) {
        return CompletableFuture.completedStage(rows.putIfAbsent(row.trace(), row) == null);
    }

    @Override
    public boolean beginIn(Connection connection, OrchestrationRow row) {
        return rows.putIfAbsent(row.trace(), row) == null;
    }

    @Override
    public CompletionStage<Boolean> save(OrchestrationChange change) {
        return switch (fate) {
            case MADE -> CompletableFuture.completedStage(apply(change));
            case HELD -> {
                CompletableFuture<Boolean> later = new CompletableFuture<>();
                held.add(() -> later.complete(apply(change)));
                yield later;
            }
            case LOST -> CompletableFuture.failedStage(new IllegalStateException("lost"));
            case MADE_UNHEARD -> {
                apply(change);
                yield CompletableFuture.failedStage(new IllegalStateException("unheard"));
            }
        };
    }

    void release() {
        fate = Fate.MADE;
        List<Runnable> all = List.copyOf(held);
        held.clear();
        all.forEach(Runnable::run);
    }

    private boolean apply(OrchestrationChange change) {
        OrchestrationRow row = rows.get(change.trace());
        if (row == null || row.revision() != change.revision()) {
            return false;
        }
        Map<StepNumber, StepRecord> records = new LinkedHashMap<>();
        row.records().forEach(each -> records.put(each.number().place(), each));
        change.added().forEach(each -> records.put(each.number().place(), each));
        change.changed().forEach(each -> records.put(each.number().place(), each));
        rows.put(
                change.trace(),
                new OrchestrationRow(
                        row.trace(),
                        row.definition(),
                        row.version(),
                        row.input(),
                        change.phase(),
                        change.suspended(),
                        change.failure(),
                        change.position(),
                        List.copyOf(records.values()),
                        row.revision() + 1,
                        row.owner(),
                        0,
                        0,
                        change.phase().isEnd() ? Optional.of(1L) : Optional.empty()));
        return true;
    }

    /** Another instance takes it. */
    void give(TraceNumber trace, String owner) {
        OrchestrationRow row = rows.get(trace);
        if (row != null) {
            rows.put(
                    trace,
                    new OrchestrationRow(
                            row.trace(),
                            row.definition(),
                            row.version(),
                            row.input(),
                            row.phase(),
                            row.suspended(),
                            row.failure(),
                            row.position(),
                            row.records(),
                            row.revision() + 1,
                            owner,
                            0,
                            0,
                            row.finishedAt()));
        }
    }

    @Override
    public Optional<OrchestrationRow> find(TraceNumber trace) {
        return Optional.ofNullable(rows.get(trace));
    }

    @Override
    public void live(String instance, Duration lease) {}

    @Override
    public List<TraceNumber> takeOver(String instance, int most) {
        return List.of();
    }

    @Override
    public boolean takeOver(TraceNumber trace, long revision, String instance) {
        give(trace, instance);
        return true;
    }

    @Override
    public List<TraceNumber> idle(
            String instance, Duration since, Optional<TraceNumber> behind, int most) {
        return List.of();
    }

    @Override
    public String define(Definition definition) {
        return definition.digest();
    }

    @Override
    public Optional<String> definition(String name, int version) {
        return Optional.empty();
    }

    @Override
    public int clean(int beforeDate, int most) {
        return 0;
    }
}
