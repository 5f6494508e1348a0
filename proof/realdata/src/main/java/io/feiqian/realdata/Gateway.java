package io.feiqian.realdata;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * The bank's gateway as a careful client uses it: at most so many requests at once, and every
 * request is sent again, with the same trace number, until its outcome is definite. Thread-safe;
 * calls block.
 */
final class Gateway {
    /** Enough that the cells find batches to commit together on the days with many rows. */
    private static final int AT_ONCE = 192;

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Backoff PAUSES =
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(500));

    private final BankClient bank;
    private final Timer timer;
    private final Clock clock;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final LongAdder repeated = new LongAdder();
    private final LongAdder recorded = new LongAdder();

    Gateway(BankClient bank, Timer timer, Clock clock) {
        this.bank = bank;
        this.timer = timer;
        this.clock = clock;
    }

    /** How often a request had to be sent again. */
    long repeated() {
        return repeated.sum();
    }

    /** How many answers were recorded ones of an earlier load. */
    long recorded() {
        return recorded.sum();
    }

    /** Reads what is at this path. */
    BankReply get(String path) throws InterruptedException {
        return untilDefinite(path, () -> bank.get(path), false);
    }

    /** Opens something; the answer is accepted. */
    BankReply open(String path, ObjectNode body) throws InterruptedException {
        return untilDefinite(body.toString(), () -> bank.post(path, body), false);
    }

    /** Moves money until every leg is posted; the answer is accepted. */
    BankReply move(String path, ObjectNode body) throws InterruptedException {
        body.put("wait", "SETTLED");
        return untilDefinite(body.toString(), () -> bank.post(path, body), true);
    }

    /** One way to ask. */
    @FunctionalInterface
    private interface Question {
        BankReply ask();
    }

    private BankReply untilDefinite(String what, Question question, boolean untilSettled)
            throws InterruptedException {
        Deadline deadline = Deadline.after(PATIENCE, clock);
        for (int failures = 0; ; failures++) {
            BankReply reply = ask(question);
            if (reply.isAccepted() && (!untilSettled || reply.text("state").equals("SETTLED"))) {
                if (reply.recorded() && failures == 0) {
                    recorded.increment();
                }
                return reply;
            }
            boolean again =
                    reply.isAccepted()
                            || reply.isWorthRepeating()
                            || reply.outcome().code() == OutcomeCode.INTERNAL_ERROR;
            if (!again || deadline.isExpired()) {
                throw refused(what, reply, again);
            }
            repeated.increment();
            timer.pause(PAUSES.after(failures + 1));
        }
    }

    private BankReply ask(Question question) throws InterruptedException {
        room.acquire();
        try {
            return question.ask();
        } finally {
            room.release();
        }
    }

    private static CommandFailure refused(String what, BankReply reply, boolean again) {
        return new CommandFailure(
                again ? ExitStatus.UNKNOWN_OUTCOME : ExitStatus.FAILED,
                "%s: %s (%d): %s"
                        .formatted(
                                what,
                                reply.outcome().code(),
                                reply.outcome().code().number(),
                                reply.outcome().message()),
                again
                        ? "Load again: what was posted is recognised and not posted twice."
                        : remedy(reply.outcome().code()));
    }

    private static String remedy(OutcomeCode code) {
        return switch (code) {
            case TRACE_EXPIRED, TRACE_IN_FUTURE ->
                    "The bank's business date does not fit the data's days: load into a home of"
                            + " its own ('feiqian dev --home DIR').";
            default -> "";
        };
    }
}
