/** Threads of a simulated world: code that blocks, one at a time and in an order that repeats. */
@NullMarked
package io.feiqian.simulation.fibers;

import org.jspecify.annotations.NullMarked;
