package io.feiqian.console;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * A part of the bank that runs on cells of its own: a branch, a legal entity, a subsidiary. Its
 * users see these cells and act on them, and on no others.
 *
 * @param name as {@link Names} wants it
 * @param cells the names of its cells; of the built-in tenant of all cells, none: also cells of the
 *     future are its
 */
record Tenant(String name, Set<String> cells) {
    /** Every cell, whatever cells there will be. */
    static final Tenant ALL = new Tenant("all", Set.of());

    /** What is left to users whose tenant is kept nowhere any more: no cell is its. */
    static final Tenant NONE = new Tenant("-", Set.of());

    /** Copies the set. */
    Tenant {
        cells = Collections.unmodifiableSet(new TreeSet<>(cells));
    }

    /** Whether every cell is its. */
    boolean isWhole() {
        return name.equals(ALL.name);
    }

    /** Whether this cell is its. */
    boolean has(String cell) {
        return isWhole() || cells.contains(cell);
    }
}
