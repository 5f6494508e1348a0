package io.feiqian.messaging;

import io.feiqian.runtime.Timer.Cancellable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys that others left behind, and deletes finished messages that are old enough
 * (cleaning). Any number of instances may do so at once: a scan leases what it takes up, so that
 * others leave it alone for a while; where both deliver, the consumer's mark takes each message
 * once. Runs on virtual threads; thread-safe.
 */
final class Sweeps {
    private static final String TAKE_UP =
            """
            update outbox_key k set due_at = %s + ?
            where ctid = any(array(select ctid from outbox_key
                where due_at < %s - ? order by due_at limit ? for update skip locked))
            returning k.name, k.topic, k.producer_slot, k.consumer_slot, k.replay\
            """
                    .formatted(MessagingSql.NOW, MessagingSql.NOW);

    private static final String CLEAN =
            """
            delete from outbox where ctid = any(array(select ctid from outbox
                where finished_at < %s - ? limit ? for update skip locked))\
            """
                    .formatted(MessagingSql.NOW);

    private interface Job {
        int run() throws SQLException;
    }

    private final MessagingHost host;
    private final Relay relay;
    private @Nullable Cancellable nextScan;
    private @Nullable Cancellable nextClean;
    private boolean started;

    Sweeps(MessagingHost host, Relay relay) {
        this.host = host;
        this.relay = relay;
    }

    synchronized void start() {
        if (!started) {
            started = true;
            scanThenAgain(Duration.ZERO);
            nextClean = host.timer.after(host.settings.cleanEvery(), this::cleanThenAgain);
        }
    }

    synchronized void stop() {
        started = false;
        if (nextScan != null) {
            nextScan.cancel();
        }
        if (nextClean != null) {
            nextClean.cancel();
        }
    }

    /** One scan; completes with how many keys were taken up, 0 where the database is away. */
    CompletableFuture<Integer> scan(Duration grace) {
        return onVirtualThread("scan", () -> takeUp(grace));
    }

    /** One cleaning; completes with how many messages were deleted. */
    CompletableFuture<Integer> clean() {
        return onVirtualThread("cleaning", this::cleanAll);
    }

    private void scanThenAgain(Duration grace) {
        var _ =
                scan(grace)
                        .thenRun(() -> {
                            synchronized (this) {
                                if (started) {
                                    nextScan =
                                            host.timer.after(
                                                    host.settings.scanEvery(),
                                                    () -> scanThenAgain(host.settings.grace()));
                                }
                            }
                        });
    }

    private void cleanThenAgain() {
        var _ =
                clean().thenRun(() -> {
                    synchronized (this) {
                        if (started) {
                            nextClean =
                                    host.timer.after(
                                            host.settings.cleanEvery(), this::cleanThenAgain);
                        }
                    }
                });
    }

    private CompletableFuture<Integer> onVirtualThread(String name, Job job) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("message-" + name)
                .start(() -> {
                    try {
                        done.complete(job.run());
                    } catch (SQLException | RuntimeException failed) {
                        host.fault(name, failed);
                        done.complete(0);
                    }
                });
        return done;
    }

    private int takeUp(Duration grace) throws SQLException {
        List<MessageKey> found = new ArrayList<>();
        int limit = Math.min(host.settings.scanLimit(), relay.room());
        try (Connection connection = host.database.getConnection();
                PreparedStatement update = connection.prepareStatement(TAKE_UP)) {
            update.setLong(1, host.settings.lease().toMillis());
            update.setLong(2, grace.toMillis());
            update.setInt(3, limit);
            try (ResultSet row = update.executeQuery()) {
                while (row.next()) {
                    found.add(MessagingSql.key(row, 1));
                }
            }
        }
        found.forEach(relay::wake);
        return found.size();
    }

    private int cleanAll() throws SQLException {
        int all = 0;
        int batch = host.settings.cleanBatch();
        int deleted = batch;
        while (deleted == batch && !host.isClosed()) {
            try (Connection connection = host.database.getConnection();
                    PreparedStatement delete = connection.prepareStatement(CLEAN)) {
                delete.setLong(1, host.settings.keepFinished().toMillis());
                delete.setInt(2, batch);
                deleted = delete.executeUpdate();
                all += deleted;
            }
        }
        return all;
    }
}
