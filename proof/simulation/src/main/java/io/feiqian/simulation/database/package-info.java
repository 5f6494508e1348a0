/**
 * A model of one cell's database with those of its traits that lose money: READ COMMITTED with a
 * snapshot per statement, row locks and advisory locks with queues, unique keys that wait for a
 * transaction in doubt, commits that become visible late, connections lost at COMMIT.
 */
@NullMarked
package io.feiqian.simulation.database;

import org.jspecify.annotations.NullMarked;
