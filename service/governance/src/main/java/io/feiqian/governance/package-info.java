/**
 * Decides what becomes of a call, and carries nothing out: limits, circuit breakers, access lists,
 * degradation, faults to order, protection against overload, quotas of a whole cluster, routing and
 * releases. Calls, gateway and batch apply what is decided.
 *
 * <p>{@link Governance} is where to begin; a {@link PolicyDocument} is what operators write.
 */
@NullMarked
package io.feiqian.governance;

import org.jspecify.annotations.NullMarked;
