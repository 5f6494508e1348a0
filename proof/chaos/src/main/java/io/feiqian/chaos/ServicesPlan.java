package io.feiqian.chaos;

import java.time.Duration;
import java.util.List;

/**
 * What the services of a run do.
 *
 * @param length how long the load lasts
 * @param seed fixes the faults and what clients ask for, not the machine
 * @param kinds the kinds of transactions in the load
 * @param databases the products; the first has two services, each other one
 * @param instances of each service
 * @param workers how many clients at once
 * @param accountsPerCurrency how many accounts each service has in each currency
 * @param minAccepted the fewest accepted transactions of each kind that make a valid run
 */
record ServicesPlan(
        Duration length,
        long seed,
        List<GlobalKind> kinds,
        List<Product> databases,
        int instances,
        int workers,
        int accountsPerCurrency,
        long minAccepted) {
    /** Copies the lists. */
    ServicesPlan {
        kinds = List.copyOf(kinds);
        databases = List.copyOf(databases);
    }

    /** The faults that befall services over these databases. */
    List<FaultKind> faultKinds() {
        return FaultKind.ofServices().stream()
                .filter(each ->
                        each.product().isEmpty() || databases.contains(each.product().get()))
                .toList();
    }
}
