package io.feiqian.configuration;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.configuration.Standing.Refusal;
import io.feiqian.configuration.spi.DocumentSource;
import io.feiqian.configuration.spi.Offer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One document as it holds now, followed at its source. Thread-safe; reading is one volatile read.
 *
 * <p>A change that cannot be used is refused and changes nothing: what held before holds on, and
 * {@link #standing} says so. The same where a listener fails with the new value.
 *
 * @param <T> the record
 */
public final class Configuration<T extends Record> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);

    private final DocumentType<T> type;
    private final DocumentSource source;
    private final Seal seal;
    private final Optional<KeptDocuments> kept;
    private final List<Consumer<T>> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> observers = new CopyOnWriteArrayList<>();
    private final List<Consumer<Refusal>> callers = new CopyOnWriteArrayList<>();
    private volatile Runnable endWatch = () -> {};
    private volatile T current;
    private volatile Standing standing;

    /** The revision of {@link #current}. */
    @GuardedBy("this")
    private long revision;

    private Configuration(
            DocumentType<T> type, DocumentSource source, Seal seal, Optional<KeptDocuments> kept) {
        this.type = type;
        this.source = source;
        this.seal = seal;
        this.kept = kept;
        this.current = type.defaults();
        this.standing = new Standing(type.name(), 0, 0, Optional.empty());
    }

    /**
     * Opens a document; its type's defaults hold where there is none.
     *
     * @throws ConfigurationException where the document cannot be used
     */
    public static <T extends Record> Configuration<T> open(
            DocumentType<T> type, DocumentSource source) {
        Configuration<T> opened = new Configuration<>(type, source, Seal.NONE, Optional.empty());
        var _ = opened.reload();
        opened.watch();
        return opened;
    }

    /**
     * Follows a document that is published to this process. Never fails: where what is offered
     * cannot be used, what was in force last holds, and where nothing was, the type's defaults.
     * What is offered no more holds on, and an older rollout never replaces a newer one.
     *
     * @param kept where what is in force is kept for the next start
     */
    public static <T extends Record> Configuration<T> follow(
            DocumentType<T> type, DocumentSource source, Seal seal, KeptDocuments kept) {
        Configuration<T> following = new Configuration<>(type, source, seal, Optional.of(kept));
        following.resume(kept);
        following.look();
        following.watch();
        return following;
    }

    /** What holds now. */
    public T current() {
        return current;
    }

    /** Which version that is, and what was refused since. */
    public Standing standing() {
        return standing;
    }

    /**
     * Tells the listener of every change from now on, in order. One that throws refuses the change:
     * whoever was told of it before is told the old value again.
     *
     * @return ends it when run
     */
    public Runnable onChange(Consumer<T> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /**
     * Tells the listener what holds, at once and at every change, in order; as {@link #onChange}.
     */
    public synchronized Runnable apply(Consumer<T> listener) {
        listener.accept(current);
        return onChange(listener);
    }

    /**
     * Tells the caller of what was refused, if anything is now, and of every further refusal once;
     * it must be quick.
     */
    public synchronized void onRefusal(Consumer<Refusal> caller) {
        standing.refused().ifPresent(caller);
        callers.add(caller);
    }

    /** Runs this after every change of {@link #standing}; it must be quick. */
    void onStanding(Runnable observer) {
        observers.add(observer);
    }

    /**
     * Reads the document again and tells the listeners where it changed.
     *
     * @return whether it changed
     * @throws ConfigurationException where it cannot be used; what held before holds on
     */
    public synchronized boolean reload() {
        Optional<Offer> offered;
        try {
            offered = source.read(type.name());
        } catch (ConfigurationException unreadable) {
            throw refused(0, standing.revision(), unreadable);
        }
        if (offered.isEmpty()) {
            return kept.isEmpty() && take(new Offer(0, 0, "{}"), type.defaults());
        }
        Offer offer = offered.get();
        if (offer.revision() < revision) {
            LOG.warn(
                    "configuration {}: rollout {} is older than {} and not followed",
                    type.name(),
                    offer.revision(),
                    revision);
            return false;
        }
        T now;
        try {
            now = value(offer);
        } catch (ConfigurationException wrong) {
            throw refused(offer.version(), offer.revision(), wrong);
        }
        return take(offer, now);
    }

    /** Follows the source no longer. */
    @Override
    public void close() {
        endWatch.run();
    }

    private void watch() {
        endWatch = source.watch(type.name(), this::look);
    }

    private void look() {
        try {
            var _ = reload();
        } catch (RuntimeException unusable) {
            LOG.error(
                    "configuration {} is left at version {}",
                    type.name(),
                    standing.version(),
                    unusable);
        }
    }

    private synchronized void resume(KeptDocuments from) {
        Optional<Offer> last = from.read(type.name());
        if (last.isEmpty()) {
            return;
        }
        try {
            current = value(last.get());
            revision = last.get().revision();
            stand(last.get().version(), revision, Optional.empty());
        } catch (ConfigurationException wrong) {
            LOG.error("configuration {}: what was kept cannot be used", type.name(), wrong);
            stand(0, 0, Optional.of(new Refusal(last.get().version(), wrong.getMessage() + "")));
        }
    }

    private T value(Offer offer) {
        return offer.isDefaults() ? type.defaults() : type.parse(offer.text(), seal);
    }

    @GuardedBy("this")
    private boolean take(Offer offer, T now) {
        boolean changed = !now.equals(current);
        if (changed) {
            tell(offer, now);
            current = now;
            LOG.info("configuration {}: version {} is in force", type.name(), offer.version());
        }
        boolean other = changed || standing.version() != offer.version();
        if (other || revision != offer.revision()) {
            revision = offer.revision();
            keep(offer);
        }
        stand(offer.version(), offer.revision(), Optional.empty());
        return changed;
    }

    @GuardedBy("this")
    private void tell(Offer offer, T now) {
        List<Consumer<T>> told = new ArrayList<>();
        for (Consumer<T> each : listeners) {
            told.add(each);
            try {
                each.accept(now);
            } catch (RuntimeException fault) {
                told.forEach(this::takeBack);
                throw refused(
                        offer.version(),
                        offer.revision(),
                        new ConfigurationException(
                                type.name() + ": cannot be applied: " + fault.getMessage(), fault));
            }
        }
    }

    private void takeBack(Consumer<T> listener) {
        try {
            listener.accept(current);
        } catch (RuntimeException fault) {
            LOG.error("configuration {}: the old value cannot be applied", type.name(), fault);
        }
    }

    /** It is in force whether or not the file could be written. */
    private void keep(Offer offer) {
        try {
            kept.ifPresent(each -> each.write(type.name(), offer));
        } catch (RuntimeException failure) {
            LOG.warn("configuration {} is not kept for the next start", type.name(), failure);
        }
    }

    @GuardedBy("this")
    private ConfigurationException refused(
            long version, long heard, ConfigurationException because) {
        stand(
                standing.version(),
                Math.max(heard, standing.revision()),
                Optional.of(new Refusal(version, because.getMessage() + "")));
        return because;
    }

    @GuardedBy("this")
    private void stand(long version, long heard, Optional<Refusal> refusal) {
        Standing now = new Standing(type.name(), version, heard, refusal);
        if (!now.equals(standing)) {
            boolean further = !refusal.equals(standing.refused());
            standing = now;
            observers.forEach(Runnable::run);
            refusal.filter(_ -> further).ifPresent(it -> callers.forEach(each -> each.accept(it)));
        }
    }
}
