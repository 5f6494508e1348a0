package io.feiqian.spring;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.governance.PolicyException;
import io.feiqian.registry.Document;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the policies that operators publish, and reports what is in force, so that {@code feiqian
 * configuration status} shows this service too. A document that cannot be used is refused, and what
 * held before holds on; an older rollout never replaces a newer one. While the registry is away
 * what it said last holds, restarts included. Thread-safe.
 */
final class PublishedPolicies implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedPolicies.class);

    private static final String DOCUMENT = "governance";
    private static final String KEY = "doc." + DOCUMENT;
    private static final String REPORTS = "configuration";
    private static final long FIRST_LOOK_MILLIS = 1_000;
    private static final int LONGEST_WHY = 300;

    private final Registry registry;
    private final CallGovernance governance;
    private final String id;
    private final String host;
    private final Map<String, String> labels;
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(work -> {
                Thread thread = new Thread(work, "feiqian-policies");
                thread.setDaemon(true);
                return thread;
            });
    private final Runnable unwatch;

    @GuardedBy("this")
    private long revision;

    @GuardedBy("this")
    private long version;

    @GuardedBy("this")
    private Optional<Registration> place = Optional.empty();

    /**
     * Begins to follow: what is published now is in force when this returns, where the registry
     * answers within a second.
     *
     * @param id the process among all of the system, the same after a restart
     * @param host where it runs
     * @param labels by which documents can be given to it
     */
    PublishedPolicies(
            Registry registry,
            CallGovernance governance,
            String id,
            String host,
            Map<String, String> labels) {
        this.registry = registry;
        this.governance = governance;
        this.id = id;
        this.host = host;
        this.labels = Map.copyOf(labels);
        now(registry).ifPresent(this::take);
        // The registry's own threads must not wait for who applies a change.
        this.unwatch =
                registry.watchDocument(
                        KEY,
                        each -> {
                            if (!worker.isShutdown()) {
                                worker.execute(() -> take(each));
                            }
                        });
    }

    private static Optional<Document> now(Registry registry) {
        if (registry.isConnected()) {
            try {
                return registry.fetch(KEY)
                        .orTimeout(FIRST_LOOK_MILLIS, TimeUnit.MILLISECONDS)
                        .join();
            } catch (CompletionException away) {
                LOG.warn("policies: the registry does not answer; what it said last holds", away);
            }
        }
        return registry.document(KEY);
    }

    private synchronized void take(Document published) {
        try {
            PublishedText text = PublishedText.read(DOCUMENT, published.content(), id, labels);
            if (text.revision() < revision) {
                LOG.warn(
                        "policies: rollout {} is older than {} and not followed",
                        text.revision(),
                        revision);
                return;
            }
            revision = text.revision();
            Outcome outcome = apply(text);
            if (outcome.isAccepted()) {
                version = text.version();
                report(0, "");
            } else {
                LOG.error("policies are left at version {}: {}", version, outcome.message());
                report(text.version(), outcome.message());
            }
        } catch (PolicyException unreadable) {
            LOG.error("policies are left at version {}", version, unreadable);
            report(0, String.valueOf(unreadable.getMessage()));
        }
    }

    private Outcome apply(PublishedText text) {
        try {
            return governance.publish(text.policies());
        } catch (PolicyException wrong) {
            return Outcome.refused(OutcomeCode.INVALID_POLICY, String.valueOf(wrong.getMessage()));
        }
    }

    @GuardedBy("this")
    private void report(long refused, String why) {
        if (worker.isShutdown()) {
            return;
        }
        Map<String, String> all = new HashMap<>(labels);
        String shortened = why.length() > LONGEST_WHY ? why.substring(0, LONGEST_WHY) + "…" : why;
        all.put(KEY, PublishedText.standing(version, revision, refused, shortened));
        // A statement, and nothing that anybody could call.
        all.put(ServiceInstance.ENDS_WITH_LEASE, "true");
        ServiceInstance now = new ServiceInstance(REPORTS, Optional.empty(), id, host, 1, all);
        if (place.isPresent()) {
            place.get().change(now);
        } else {
            place = Optional.of(registry.register(now, () -> true));
        }
    }

    @Override
    public void close() {
        unwatch.run();
        worker.shutdown();
        synchronized (this) {
            place.ifPresent(Registration::close);
            place = Optional.empty();
        }
    }
}
