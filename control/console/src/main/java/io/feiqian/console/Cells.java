package io.feiqian.console;

import io.feiqian.bank.contract.CellAdminGrpc.CellAdminBlockingStub;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.FleetClient;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Lines to every cell: questions in the console's own name, changes in a user's. Cells are asked
 * side by side, and one that says nothing in time does not keep the others' answers back.
 * Thread-safe.
 */
final class Cells implements AutoCloseable {
    /**
     * What the cells said.
     *
     * @param answers what those said that answered
     * @param silent the names of those that did not
     */
    record Said<R>(List<R> answers, List<String> silent) {}

    private static final String SELF = "console";
    private static final String READING = "a page is shown";

    private final List<Endpoints.Cell> cells;
    private final String supervisor;
    private final String token;
    private final Duration patience;
    private final List<CellAdminClient> readers;
    private final FleetClient fleet;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Lines to these cells.
     *
     * @param supervisor who starts their processes; empty where there is none to be asked
     */
    Cells(List<Endpoints.Cell> cells, String supervisor, String token, Duration patience) {
        this.cells = cells;
        this.supervisor = supervisor;
        this.token = token;
        this.patience = patience;
        this.readers = clients(SELF, READING);
        this.fleet = fleet(SELF, READING);
    }

    /** Lines to every instance, for questions; closed with this. */
    FleetClient fleet() {
        return fleet;
    }

    /** The same in a user's name, for changes; the caller closes them. */
    FleetClient fleet(String user, String reason) {
        return new FleetClient(
                cells, supervisor, new BankClient.Operator(token, user, reason), patience);
    }

    /** Their names, in order. */
    List<String> names() {
        return cells.stream().map(Endpoints.Cell::cell).toList();
    }

    /** Asks every cell. */
    <R> Said<R> askAll(Function<CellAdminClient, R> question) {
        return ask(readers, question);
    }

    /** The same in a user's name, for a change. */
    <R> Said<R> askAll(String user, String reason, Function<CellAdminClient, R> question) {
        List<CellAdminClient> clients = clients(user, reason);
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
        try (CellAdminClient client = client(there, user, reason)) {
            R answer = client.ask(question);
            requireAccepted(outcome.apply(answer));
            return answer;
        } catch (CommandFailure silent) {
            throw new RefusedException(OutcomeCode.CELL_UNAVAILABLE, silent.happened());
        }
    }

    /** Refuses with what a cell said, unless it accepted. */
    static void requireAccepted(Outcome outcome) {
        if (outcome.getCode() != OutcomeCode.ACCEPTED.number()) {
            throw new RefusedException(
                    OutcomeCode.ofNumber(outcome.getCode()), outcome.getMessage());
        }
    }

    @Override
    public void close() {
        readers.forEach(CellAdminClient::close);
        fleet.close();
        threads.shutdownNow();
    }

    private <R> Said<R> ask(List<CellAdminClient> clients, Function<CellAdminClient, R> question) {
        List<CompletableFuture<R>> asked =
                clients.stream()
                        .map(each ->
                                CompletableFuture.supplyAsync(() -> question.apply(each), threads))
                        .toList();
        List<R> answers = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            try {
                answers.add(asked.get(i).join());
            } catch (java.util.concurrent.CompletionException failed) {
                if (!(failed.getCause() instanceof CommandFailure)) {
                    throw failed;
                }
                silent.add(clients.get(i).cell());
            }
        }
        return new Said<>(answers, silent);
    }

    private List<CellAdminClient> clients(String user, String reason) {
        return cells.stream().map(each -> client(each, user, reason)).toList();
    }

    private CellAdminClient client(Endpoints.Cell cell, String user, String reason) {
        return new CellAdminClient(cell, new BankClient.Operator(token, user, reason), patience);
    }
}
