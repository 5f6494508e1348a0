package io.feiqian.simulation.services;

import io.feiqian.orchestration.Definition;
import io.feiqian.orchestration.OrchestrationChange;
import io.feiqian.orchestration.OrchestrationRow;
import io.feiqian.orchestration.StepNumber;
import io.feiqian.orchestration.StepRecord;
import io.feiqian.orchestration.StoreException;
import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.Rules;
import io.feiqian.simulation.fibers.Host;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * The rows of orchestrations in a simulated database, by the port that the engine knows. Every
 * method is a transaction that may be lost at any step.
 */
final class RowStore implements OrchestrationStore {
    static final String ROWS = "orchestration";
    private static final String LIVES = "orchestration_life";
    private static final String DEFINITIONS = "orchestration_definition";
    private static final String DUPLICATE = "23505";

    private final Host host;
    private final DataSource pool;
    private final Rules rules;
    private final LongSupplier now;

    /**
     * Rows of one process.
     *
     * @param now milliseconds by the database's clock
     */
    RowStore(Host host, DataSource pool, Rules rules, LongSupplier now) {
        this.host = host;
        this.pool = pool;
        this.rules = rules;
        this.now = now;
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T inOneCommit(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            T done = work.on(connection);
            connection.commit();
            return done;
        } catch (SQLException failed) {
            throw new StoreException("rows: " + failed.getMessage(), failed);
        }
    }

    /** Answers when it is durable; without the rule step-durable before. */
    private CompletionStage<Boolean> later(Work<Boolean> work) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        host.execute(() -> {
            try {
                answer.complete(inOneCommit(work));
            } catch (StoreException failed) {
                answer.completeExceptionally(failed);
            }
        });
        return rules.lack(Rule.STEP_DURABLE) ? CompletableFuture.completedStage(true) : answer;
    }

    @Override
    public CompletionStage<Boolean> begin(OrchestrationRow row) {
        return later(on -> beginIn(on, row));
    }

    @Override
    public boolean beginIn(Connection on, OrchestrationRow row) throws SQLException {
        try {
            Rows.insert(on, ROWS, row.trace(), stamped(row, now.getAsLong()));
            return true;
        } catch (SQLException failed) {
            if (DUPLICATE.equals(failed.getSQLState())) {
                on.rollback();
                return false;
            }
            throw failed;
        }
    }

    @Override
    public CompletionStage<Boolean> save(OrchestrationChange change) {
        return later(on ->
                change(
                        on,
                        change.trace(),
                        row -> row.revision() == change.revision() ? changed(row, change) : row));
    }

    private OrchestrationRow changed(OrchestrationRow row, OrchestrationChange change) {
        Map<StepNumber, StepRecord> records = new LinkedHashMap<>();
        row.records().forEach(each -> records.put(each.number().place(), each));
        change.added().forEach(each -> records.put(each.number().place(), each));
        change.changed().forEach(each -> records.put(each.number().place(), each));
        long at = now.getAsLong();
        return new OrchestrationRow(
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
                row.createdAt(),
                at,
                change.phase().isEnd() ? Optional.of(at) : Optional.empty());
    }

    private static OrchestrationRow stamped(OrchestrationRow row, long at) {
        return new OrchestrationRow(
                row.trace(),
                row.definition(),
                row.version(),
                row.input(),
                row.phase(),
                row.suspended(),
                row.failure(),
                row.position(),
                row.records(),
                row.revision(),
                row.owner(),
                at,
                at,
                row.finishedAt());
    }

    private OrchestrationRow given(OrchestrationRow row, String owner) {
        return new OrchestrationRow(
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
                row.createdAt(),
                now.getAsLong(),
                row.finishedAt());
    }

    @Override
    public Optional<OrchestrationRow> find(TraceNumber trace) {
        return inOneCommit(on -> Rows.read(on, ROWS, trace, OrchestrationRow.class));
    }

    @Override
    public void live(String instance, Duration lease) {
        long until = now.getAsLong() + lease.toMillis();
        var _ =
                inOneCommit(on -> {
                    if (Rows.lock(on, LIVES, instance, Long.class).isPresent()) {
                        Rows.put(on, LIVES, instance, until);
                    } else {
                        Rows.insert(on, LIVES, instance, until);
                    }
                    return true;
                });
    }

    @Override
    public List<TraceNumber> takeOver(String instance, int most) {
        return inOneCommit(on -> {
            List<TraceNumber> taken = new ArrayList<>();
            long at = now.getAsLong();
            for (OrchestrationRow each : open(on)) {
                boolean lives =
                        each.owner().equals(instance)
                                || Rows.read(on, LIVES, each.owner(), Long.class).orElse(0L) > at;
                boolean won =
                        !lives
                                && taken.size() < most
                                && change(
                                        on,
                                        each.trace(),
                                        row ->
                                                row.revision() == each.revision()
                                                        ? given(row, instance)
                                                        : row);
                if (won) {
                    taken.add(each.trace());
                }
            }
            return taken;
        });
    }

    @Override
    public boolean takeOver(TraceNumber trace, long revision, String instance) {
        return inOneCommit(on ->
                change(on, trace, row -> row.revision() == revision ? given(row, instance) : row));
    }

    @Override
    public List<TraceNumber> idle(
            String instance, Duration since, Optional<TraceNumber> behind, int most) {
        long before = now.getAsLong() - since.toMillis();
        return inOneCommit(this::open).stream()
                .filter(row -> row.owner().equals(instance) && row.changedAt() < before)
                .map(OrchestrationRow::trace)
                .filter(trace -> behind.isEmpty() || trace.compareTo(behind.get()) > 0)
                .limit(most)
                .toList();
    }

    @Override
    public String define(Definition definition) {
        String name = definition.name() + " " + definition.version();
        return inOneCommit(on -> {
            if (Rows.lock(on, DEFINITIONS, name, String.class).isEmpty()) {
                try {
                    Rows.insert(on, DEFINITIONS, name, definition.json());
                } catch (SQLException failed) {
                    if (!DUPLICATE.equals(failed.getSQLState())) {
                        throw failed;
                    }
                    on.rollback();
                }
            }
            return definition.digest();
        });
    }

    @Override
    public Optional<String> definition(String name, int version) {
        return inOneCommit(on -> Rows.read(on, DEFINITIONS, name + " " + version, String.class));
    }

    @Override
    public int clean(int beforeDate, int most) {
        return 0;
    }

    private List<OrchestrationRow> open(Connection on) throws SQLException {
        return Rows.scan(on, ROWS, OrchestrationRow.class).stream()
                .filter(row -> !row.phase().isEnd())
                .sorted(Comparator.comparing(OrchestrationRow::trace))
                .toList();
    }

    private static boolean change(
            Connection on, TraceNumber trace, Function<OrchestrationRow, OrchestrationRow> change)
            throws SQLException {
        return Rows.change(on, ROWS, trace, row -> change.apply((OrchestrationRow) row)) == 1;
    }
}
