package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance does from time to time: shows its sign of life, takes over from those that show
 * none, takes up what it has forgotten itself, and cleans. Thread-safe.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    /** One day more, so that nothing is cleaned away that is not refused yet. */
    private static final int MARGIN_DAYS = 1;

    private final String instance;
    private final OrchestrationStore store;
    private final Drives drives;
    private final Orchestrations.Host host;
    private final OrchestrationSettings settings;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile boolean closed;

    Leftovers(
            String instance,
            OrchestrationStore store,
            Drives drives,
            Orchestrations.Host host,
            OrchestrationSettings settings) {
        this.instance = instance;
        this.store = store;
        this.drives = drives;
        this.host = host;
        this.settings = settings;
    }

    void start() {
        again(Duration.ofNanos(1), this::look, settings.scanEvery());
        again(settings.cleanEvery(), this::clean, settings.cleanEvery());
    }

    private void again(Duration pause, Runnable work, Duration next) {
        host.timer()
                .after(
                        pause,
                        () ->
                                drives.execute(
                                        () -> {
                                            if (closed) {
                                                return;
                                            }
                                            try {
                                                work.run();
                                            } catch (RuntimeException failed) {
                                                LOG.warn(
                                                        "orchestrations: a look for leftovers failed",
                                                        failed);
                                            }
                                            again(next, work, next);
                                        },
                                        () ->
                                                LOG.debug(
                                                        "orchestrations: the executor takes no more work")));
    }

    private void look() {
        looking.lock();
        try {
            if (!closed) {
                lookOnce();
            }
        } finally {
            looking.unlock();
        }
    }

    private void lookOnce() {
        store.live(instance, settings.lease());
        store.takeOver(instance, settings.scanLimit()).forEach(drives::takeUpFound);
        Optional<TraceNumber> last = Optional.empty();
        do {
            List<TraceNumber> some =
                    store.idle(instance, settings.lease(), last, settings.scanLimit());
            some.forEach(drives::takeUpFound);
            last =
                    some.size() < settings.scanLimit()
                            ? Optional.empty()
                            : Optional.of(some.get(some.size() - 1));
        } while (last.isPresent() && !closed);
    }

    int clean() {
        int before = oldestDate(host.clock(), settings.keepDays() + MARGIN_DAYS);
        int all = 0;
        int some;
        do {
            some = store.clean(before, settings.cleanBatch());
            all += some;
        } while (some == settings.cleanBatch() && !closed);
        return all;
    }

    /** The oldest date, as a number, that is kept for so many days. */
    static int oldestDate(Clock clock, int keepDays) {
        LocalDate oldest = LocalDate.ofInstant(clock.now(), ZoneOffset.UTC).minusDays(keepDays);
        return oldest.getYear() * 10_000 + oldest.getMonthValue() * 100 + oldest.getDayOfMonth();
    }

    void close() {
        closed = true;
    }

    /** Lets the others have at once what this instance leaves. */
    void giveUp() {
        looking.lock();
        try {
            store.live(instance, Duration.ZERO);
        } catch (StoreException away) {
            LOG.warn("orchestrations: taken over only after the lease", away);
        } finally {
            looking.unlock();
        }
    }
}
