package io.feiqian.storage;

import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/**
 * Local commits that are seen in traces, each as a call to the database: from when it was handed
 * over until its answer is durable, its wait for its batch included. Thread-safe.
 */
public final class ObservedCommits implements LocalCommit {
    private static final String NAME = "commit";

    private final LocalCommit commits;
    private final Tracing tracing;
    private final String database;

    /**
     * The same commits, observed.
     *
     * @param database what the database is called in traces
     */
    public ObservedCommits(LocalCommit commits, Tracing tracing, String database) {
        this.commits = commits;
        this.tracing = tracing;
        this.database = database;
    }

    @Override
    public CompletableFuture<Answer> submit(Work work) {
        WorkSpan span = tracing.callFor(NAME, database);
        CompletableFuture<Answer> answer = commits.submit(work);
        var _ =
                answer.whenComplete((said, fault) -> {
                    if (said != null) {
                        span.outcome(said.outcome());
                    } else if (fault != null) {
                        span.fault(fault);
                    }
                    span.close();
                });
        return answer;
    }

    @Override
    public Answer solo(Work work, UserStatements statements) throws SQLException {
        try (WorkSpan span = tracing.callFor(NAME, database)) {
            try {
                Answer answer = commits.solo(work, statements);
                span.outcome(answer.outcome());
                return answer;
            } catch (SQLException | RuntimeException failed) {
                span.fault(failed);
                throw failed;
            }
        }
    }
}
