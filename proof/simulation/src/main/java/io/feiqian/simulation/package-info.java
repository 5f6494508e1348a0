/**
 * A whole bank under one seed: cells with their databases, instances, clients, operators and
 * faults, on one thread and one virtual clock. The code under test is the real pure code of the
 * ledger, the transaction protocol and routing; only what surrounds it is a model.
 */
@NullMarked
package io.feiqian.simulation;

import org.jspecify.annotations.NullMarked;
