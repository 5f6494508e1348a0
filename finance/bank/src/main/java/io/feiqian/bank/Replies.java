package io.feiqian.bank;

import io.feiqian.rpc.contract.Outcome;
import io.feiqian.storage.Answer;
import io.feiqian.storage.StorageException;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns answers and failures into the outcome field that every response has. Thread-safe. */
final class Replies {
    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);
    private static final Outcome ACCEPTED =
            Outcome.newBuilder().setName(OutcomeCode.ACCEPTED.name()).build();

    private final LongSupplier routeMapVersion;

    /** Outcomes that tell this version of the route map where the cell was the wrong one. */
    Replies(LongSupplier routeMapVersion) {
        this.routeMapVersion = routeMapVersion;
    }

    static Outcome accepted() {
        return ACCEPTED;
    }

    Outcome of(Answer answer) {
        return of(answer.outcome(), answer.recorded());
    }

    Outcome of(io.feiqian.vocabulary.Outcome outcome) {
        return of(outcome, false);
    }

    /** The outcome of work that failed before it had an answer. */
    Outcome of(Throwable fault) {
        Throwable cause = fault;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RefusedException refused) {
            return of(refused.outcome(), false);
        }
        if (cause instanceof StorageException || cause instanceof SQLException) {
            LOG.warn("the database does not answer", cause);
            return of(
                    io.feiqian.vocabulary.Outcome.refused(
                            OutcomeCode.DATABASE_UNAVAILABLE, "database: does not answer now"),
                    false);
        }
        LOG.error("a request failed by a fault of ours", cause);
        return of(
                io.feiqian.vocabulary.Outcome.refused(
                        OutcomeCode.INTERNAL_ERROR, "a fault of ours: " + cause),
                false);
    }

    private Outcome of(io.feiqian.vocabulary.Outcome outcome, boolean recorded) {
        OutcomeCode code = outcome.code();
        boolean elsewhere = code == OutcomeCode.WRONG_CELL || code == OutcomeCode.STALE_EPOCH;
        return Outcome.newBuilder()
                .setCode(code.number())
                .setName(code.name())
                .setMessage(outcome.message())
                .setRecorded(recorded)
                .setRouteMapVersion(elsewhere ? routeMapVersion.getAsLong() : 0)
                .build();
    }
}
