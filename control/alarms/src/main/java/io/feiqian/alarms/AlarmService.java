package io.feiqian.alarms;

import io.feiqian.alarms.channels.Channels;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.runtime.Clock;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.storage.Migrations;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the rules and sends notices for as long as it runs. Any number may run over one
 * database: they take turns.
 */
public final class AlarmService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmService.class);
    private static final long CLOSE_SECONDS = 20;

    private final AlarmDatabase database;
    private final ObservatoryReads observatory;
    private final Channels channels;
    private final Notifier notifier;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Thread> threads;

    private AlarmService(
            AlarmDatabase database,
            ObservatoryReads observatory,
            Channels channels,
            AlarmWatch watch,
            Notifier notifier,
            Duration every) {
        this.database = database;
        this.observatory = observatory;
        this.channels = channels;
        this.notifier = notifier;
        this.threads =
                List.of(
                        again("alarm-rules", watch::look, every),
                        again("alarm-notices", notifier::send, every));
    }

    /**
     * Brings the database up to date and starts.
     *
     * @param database the observatory's, up to date
     * @param seal encrypts how to reach channels
     * @param every how often rules are looked at
     * @param link where the console's page is; empty for none
     * @throws io.feiqian.storage.StorageException where the database does not answer or is of a
     *     newer version
     */
    public static AlarmService start(
            DatabaseConfig database,
            PersonalData seal,
            Duration every,
            String link,
            Clock clock,
            MeterRegistry metrics) {
        Migrations.run(AlarmDatabase.source(database), List.of("alarms"));
        AlarmDatabase kept = new AlarmDatabase(() -> database);
        Channels channels = new Channels(clock);
        ObservatoryReads observatory = new ObservatoryReads(() -> database);
        return new AlarmService(
                kept,
                observatory,
                channels,
                new AlarmWatch(
                        kept,
                        new ObservedReadings(observatory, observatory.metrics()),
                        clock,
                        metrics),
                new Notifier(kept, new ChannelBook(seal), channels, clock, link, metrics),
                every);
    }

    private Thread again(String name, Runnable once, Duration every) {
        return Thread.ofPlatform()
                .name(name)
                .daemon()
                .start(() -> {
                    try {
                        do {
                            run(once);
                        } while (!closing.await(every.toMillis(), TimeUnit.MILLISECONDS));
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private static void run(Runnable once) {
        try {
            once.run();
        } catch (RuntimeException fault) {
            LOG.error("alarms met a fault of ours; they go on", fault);
        }
    }

    /** Ends after the look and the notices under way. */
    @Override
    public void close() {
        closing.countDown();
        for (Thread each : threads) {
            try {
                var _ = each.join(Duration.ofSeconds(CLOSE_SECONDS));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        notifier.close();
        channels.close();
        observatory.close();
        database.close();
    }
}
