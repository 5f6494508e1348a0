package io.feiqian.orchestration.spi;

import io.feiqian.orchestration.Definition;
import io.feiqian.orchestration.OrchestrationChange;
import io.feiqian.orchestration.OrchestrationRow;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The rows of orchestrations. Thread-safe; instances of one service share them. A stage or method
 * that fails says nothing about whether the change was made (unknown-commit).
 */
public interface OrchestrationStore {
    /**
     * Adds the rows of one that begins, durably; false where its trace number is taken. A repeated
     * one waits for the fate of an earlier one whose answer was lost.
     */
    CompletionStage<Boolean> begin(OrchestrationRow row);

    /**
     * The same in the transaction of a connection, which its owner commits.
     *
     * @throws SQLException where the connection fails
     */
    boolean beginIn(Connection connection, OrchestrationRow row) throws SQLException;

    /**
     * Makes a change, durably; false, and nothing changes, where the row is of another revision.
     */
    CompletionStage<Boolean> save(OrchestrationChange change);

    /** What the rows say; empty where there are none. Blocks. */
    Optional<OrchestrationRow> find(TraceNumber trace);

    /** A sign of life of an instance, good for so long by the database's clock. Blocks. */
    void live(String instance, Duration lease);

    /**
     * Gives the instance up to so many open ones of instances whose sign of life is too old, by a
     * compare-and-set each. Blocks.
     */
    List<TraceNumber> takeOver(String instance, int most);

    /** Gives the instance one that another one has; false where the row is of another revision. */
    boolean takeOver(TraceNumber trace, long revision, String instance);

    /**
     * Up to so many open ones of this instance that have not changed for so long, in the order of
     * their trace numbers, behind that one. Blocks.
     */
    List<TraceNumber> idle(String instance, Duration since, Optional<TraceNumber> behind, int most);

    /**
     * Keeps a definition under its name and version, unless there is one; the digest of the one
     * that is kept. Blocks.
     */
    String define(Definition definition);

    /** The JSON of the definition kept under this name and version. Blocks. */
    Optional<String> definition(String name, int version);

    /** Deletes up to so many finished ones whose trace numbers are of an earlier date. Blocks. */
    int clean(int beforeDate, int most);
}
