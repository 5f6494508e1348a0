package io.feiqian.alarms;

import io.feiqian.alarms.NoticeBook.Due;
import io.feiqian.alarms.channels.ChannelConfig;
import io.feiqian.alarms.channels.Channels;
import io.feiqian.alarms.channels.NotDelivered;
import io.feiqian.alarms.channels.Notice;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.RefusedException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends notices: at least once, since what was sent is known only afterwards, and not again once a
 * channel took it. What is not taken is tried again with growing pauses for a day. One caller; a
 * slow channel does not hold up the others of a round.
 */
final class Notifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10));
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int LONGEST_FAILURE = 300;

    private final AlarmDatabase database;
    private final ChannelBook book;
    private final Channels channels;
    private final Clock clock;
    private final String link;
    private final Counter sent;
    private final Counter failed;
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * A notifier.
     *
     * @param link where the console's page is; empty where there is none
     */
    Notifier(
            AlarmDatabase database,
            ChannelBook book,
            Channels channels,
            Clock clock,
            String link,
            MeterRegistry metrics) {
        this.database = database;
        this.book = book;
        this.channels = channels;
        this.clock = clock;
        this.link = link;
        this.sent = metrics.counter("feiqian.alarms.sent");
        this.failed = metrics.counter("feiqian.alarms.unsent");
    }

    /** Sends what is due, and waits until each was sent or was not; how many were taken up. */
    int send() {
        List<Due> due;
        try {
            due = database.transaction(sql -> NoticeBook.take(sql, clock.now().toEpochMilli()));
        } catch (RefusedException unavailable) {
            LOG.debug("notices cannot be read: {}", unavailable.getMessage());
            return 0;
        }
        List<? extends Future<?>> running =
                due.stream().map(each -> senders.submit(() -> send(each))).toList();
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return due.size();
            } catch (java.util.concurrent.ExecutionException fault) {
                LOG.warn("a notice met a fault of ours; it is sent again", fault.getCause());
            }
        }
        return due.size();
    }

    private void send(Due due) {
        try {
            Optional<ChannelConfig> config =
                    database.transaction(sql -> book.config(sql, due.channel()));
            if (config.isEmpty()) {
                throw NotDelivered.forGood("channel: off (expected: on)");
            }
            channels.open(config.get()).send(notice(due));
            var _ =
                    database.transaction(
                            sql -> NoticeBook.done(sql, due.id(), clock.now().toEpochMilli()));
            sent.increment();
        } catch (NotDelivered refused) {
            failed.increment();
            note(due, refused);
        } catch (RefusedException unavailable) {
            LOG.debug("a notice is sent again: {}", unavailable.getMessage());
        }
    }

    private void note(Due due, NotDelivered refused) {
        long now = clock.now().toEpochMilli();
        String why = String.valueOf(refused.getMessage());
        String failure = why.length() <= LONGEST_FAILURE ? why : why.substring(0, LONGEST_FAILURE);
        boolean over = refused.permanent() || now - due.madeAt() > LONGEST.toMillis();
        LOG.warn(
                "a notice of rule {} was not taken{}: {}",
                due.rule(),
                over ? " and is given up" : "",
                failure);
        var _ =
                database.transaction(sql ->
                        over
                                ? NoticeBook.giveUp(sql, due.id(), failure, now)
                                : NoticeBook.later(
                                        sql,
                                        due.id(),
                                        failure,
                                        now + RETRY.after(due.attempts()).toMillis()));
    }

    private Notice notice(Due due) {
        return new Notice(
                "feiqian-alarm-" + due.id(),
                due.ending() ? Notice.Kind.ENDED : Notice.Kind.RAISED,
                due.severity(),
                due.rule(),
                due.object(),
                due.text(),
                Instant.ofEpochMilli(due.since()),
                Instant.ofEpochMilli(due.madeAt()),
                link);
    }

    @Override
    public void close() {
        senders.close();
    }
}
