package io.feiqian.configuration;

import io.feiqian.configuration.Published.ForSome;
import io.feiqian.configuration.Published.Text;
import io.feiqian.configuration.spi.History;
import io.feiqian.registry.Document;
import io.feiqian.registry.Publication;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what the history says is in force into the registry, from where processes learn it. */
final class Distribution {
    private static final Logger LOG = LoggerFactory.getLogger(Distribution.class);
    private static final long PATIENCE_MILLIS = 2_000;
    private static final int ATTEMPTS = 3;

    private final History history;
    private final Registry registry;

    Distribution(History history, Registry registry) {
        this.history = history;
        this.registry = registry;
    }

    /** The revision that the registry had last; 0 for none, or what cannot be read. */
    long revisionKnown(String document) {
        return revision(document, registry.document(Published.PREFIX + document));
    }

    /** Whether the registry has, now, what is in force. */
    boolean settle(String document) {
        try {
            Optional<Published> inForce = history.rollout(document).map(this::published);
            return inForce.isEmpty() || settle(inForce.get());
        } catch (RefusedException | CompletionException silent) {
            LOG.warn("configuration {} is not distributed now", document, silent);
            return false;
        }
    }

    private boolean settle(Published inForce) {
        String name = Published.PREFIX + inForce.document();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Document> there = await(registry.fetch(name));
            if (there.filter(each -> each.content().equals(inForce.toJson())).isPresent()) {
                return true;
            }
            if (revision(inForce.document(), there) > inForce.revision()) {
                // An older copy of the history was restored, or somebody is quicker than we are.
                LOG.warn(
                        "configuration {}: the registry has a later rollout than {}",
                        inForce.document(),
                        inForce.revision());
                return false;
            }
            Publication publication =
                    await(
                            registry.publish(
                                    name,
                                    there.map(Document::version).orElse(0L),
                                    inForce.toJson()));
            if (publication instanceof Publication.Published) {
                return true;
            }
        }
        return false;
    }

    private Published published(Rollout rollout) {
        String document = rollout.document();
        return new Published(
                document,
                rollout.revision(),
                rollout.version() == 0
                        ? Optional.empty()
                        : Optional.of(text(document, rollout.version())),
                rollout.gray()
                        .map(each -> new ForSome(text(document, each.version()), each.target())));
    }

    private Text text(String document, long version) {
        return history.version(document, version)
                .map(each -> new Text(version, each.content()))
                .orElseThrow(() ->
                        new IllegalStateException(
                                document + ": version " + version + " has no row"));
    }

    private static long revision(String document, Optional<Document> there) {
        try {
            return there.map(each -> Published.parse(document, each.content()).revision())
                    .orElse(0L);
        } catch (ConfigurationException garbage) {
            return 0;
        }
    }

    private static <T> T await(CompletableFuture<T> answer) {
        return answer.orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).join();
    }
}
