package io.feiqian.simulation;

import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;

/**
 * The name of a contribution in parts of simulated works; the {@link Shell} for the command's type
 * executes it, not SQL.
 *
 * @param name its name
 * @param order its place in the order of tables
 * @param <C> its commands
 */
record Named<C>(String name, int order) implements Contribution<C> {
    @Override
    public Batch<C> open(CommitContext context) {
        throw new IllegalStateException(name + ": opened (expected: the simulation's shell)");
    }
}
