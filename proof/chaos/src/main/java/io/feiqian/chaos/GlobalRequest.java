package io.feiqian.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * What a client asks a service for: one global transaction. Asking again sends the very same.
 *
 * @param trace its trace number, 33 digits
 * @param kind what kind of transaction
 * @param initiator the service that begins it
 * @param settled whether the answer waits for phase two
 * @param recalls the trace number of the transaction whose messages it takes back; empty for none
 * @param legs all movements; their amounts, with what is taken back, add up to zero, in one
 *     currency
 */
record GlobalRequest(
        String trace,
        GlobalKind kind,
        String initiator,
        boolean settled,
        String recalls,
        List<Leg> legs) {
    /** Copies the legs. */
    GlobalRequest {
        legs = List.copyOf(legs);
    }

    /** The same trace number with other amounts, which must never be executed. */
    GlobalRequest forged() {
        List<Leg> other = new ArrayList<>();
        for (Leg each : legs) {
            other.add(each.with(each.amount() * 2));
        }
        return new GlobalRequest(trace, kind, initiator, settled, recalls, other);
    }

    /** Whether a leg names an account that is not there, so that it can only be refused. */
    boolean isHopeless() {
        return legs.stream().anyMatch(each -> each.account() == ServiceAccounts.NOBODY);
    }
}
