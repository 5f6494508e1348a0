package io.feiqian.simulation.audit;

import java.util.Optional;

/**
 * What a client asked for under a trace number; two requests with other contents are unequal.
 *
 * @param trace the trace number, 33 digits
 * @param payer the account to debit
 * @param payee the account to credit
 * @param amount in minor units
 * @param original the trace number of what is taken back
 */
public record Request(
        String trace, long payer, long payee, long amount, Optional<String> original) {}
