package io.feiqian.realdata;

import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.SetBusinessDateRequest;
import io.feiqian.cli.CellAdminClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The business dates of all cells, moved forward together. A cell whose date is later already is
 * left alone: then this is a repeated load, and its rows are recognised. Used by one thread.
 */
final class BusinessDates {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final List<CellAdminClient> cells;
    private final ExecutorService threads;
    private final Timer timer;
    private final Clock clock;
    private final Map<String, BusinessDate> known = new HashMap<>();

    BusinessDates(List<CellAdminClient> cells, ExecutorService threads, Timer timer, Clock clock) {
        this.cells = cells;
        this.threads = threads;
        this.timer = timer;
        this.clock = clock;
    }

    /** Moves every cell that is behind to this day; returns when all of them are there. */
    void reach(BusinessDate day) throws InterruptedException {
        List<Future<BusinessDate>> moves = new ArrayList<>();
        for (CellAdminClient cell : cells) {
            BusinessDate at = known.get(cell.cell());
            moves.add(threads.submit(() -> at == null ? ask(cell, day) : move(cell, at, day)));
        }
        for (int i = 0; i < cells.size(); i++) {
            try {
                known.put(cells.get(i).cell(), moves.get(i).get());
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof CommandFailure failure
                        ? failure
                        : new IllegalStateException(failed);
            }
        }
    }

    private BusinessDate ask(CellAdminClient cell, BusinessDate day) throws InterruptedException {
        String at =
                untilHeard(() ->
                        cell.ask(it -> it.getCellStatus(CellStatusRequest.getDefaultInstance()))
                                .getBusinessDate());
        return move(cell, BusinessDate.parse(at), day);
    }

    private BusinessDate move(CellAdminClient cell, BusinessDate at, BusinessDate day)
            throws InterruptedException {
        if (at.compareTo(day) >= 0) {
            return at;
        }
        SetBusinessDateRequest request =
                SetBusinessDateRequest.newBuilder().setBusinessDate(day.toString()).build();
        Deadline deadline = Deadline.after(PATIENCE, clock);
        while (true) {
            Outcome outcome =
                    untilHeard(() -> cell.ask(it -> it.setBusinessDate(request)).getOutcome());
            OutcomeCode code = OutcomeCode.ofNumber(outcome.getCode());
            if (code == OutcomeCode.ACCEPTED || code == OutcomeCode.DATE_NOT_FORWARD) {
                return day;
            }
            if (!code.isSafeToRetry() || deadline.isExpired()) {
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        "%s: business date %s: %s (%d): %s"
                                .formatted(
                                        cell.cell(),
                                        day,
                                        code,
                                        code.number(),
                                        outcome.getMessage()),
                        "");
            }
            timer.pause(PAUSE);
        }
    }

    /** A question to a cell that may be away for a while. */
    @FunctionalInterface
    private interface Question<T> {
        T ask();
    }

    private <T> T untilHeard(Question<T> question) throws InterruptedException {
        Deadline deadline = Deadline.after(PATIENCE, clock);
        while (true) {
            try {
                return question.ask();
            } catch (CommandFailure away) {
                if (deadline.isExpired()) {
                    throw away;
                }
                timer.pause(PAUSE);
            }
        }
    }
}
