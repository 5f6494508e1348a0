package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Global transactions of one instance of a cell: begins them, takes part in others', and finishes
 * what this or another instance left behind. Thread-safe; no method blocks but {@link #close}.
 */
public interface Transactions extends AutoCloseable {
    /**
     * Executes a transaction whose home slot this cell owns, or finds the answer of an earlier
     * execution of the same trace number.
     */
    Execution execute(GlobalTransaction transaction);

    /**
     * What is on record of a trace number whose home slot this cell owns. Refused with {@code
     * UNKNOWN_TRANSACTION} in {@link Found#answer} where nothing is: that is a fact about the
     * record only, and a transaction in flight may still be decided.
     */
    CompletableFuture<Found> find(TraceNumber trace);

    /**
     * Takes a message of another cell (or of this one) and answers once the effect is durable.
     * Never completes exceptionally.
     */
    CompletableFuture<PeerReply> receive(PeerMessage message);

    /** Starts the scans for what was left behind. Without effect where they run already. */
    void startRecovery();

    /** Stops the scans; what is in flight goes on. */
    void stopRecovery();

    /** Scans now, once; completes with how many leftovers were found and taken up. */
    CompletableFuture<Integer> recoverNow();

    /** How many transactions this instance initiated or took over that are not settled. */
    int unfinished();

    /** Stops scans and repetitions; what is unfinished is left to other instances. */
    @Override
    void close();

    /**
     * The two answers of one execution.
     *
     * @param decided completes at the decision: accepted with the own share's value, refused, or
     *     unknown; never exceptionally
     * @param settled completes when nothing is left to do for the branches, with the same answer;
     *     may take as long as a cell is down
     */
    record Execution(CompletableFuture<Answer> decided, CompletableFuture<Answer> settled) {}

    /**
     * What is on record.
     *
     * @param state how far it has come
     * @param answer what its caller was or would be told
     * @param decision the decision, where there is one
     */
    record Found(TransactionState state, Answer answer, Optional<Decision> decision) {}
}
