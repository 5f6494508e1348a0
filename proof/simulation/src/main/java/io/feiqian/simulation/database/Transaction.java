package io.feiqian.simulation.database;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a transaction holds and what it has changed so far; nobody else sees that. */
final class Transaction {
    /** A row's place. */
    record Place(String table, Object id) {}

    final Map<Place, Optional<Object>> changes = new LinkedHashMap<>();
    final Set<Object> held = new LinkedHashSet<>();
    @Nullable Object waitsFor;
}
