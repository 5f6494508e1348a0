package io.feiqian.configuration;

import io.feiqian.configuration.DocumentState.InstanceState;
import io.feiqian.configuration.Rollout.Gray;
import io.feiqian.configuration.spi.History;
import io.feiqian.configuration.spi.History.Addition;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Documents as operators change them (S.ms-3): written as versions, published to all or to some,
 * withdrawn, rolled back; each change names the state that its operator saw, so that nobody
 * overwrites unseen, and is audited in its own transaction. Thread-safe; methods block.
 *
 * <p>No process needs this to serve: what is in force lies in the registry and beside each process.
 * Refusals: {@code UNKNOWN_CONFIGURATION}, {@code INVALID_CONFIGURATION}, {@code
 * CONFIGURATION_CHANGED}, and {@code DATABASE_UNAVAILABLE} where the history does not answer.
 */
public final class ConfigurationCentre {
    private static final int LONGEST = 200_000;
    private static final int MOST = 200;

    private final Map<String, DocumentType<?>> types = new TreeMap<>();
    private final History history;
    private final Registry registry;
    private final Distribution distribution;
    private final Seal seal;
    private final Clock clock;

    /**
     * A centre for these kinds of documents.
     *
     * @param seal opens secrets, so that one that processes could not open is refused here
     */
    public ConfigurationCentre(
            List<DocumentType<?>> types,
            History history,
            Registry registry,
            Seal seal,
            Clock clock) {
        types.forEach(each -> this.types.put(each.name(), each));
        this.history = history;
        this.registry = registry;
        this.distribution = new Distribution(history, registry);
        this.seal = seal;
        this.clock = clock;
        // What a registry is asked for the first time it tells a moment later only.
        var _ = StandingReport.all(registry);
        this.types.keySet().forEach(distribution::revisionKnown);
    }

    /**
     * A change of who uses which version.
     *
     * @param rollout what is in force now
     * @param distributed whether the registry has it; otherwise it will, once it answers
     */
    public record Done(Rollout rollout, boolean distributed) {}

    /** Every document there can be, in order of their names. */
    public List<DocumentState> list() {
        return types.keySet().stream().map(this::show).toList();
    }

    /** A document with what processes say of it. */
    public DocumentState show(String document) {
        var _ = type(document);
        Optional<Rollout> rollout = history.rollout(document);
        List<InstanceState> instances =
                StandingReport.all(registry).stream()
                        .filter(each -> each.standings().containsKey(document))
                        .map(each ->
                                new InstanceState(
                                        each.recipient().id(),
                                        each.recipient().labels(),
                                        meant(rollout, each.recipient()),
                                        Objects.requireNonNull(each.standings().get(document))))
                        .toList();
        return new DocumentState(
                document, history.newest(document), rollout, instances, registry.isConnected());
    }

    /** What the document may hold, as JSON Schema. */
    public String schema(String document) {
        return type(document).schema();
    }

    /** A version; 0 for the newest. */
    public DocumentVersion version(String document, long version) {
        var _ = type(document);
        return (version == 0 ? history.newest(document) : history.version(document, version))
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.UNKNOWN_CONFIGURATION,
                                "%s: version %d is not there".formatted(document, version)));
    }

    /** The newest versions, at most 200, the newest first. */
    public List<DocumentVersion> versions(String document) {
        var _ = type(document);
        return history.versions(document, MOST);
    }

    /** The newest rollouts, at most 200, the newest first. */
    public List<Rollout> rollouts(String document) {
        var _ = type(document);
        return history.rollouts(document, MOST);
    }

    /** Where two versions differ; 0 is the empty document. Secrets are not shown. */
    public List<Difference> difference(String document, long from, long to) {
        return Difference.between(document, content(document, from), content(document, to));
    }

    /**
     * Writes the next version; nobody uses it before it is published.
     *
     * @param base the newest version as the operator saw it; 0 for none
     */
    public DocumentVersion set(String document, long base, String content, ChangeOrder order) {
        requireUsable(document, content);
        long newest = history.newest(document).map(DocumentVersion::version).orElse(0L);
        DocumentVersion next =
                new DocumentVersion(document, base + 1, content, order, clock.now(), 0);
        if (newest != base
                || !history.add(
                        Addition.of(next), entry(order, "set", document, next.version(), ""))) {
            throw overtaken(document, "base version: " + base);
        }
        return next;
    }

    /**
     * Gives a version to all, which ends a trial, or to some as a trial beside what all use.
     *
     * @param revision the rollout that the operator saw; 0 for none
     */
    public Done publish(
            String document, long version, Target target, long revision, ChangeOrder order) {
        requireUsable(document, version(document, version).content());
        long forAll = history.rollout(document).map(Rollout::version).orElse(0L);
        boolean toAll = target instanceof Target.All;
        if (!toAll && forAll == version) {
            throw new RefusedException(
                    OutcomeCode.INVALID_CONFIGURATION,
                    "%s: version %d is in force for all (expected: another one)"
                            .formatted(document, version));
        }
        Rollout next =
                toAll
                        ? rollout(document, revision, version, Optional.empty(), order)
                        : rollout(
                                document,
                                revision,
                                forAll,
                                Optional.of(new Gray(version, target)),
                                order);
        return roll(
                Addition.of(next, revision),
                next,
                entry(order, "publish", document, version, target.toString()));
    }

    /** Ends a trial: all use again what the others used. */
    public Done withdraw(String document, long revision, ChangeOrder order) {
        var _ = type(document);
        Rollout now =
                history.rollout(document)
                        .filter(each -> each.gray().isPresent())
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.INVALID_CONFIGURATION,
                                        document + ": nothing is on trial (expected: a version)"));
        Rollout next = rollout(document, revision, now.version(), Optional.empty(), order);
        return roll(
                Addition.of(next, revision),
                next,
                entry(
                        order,
                        "withdraw",
                        document,
                        now.gray().map(Gray::version).orElse(0L),
                        now.gray().map(it -> it.target().toString()).orElse("")));
    }

    /**
     * Writes the next version and gives it to all, in one step.
     *
     * @param base the newest version as its author saw it; 0 for none
     * @param revision the rollout that was seen; 0 for none
     */
    public Done change(
            String document, long base, long revision, String content, ChangeOrder order) {
        requireUsable(document, content);
        if (history.newest(document).map(DocumentVersion::version).orElse(0L) != base) {
            throw overtaken(document, "base version: " + base);
        }
        DocumentVersion version =
                new DocumentVersion(document, base + 1, content, order, clock.now(), 0);
        Rollout next = rollout(document, revision, version.version(), Optional.empty(), order);
        return roll(
                new Addition(Optional.of(version), Optional.of(next), revision),
                next,
                entry(order, "change", document, version.version(), "all"));
    }

    /**
     * Writes the content of an earlier version as the next one and gives it to all, in one step.
     *
     * @param revision the rollout that the operator saw
     */
    public Done rollBack(String document, long toVersion, long revision, ChangeOrder order) {
        DocumentVersion old = version(document, toVersion);
        requireUsable(document, old.content());
        long newest = history.newest(document).map(DocumentVersion::version).orElse(0L);
        DocumentVersion copy =
                new DocumentVersion(
                        document, newest + 1, old.content(), order, clock.now(), old.version());
        Rollout next = rollout(document, revision, copy.version(), Optional.empty(), order);
        return roll(
                new Addition(Optional.of(copy), Optional.of(next), revision),
                next,
                entry(order, "rollback", document, copy.version(), "version " + toVersion));
    }

    /**
     * Sees to it that the registry has what is in force, also after it was lost or somebody wrote
     * something else there. Waits for it some seconds at most.
     *
     * @return whether it has
     */
    public boolean distribute() {
        boolean all = true;
        for (String each : types.keySet()) {
            all &= distribution.settle(each);
        }
        return all;
    }

    private Done roll(Addition addition, Rollout next, AuditEntry entry) {
        if (!history.add(addition, entry)) {
            throw overtaken(next.document(), "revision: " + addition.replaces());
        }
        return new Done(next, distribution.settle(next.document()));
    }

    private Rollout rollout(
            String document, long seen, long version, Optional<Gray> gray, ChangeOrder order) {
        // A registry that knows of later rollouts than a restored history is overtaken too.
        long last = Math.max(seen, distribution.revisionKnown(document));
        return new Rollout(document, last + 1, version, gray, order, clock.now());
    }

    private static long meant(Optional<Rollout> rollout, Recipient recipient) {
        return rollout.map(each ->
                        each.gray()
                                .filter(gray -> gray.target().includes(each.document(), recipient))
                                .map(Gray::version)
                                .orElse(each.version()))
                .orElse(0L);
    }

    private String content(String document, long version) {
        if (version == 0) {
            var _ = type(document);
            return "";
        }
        return version(document, version).content();
    }

    private void requireUsable(String document, String content) {
        DocumentType<?> type = type(document);
        if (content.length() > LONGEST) {
            throw new RefusedException(
                    OutcomeCode.INVALID_CONFIGURATION,
                    "%s: %d characters (expected: at most %d)"
                            .formatted(document, content.length(), LONGEST));
        }
        try {
            var _ = type.parse(content, seal);
        } catch (ConfigurationException wrong) {
            throw new RefusedException(
                    OutcomeCode.INVALID_CONFIGURATION, String.valueOf(wrong.getMessage()));
        }
    }

    private DocumentType<?> type(String document) {
        DocumentType<?> type = types.get(document);
        if (type == null) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_CONFIGURATION,
                    "document: %s (expected: one of %s)"
                            .formatted(document, String.join(", ", types.keySet())));
        }
        return type;
    }

    private RefusedException overtaken(String document, String seen) {
        String newest =
                history.newest(document)
                        .map(each ->
                                "version %d by %s"
                                        .formatted(each.version(), each.order().operator()))
                        .orElse("no version");
        String inForce =
                history.rollout(document)
                        .map(each ->
                                "revision %d by %s"
                                        .formatted(each.revision(), each.order().operator()))
                        .orElse("no rollout");
        return new RefusedException(
                OutcomeCode.CONFIGURATION_CHANGED,
                "%s: %s (expected: what is newest: %s, %s)"
                        .formatted(document, seen, newest, inForce));
    }

    private static AuditEntry entry(
            ChangeOrder order, String action, String document, long version, String how) {
        Map<String, String> details = new TreeMap<>();
        details.put("version", Long.toString(version));
        if (!how.isEmpty()) {
            details.put(action.equals("rollback") ? "of" : "to", how);
        }
        return new AuditEntry(order, "configuration." + action, document, details);
    }
}
