/**
 * Sagas and orchestrations: definitions of steps with reversals, a pure protocol that says what
 * comes next, an engine that carries it out and leaves every step's outcome durable before the next
 * begins, and its tables in the user's own database (saga-steps).
 */
@NullMarked
package io.feiqian.orchestration;

import org.jspecify.annotations.NullMarked;
