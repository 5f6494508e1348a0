package io.feiqian.chaos;

import java.util.List;

/**
 * How the parts of a run ended.
 *
 * @param bank the bank; empty where it was not run
 * @param services the services beside it; empty where they were not run
 */
record RunReport(List<ChaosReport> bank, List<ServicesReport> services) {
    /** Copies the lists. */
    RunReport {
        bank = List.copyOf(bank);
        services = List.copyOf(services);
    }

    /** Whether every part was valid and its books are right. */
    boolean isGood() {
        return bank.stream().allMatch(ChaosReport::isGood)
                && services.stream().allMatch(ServicesReport::isGood);
    }
}
