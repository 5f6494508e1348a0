package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The definitions that this instance knows: those registered here, which new orchestrations take,
 * and those read from the store to finish what began on them elsewhere or earlier. Thread-safe.
 */
final class Definitions {
    private record Key(String name, int version) {}

    private final OrchestrationStore store;
    private final StepServices services;
    private final Map<Key, Definition> known = new ConcurrentHashMap<>();
    private final Map<String, Definition> newest = new ConcurrentHashMap<>();

    Definitions(OrchestrationStore store, StepServices services) {
        this.store = store;
        this.services = services;
    }

    void register(Definition definition) {
        Set<String> missing = new TreeSet<>();
        for (Step.Call each : definition.calls().values()) {
            boolean reversed = each.undo().kind() == Undo.Kind.REVERSE;
            for (String name :
                    reversed
                            ? List.of(each.service(), each.undo().service())
                            : List.of(each.service())) {
                if (services.named(name).isEmpty()) {
                    missing.add(name);
                }
            }
        }
        DefinitionCheck.unknownService(definition, missing)
                .ifPresent(flaw -> {
                    throw new DefinitionException(List.of(flaw));
                });
        String kept = store.define(definition);
        if (!kept.equals(definition.digest())) {
            throw new RefusedException(
                    OutcomeCode.DEFINITION_DIFFERS,
                    "definition: %s with digest %s is known with %s (expected: a new version)"
                            .formatted(definition, definition.digest(), kept));
        }
        known.put(new Key(definition.name(), definition.version()), definition);
        newest.merge(
                definition.name(),
                definition,
                (one, other) -> one.version() > other.version() ? one : other);
    }

    /** The one that new orchestrations take. */
    Definition newest(String name) {
        Definition found = newest.get(name);
        if (found == null) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_DEFINITION,
                    "definition: %s (expected: one of %s)"
                            .formatted(Texts.shown(name), new TreeSet<>(newest.keySet())));
        }
        return found;
    }

    /** The one that a row began on. Blocks where it is not known yet. */
    Definition of(OrchestrationRow row) {
        Key key = new Key(row.definition(), row.version());
        Definition found = known.get(key);
        if (found != null) {
            return found;
        }
        String json =
                store.definition(row.definition(), row.version())
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.UNKNOWN_DEFINITION,
                                        "definition: %s %d (expected: one that is kept)"
                                                .formatted(row.definition(), row.version())));
        Definition read = Definition.parse(json);
        known.put(key, read);
        return read;
    }
}
