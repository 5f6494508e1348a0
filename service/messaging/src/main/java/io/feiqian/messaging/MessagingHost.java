package io.feiqian.messaging;

import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.telemetry.Alarm;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of one instance's messages share: its ports and its settings. */
final class MessagingHost {
    private static final Logger LOG = LoggerFactory.getLogger(CellMessages.class);

    final LocalCommit commits;
    final DataSource database;
    final MessageChannel channel;
    final OutboxContribution outbox;
    final InboxContribution inbox;
    final MessagingSettings settings;
    final Clock clock;
    final Timer timer;
    private final AlarmEvents alarms;
    private volatile boolean closed;

    MessagingHost(
            CellMessages.Ports ports,
            OutboxContribution outbox,
            InboxContribution inbox,
            MessagingSettings settings) {
        this.commits = ports.commits();
        this.database = ports.database();
        this.channel = ports.channel();
        this.outbox = outbox;
        this.inbox = inbox;
        this.settings = settings;
        this.clock = ports.clock();
        this.timer = ports.timer();
        this.alarms = ports.alarms();
    }

    /** Whether this instance has stopped: nothing is begun any more, and answers are let go. */
    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    /** One command on the outbox and what goes with it, as work that finishes what has begun. */
    CompletableFuture<Answer> commit(OutboxCommand command, Part<?>... with) {
        List<Part<?>> parts = new ArrayList<>();
        parts.add(new Part<>(outbox, command));
        parts.addAll(List.of(with));
        return commits.submit(
                new Work(
                        List.of(Claim.of(command.key().producer(), WorkKind.CONFIRM)),
                        parts,
                        Lane.FINISHING,
                        Deadline.after(settings.deliveryTimeout(), clock)));
    }

    /** Runs the action after this time, unless closed by then. */
    void after(Duration wait, Runnable action) {
        var _ =
                timer.after(
                        wait,
                        () -> {
                            if (!closed) {
                                action.run();
                            }
                        });
    }

    void alarm(AlarmKind kind, String message, Optional<TraceNumber> trace) {
        alarms.raise(new Alarm(kind.severity(), kind.alarmName(), message, trace));
    }

    /** A fault of ours or of the database: what was under way is left to a scan. */
    void fault(String what, Throwable fault) {
        LOG.warn("messages: {} is not done this time", what, fault);
    }
}
