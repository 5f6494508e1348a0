package io.feiqian.cli;

import io.feiqian.bank.contract.AuditBooksRequest;
import io.feiqian.bank.contract.AuditBooksResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.List;

/** Asks all cells for their books until they are quiet or patience ends. */
public final class Auditor {
    private static final Duration PAUSE = Duration.ofMillis(300);

    private Auditor() {}

    /**
     * The books once nothing is under way, or as they stand when the time is over. Closes the
     * clients.
     */
    public static BooksAudit settled(List<CellAdminClient> cells, Duration patience)
            throws InterruptedException {
        Deadline deadline = Deadline.after(patience, Clock.system());
        try (Timer timer = Timer.system("audit")) {
            BooksAudit audit = once(cells);
            while (!audit.isClean() && !deadline.isExpired()) {
                timer.pause(PAUSE);
                audit = once(cells);
            }
            return audit;
        } finally {
            cells.forEach(CellAdminClient::close);
        }
    }

    private static BooksAudit once(List<CellAdminClient> cells) {
        List<AuditBooksResponse> answers =
                cells.stream()
                        .map(cell ->
                                cell.ask(it ->
                                        it.auditBooks(AuditBooksRequest.getDefaultInstance())))
                        .toList();
        return BooksAudit.of(answers);
    }
}
