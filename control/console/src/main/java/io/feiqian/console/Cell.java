package io.feiqian.console;

import io.feiqian.bank.contract.CellAdminGrpc.CellAdminBlockingStub;
import io.feiqian.cli.CellAdminClient;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One cell, as it is asked for a user: what is beyond the user's tenant stays behind its border.
 */
final class Cell {
    private final CellAdminClient line;
    private final Optional<Border> border;

    Cell(CellAdminClient line, Optional<Border> border) {
        this.line = line;
        this.border = border;
    }

    /** Its name. */
    String name() {
        return line.cell();
    }

    /**
     * What the first instance that answers says.
     *
     * @throws io.feiqian.cli.CommandFailure where none answers
     */
    <R> R ask(Function<CellAdminBlockingStub, R> question) {
        return line.ask(within(question));
    }

    /**
     * What every instance that answers says: for what an instance knows of itself only.
     *
     * @throws io.feiqian.cli.CommandFailure where none answers
     */
    <R> List<R> askEach(Function<CellAdminBlockingStub, R> question) {
        return line.askEach(within(question));
    }

    private <R> Function<CellAdminBlockingStub, R> within(
            Function<CellAdminBlockingStub, R> question) {
        return border.<Function<CellAdminBlockingStub, R>>map(
                        it -> stub -> question.apply(stub.withInterceptors(it)))
                .orElse(question);
    }
}
