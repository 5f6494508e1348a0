package io.feiqian.configuration;

import io.feiqian.configuration.spi.History;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.spi.AuditTrail;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A history inside one process: for a system in a single process, and for tests. Thread-safe. */
public final class InMemoryHistory implements History {
    private final AuditTrail trail;
    private final Map<String, List<DocumentVersion>> versions = new HashMap<>();
    private final Map<String, List<Rollout>> rollouts = new HashMap<>();

    /** Empty; changes are recorded in this trail. */
    public InMemoryHistory(AuditTrail trail) {
        this.trail = trail;
    }

    @Override
    public synchronized boolean add(Addition addition, AuditEntry entry) {
        boolean late =
                addition.version().filter(this::isThere).isPresent()
                        || addition.rollout()
                                .filter(each -> inForce(each.document()) != addition.replaces())
                                .isPresent();
        if (late) {
            return false;
        }
        var _ = trail.append(entry);
        addition.version().ifPresent(each -> of(versions, each.document()).add(each));
        addition.rollout().ifPresent(each -> of(rollouts, each.document()).add(each));
        return true;
    }

    @Override
    public synchronized Optional<DocumentVersion> newest(String document) {
        return versions(document, 1).stream().findFirst();
    }

    @Override
    public synchronized Optional<DocumentVersion> version(String document, long version) {
        return of(versions, document).stream()
                .filter(each -> each.version() == version)
                .findFirst();
    }

    @Override
    public synchronized List<DocumentVersion> versions(String document, int atMost) {
        return of(versions, document).reversed().stream().limit(atMost).toList();
    }

    @Override
    public synchronized Optional<Rollout> rollout(String document) {
        return rollouts(document, 1).stream().findFirst();
    }

    @Override
    public synchronized List<Rollout> rollouts(String document, int atMost) {
        return of(rollouts, document).reversed().stream().limit(atMost).toList();
    }

    private boolean isThere(DocumentVersion added) {
        return version(added.document(), added.version()).isPresent();
    }

    private long inForce(String document) {
        return rollout(document).map(Rollout::revision).orElse(0L);
    }

    private static <T> List<T> of(Map<String, List<T>> all, String document) {
        return all.computeIfAbsent(document, _ -> new ArrayList<>());
    }
}
