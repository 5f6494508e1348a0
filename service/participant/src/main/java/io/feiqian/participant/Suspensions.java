package io.feiqian.participant;

import io.feiqian.participant.ServicePicture.Suspension;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators have taken out of the protocol's hands: transactions that are suspended, and
 * branches that two of them took for finished. Read from the database once a second while it is
 * asked, so that every instance respects it within that time and no order pays for it. Thread-safe.
 */
final class Suspensions {
    private static final Logger LOG = LoggerFactory.getLogger(Suspensions.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final DataSource database;
    private final Clock clock;

    /** One looks at a time; the others go by what was seen last, and wait for no database. */
    private final AtomicBoolean looking = new AtomicBoolean();

    private volatile Map<TraceNumber, Suspension> suspended = Map.of();
    private volatile Set<BranchKey> endedByHand = Set.of();
    private volatile long lookedAt;

    Suspensions(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
        forget();
    }

    /** Lets the next question read anew. */
    void forget() {
        lookedAt = clock.nanos() - LOOK_EVERY.toNanos();
    }

    boolean isSuspended(TraceNumber trace) {
        look();
        return suspended.containsKey(trace);
    }

    private boolean isEndedByHand(BranchKey key) {
        look();
        return endedByHand.contains(key);
    }

    private void look() {
        long now = clock.nanos();
        if (now - lookedAt < LOOK_EVERY.toNanos() || !looking.compareAndSet(false, true)) {
            return;
        }
        lookedAt = now;
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            suspended = OperationsTable.suspensions(connection);
            endedByHand = OperationsTable.endedByHand(connection);
            connection.rollback();
        } catch (SQLException failed) {
            LOG.warn("suspensions: as before, since {}", DatabaseErrors.text(failed));
        } finally {
            looking.set(false);
        }
    }

    private static FinishReport refused(BranchKey key) {
        return FinishReport.refused(
                key,
                OutcomeCode.TRANSACTION_SUSPENDED,
                "transaction: suspended by an operator (expected: resumed)");
    }

    /** Carries out orders of others, but for what is suspended. */
    List<FinishReport> finish(List<FinishOrder> orders, Finishing finishing) {
        List<FinishReport> reports = new ArrayList<>();
        List<FinishOrder> left = new ArrayList<>(orders.size());
        for (FinishOrder each : orders) {
            if (isSuspended(each.key().trace())) {
                reports.add(refused(each.key()));
            } else {
                left.add(each);
            }
        }
        reports.addAll(finishing.finish(left));
        return reports;
    }

    /** The channel without what is suspended or ended by hand. */
    ServiceChannel over(ServiceChannel channel) {
        return new Respecting(channel);
    }

    private final class Respecting implements ServiceChannel {
        private final ServiceChannel channel;

        Respecting(ServiceChannel channel) {
            this.channel = channel;
        }

        @Override
        public CompletionStage<List<FinishReport>> finish(
                String service, List<FinishOrder> orders) {
            List<FinishReport> reports = new ArrayList<>();
            List<FinishOrder> left = new ArrayList<>(orders.size());
            for (FinishOrder each : orders) {
                if (isEndedByHand(each.key())) {
                    reports.add(FinishReport.done(each.key()));
                } else if (isSuspended(each.key().trace())) {
                    reports.add(refused(each.key()));
                } else {
                    left.add(each);
                }
            }
            if (reports.isEmpty()) {
                return channel.finish(service, orders);
            }
            if (left.isEmpty()) {
                return CompletableFuture.completedFuture(reports);
            }
            return channel.finish(service, left)
                    .thenApply(answered -> {
                        List<FinishReport> all = new ArrayList<>(reports);
                        all.addAll(answered);
                        return all;
                    });
        }

        @Override
        public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
            return isSuspended(inquiry.key().trace())
                    ? CompletableFuture.failedFuture(
                            new IllegalStateException(
                                    inquiry.key() + ": suspended (expected: resumed)"))
                    : channel.inquire(initiator, inquiry);
        }
    }
}
