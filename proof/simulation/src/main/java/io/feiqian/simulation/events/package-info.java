/** Virtual time, seeded chance, and the log of a run. */
@NullMarked
package io.feiqian.simulation.events;

import org.jspecify.annotations.NullMarked;
