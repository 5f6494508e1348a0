package io.feiqian.chaos;

import java.util.List;

/**
 * How the parts of a run ended.
 *
 * @param bank the bank; empty where it was not run
 * @param services the services beside it; empty where they were not run
 * @param fleet the fleet beside it; empty where it was not run
 * @param gateway a gateway with clients and backends of its own; empty where it was not run
 */
record RunReport(
        List<ChaosReport> bank,
        List<ServicesReport> services,
        List<FleetReport> fleet,
        List<GatewayReport> gateway) {
    /** Copies the lists. */
    RunReport {
        bank = List.copyOf(bank);
        services = List.copyOf(services);
        fleet = List.copyOf(fleet);
        gateway = List.copyOf(gateway);
    }

    /** Whether every part was valid and its books are right. */
    boolean isGood() {
        return bank.stream().allMatch(ChaosReport::isGood)
                && services.stream().allMatch(ServicesReport::isGood)
                && fleet.stream().allMatch(FleetReport::isGood)
                && gateway.stream().allMatch(GatewayReport::isGood);
    }
}
