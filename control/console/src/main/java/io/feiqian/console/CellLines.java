package io.feiqian.console;

import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.FleetClient;
import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The console's lines to every cell. Nothing is asked here: a page asks {@link Cells}, which {@link
 * #within} makes for each request and which know their user's tenant. Thread-safe.
 */
final class CellLines implements AutoCloseable {
    private static final String SELF = "console";
    private static final String READING = "a page is shown";

    /** Slots rarely move; a cell that is silent makes nobody wait for it each time. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final List<Endpoints.Cell> cells;
    private final String supervisor;
    private final String token;
    private final Duration patience;
    private final Map<String, CellAdminClient> readers;
    private final Map<String, Kept<List<OwnedRange>>> ranges;
    private final FleetClient fleet;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Lines to these cells.
     *
     * @param supervisor who starts their processes; empty where there is none to be asked
     */
    CellLines(
            List<Endpoints.Cell> cells,
            String supervisor,
            String token,
            Duration patience,
            Clock clock) {
        this.cells = List.copyOf(cells);
        this.supervisor = supervisor;
        this.token = token;
        this.patience = patience;
        this.readers = byName(cell -> client(cell, SELF, READING));
        this.ranges = byName(cell -> new Kept<>(clock, FRESH, () -> askRanges(cell)));
        this.fleet = fleet(this.cells, SELF, READING);
    }

    /** What a user of this tenant may ask, for one request. */
    Cells within(Tenant tenant) {
        return new Cells(this, tenant);
    }

    List<Endpoints.Cell> cells() {
        return cells;
    }

    /** A line for questions in the console's own name; closed with this. */
    CellAdminClient reader(Endpoints.Cell cell) {
        return Optional.ofNullable(readers.get(cell.cell())).orElseThrow();
    }

    /** A line for changes in a user's name; the caller closes it. */
    CellAdminClient client(Endpoints.Cell cell, String user, String reason) {
        return new CellAdminClient(cell, new BankClient.Operator(token, user, reason), patience);
    }

    /** Lines to every instance, for questions; closed with this. */
    FleetClient fleet() {
        return fleet;
    }

    /** Lines to the instances of these cells, for questions; the caller closes them. */
    FleetClient fleet(List<Endpoints.Cell> of) {
        return fleet(of, SELF, READING);
    }

    /** The same in a user's name, for changes. */
    FleetClient fleet(List<Endpoints.Cell> of, String user, String reason) {
        return new FleetClient(
                of, supervisor, new BankClient.Operator(token, user, reason), patience);
    }

    /** Has something done side by side with others. */
    <R> CompletableFuture<R> start(Supplier<R> what) {
        return CompletableFuture.supplyAsync(what, threads);
    }

    /** The slots that a cell owned some seconds ago; none where it does not say. */
    List<OwnedRange> ranges(Endpoints.Cell cell) {
        return Optional.ofNullable(ranges.get(cell.cell())).orElseThrow().get();
    }

    private List<OwnedRange> askRanges(Endpoints.Cell cell) {
        try {
            return reader(cell)
                    .ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance()))
                    .getRangesList();
        } catch (CommandFailure silent) {
            return List.of();
        }
    }

    private <T> Map<String, T> byName(Function<Endpoints.Cell, T> make) {
        return cells.stream().collect(Collectors.toUnmodifiableMap(Endpoints.Cell::cell, make));
    }

    @Override
    public void close() {
        readers.values().forEach(CellAdminClient::close);
        fleet.close();
        threads.shutdownNow();
    }
}
