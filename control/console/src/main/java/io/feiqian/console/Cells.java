package io.feiqian.console;

import io.feiqian.bank.contract.CellAdminGrpc.CellAdminBlockingStub;
import io.feiqian.bank.contract.ConfigurationAdminGrpc.ConfigurationAdminBlockingStub;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ConfigurationClient;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.Fleet;
import io.feiqian.cli.FleetClient;
import io.feiqian.cli.InstanceOrder;
import io.feiqian.cli.InstanceView;
import io.feiqian.cli.ServedClient;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The cells that the user of one request may see: those of the user's tenant. Others are not asked,
 * and what the tenant's own cells say of them is left out ({@link Border}); they are as cells that
 * do not exist. Questions go in the console's own name, changes in the user's. Cells are asked side
 * by side, and one that says nothing in time does not keep the others' answers back. Thread-safe.
 */
final class Cells {
    /**
     * What the cells said.
     *
     * @param answers what those said that answered
     * @param silent the names of those that did not
     */
    record Said<R>(List<R> answers, List<String> silent) {}

    private final CellLines lines;
    private final Tenant tenant;
    private final List<Endpoints.Cell> cells;
    private final AtomicBoolean leftOut = new AtomicBoolean();

    Cells(CellLines lines, Tenant tenant) {
        this.lines = lines;
        this.tenant = tenant;
        this.cells = lines.cells().stream().filter(each -> tenant.has(each.cell())).toList();
    }

    /** Their names, in order. */
    List<String> names() {
        return cells.stream().map(Endpoints.Cell::cell).toList();
    }

    /** Whether something of other tenants' cells was left out of what was asked so far. */
    boolean leftOut() {
        return leftOut.get();
    }

    /** Says that something was left out of what is shown, though it was asked by another. */
    void markLeftOut() {
        leftOut.set(true);
    }

    /** The same cells, of which nothing was asked so far. */
    Cells anew() {
        return lines.within(tenant);
    }

    /** By what that is kept which was asked of these cells: empty for all, also future ones. */
    Optional<Set<String>> bounds() {
        return tenant.isWhole() ? Optional.empty() : Optional.of(tenant.cells());
    }

    /** Every instance, as it is now. */
    Fleet look() {
        Optional<Border> border = border();
        if (border.isEmpty()) {
            return lines.fleet().look();
        }
        try (FleetClient client = lines.fleet(cells)) {
            return border.get().within(client.look());
        }
    }

    /**
     * Gives an instance of these cells an order in a user's name.
     *
     * @return whether there was something to change
     * @throws RefusedException with {@code NO_ROUTE} where it is another cell's, and with what was
     *     said where it is not done
     */
    boolean order(InstanceOrder order, InstanceView instance, String user, String reason) {
        if (!tenant.has(instance.cell())) {
            throw new RefusedException(
                    OutcomeCode.NO_ROUTE,
                    "instance: %s (expected: one of this system)".formatted(instance.name()));
        }
        try (FleetClient client = lines.fleet(cells, user, reason)) {
            return order.run(client, instance, Duration.ZERO);
        }
    }

    /** Asks every cell. */
    <R> Said<R> askAll(Function<Cell, R> question) {
        return ask(cells.stream().map(lines::reader).toList(), question);
    }

    /** The same in a user's name, for a change. */
    <R> Said<R> askAll(String user, String reason, Function<Cell, R> question) {
        List<CellAdminClient> clients =
                cells.stream().map(each -> lines.client(each, user, reason)).toList();
        try {
            return ask(clients, question);
        } finally {
            clients.forEach(CellAdminClient::close);
        }
    }

    /**
     * Asks one cell for a change in a user's name.
     *
     * @throws RefusedException with what the cell said where it refuses, and with {@code
     *     CELL_UNAVAILABLE} where it says nothing
     */
    <R> R askOne(
            String cell,
            String user,
            String reason,
            Function<CellAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        Endpoints.Cell there =
                cells.stream()
                        .filter(each -> each.cell().equals(cell))
                        .findFirst()
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.NO_ROUTE,
                                        "cell: %s (expected: one of this system)".formatted(cell)));
        try (CellAdminClient client = lines.client(there, user, reason)) {
            R answer = new Cell(client, border()).ask(question);
            requireAccepted(outcome.apply(answer));
            return answer;
        } catch (CommandFailure silent) {
            throw new RefusedException(OutcomeCode.CELL_UNAVAILABLE, silent.happened());
        }
    }

    /**
     * Asks the cell that keeps the history of configuration, whichever of these it is, in a user's
     * name.
     *
     * @throws RefusedException as {@link #askOne}
     */
    <R> R askConfiguration(
            String user,
            String reason,
            Function<ConfigurationAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        List<CellAdminClient> clients =
                cells.stream().map(each -> lines.client(each, user, reason)).toList();
        try {
            R answer = ConfigurationClient.ask(clients, question);
            requireAccepted(outcome.apply(answer));
            return answer;
        } catch (CommandFailure silent) {
            throw new RefusedException(OutcomeCode.CELL_UNAVAILABLE, silent.happened());
        } finally {
            clients.forEach(CellAdminClient::close);
        }
    }

    /** Asks every instance for services, policies and calls, each for itself. */
    <R> R askServed(Function<ServedClient, R> question) {
        Optional<Border> border = border();
        if (border.isEmpty()) {
            return question.apply(new ServedClient(lines.fleet()));
        }
        try (FleetClient client = lines.fleet(cells)) {
            return question.apply(
                    new ServedClient(client, stub -> stub.withInterceptors(border.get())));
        }
    }

    /** Refuses with what a cell said, unless it accepted. */
    static void requireAccepted(Outcome outcome) {
        if (outcome.getCode() != OutcomeCode.ACCEPTED.number()) {
            throw new RefusedException(
                    OutcomeCode.ofNumber(outcome.getCode()), outcome.getMessage());
        }
    }

    private <R> Said<R> ask(List<CellAdminClient> clients, Function<Cell, R> question) {
        Optional<Border> border = border();
        List<CompletableFuture<R>> asked =
                clients.stream()
                        .map(each -> lines.start(() -> question.apply(new Cell(each, border))))
                        .toList();
        List<R> answers = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            try {
                answers.add(asked.get(i).join());
            } catch (CompletionException failed) {
                if (failed.getCause() instanceof RefusedException refused) {
                    throw refused;
                }
                if (!(failed.getCause() instanceof CommandFailure)) {
                    throw failed;
                }
                silent.add(clients.get(i).cell());
            }
        }
        return new Said<>(answers, silent);
    }

    /** Around everything that is asked for a tenant that has not all cells. */
    private Optional<Border> border() {
        if (tenant.isWhole()) {
            return Optional.empty();
        }
        List<CompletableFuture<List<OwnedRange>>> asked =
                cells.stream().map(each -> lines.start(() -> lines.ranges(each))).toList();
        List<OwnedRange> slots =
                asked.stream().map(CompletableFuture::join).flatMap(List::stream).toList();
        return Optional.of(new Border(tenant, slots, this::markLeftOut));
    }
}
