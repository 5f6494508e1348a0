/**
 * The independent auditor: counts money by plain numbers and shares no code with the ledger or the
 * transaction protocol.
 */
@NullMarked
package io.feiqian.simulation.audit;

import org.jspecify.annotations.NullMarked;
