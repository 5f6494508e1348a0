package io.feiqian.rpc;

import io.feiqian.vocabulary.CellId;
import java.util.List;

/**
 * The ready instances of each cell, as this process knows them now.
 *
 * <p>Answers from memory, never blocks, and goes on answering with what it knew last while the
 * registry is down (D5.5-0). Thread-safe.
 */
@FunctionalInterface
public interface CellInstances {
    /** The ready instances of a cell in the order of their names; empty where none is known. */
    List<Endpoint> of(CellId cell);
}
