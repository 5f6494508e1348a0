package io.feiqian.simulation.services;

import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks for.
 *
 * @param service who begins the transaction
 * @param legs its branches, in order
 * @param own the own share
 * @param slow whether its body takes longer than rows of void attempts are kept
 */
record ServiceOrder(
        TraceNumber trace, String service, List<Leg> legs, Optional<Leg> own, boolean slow) {
    /** Everything that is asked for. */
    io.feiqian.participant.Content content() {
        List<Leg> all = new ArrayList<>(legs);
        own.ifPresent(all::add);
        return Leg.written(all);
    }

    /** What its caller is told once it is decided. */
    String answer() {
        return own.map(leg -> "own " + leg.amount()).orElse("");
    }

    /** The same number for twice as much. */
    ServiceOrder forMore() {
        return new ServiceOrder(
                trace,
                service,
                legs.stream().map(ServiceOrder::more).toList(),
                own.map(ServiceOrder::more),
                false);
    }

    private static Leg more(Leg leg) {
        return new Leg(leg.service(), leg.kind(), leg.account(), 2 * leg.amount());
    }
}
