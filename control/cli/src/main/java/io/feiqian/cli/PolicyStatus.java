package io.feiqian.cli;

import io.feiqian.bank.contract.ConfigurationInstance;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.PolicyState;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.cli.FleetClient.Said;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which policies are in force where, by what each process reported and by what each instance says
 * itself. Pure.
 *
 * @param document the document of policies, with what processes reported; empty where the cell that
 *     keeps its history does not answer
 * @param instances every instance of every cell, and every other process that reported
 */
public record PolicyStatus(Optional<ConfigurationRecord> document, List<Standing> instances) {
    /** Copies the list. */
    public PolicyStatus {
        instances = List.copyOf(instances);
    }

    /**
     * One process.
     *
     * @param name its name; its address where nobody says more
     * @param reported what it reported by the registry; empty where it reported nothing
     * @param said what it says itself; empty where it was not asked or does not answer
     * @param failure why it does not answer; empty where it does, or was not asked
     */
    public record Standing(
            String name,
            Optional<ConfigurationInstance> reported,
            Optional<ShowServedResponse> said,
            String failure) {
        /** Whether it was asked and does not answer. */
        public boolean isSilent() {
            return !failure.isEmpty();
        }

        /** What one policy did there. */
        public Optional<PolicyState> of(String policy) {
            return said.stream()
                    .flatMap(each -> each.getPoliciesList().stream())
                    .filter(each -> each.getId().equals(policy))
                    .findFirst();
        }
    }

    /** Puts together what was said. */
    public static PolicyStatus of(
            Optional<ConfigurationRecord> document, List<Said<ShowServedResponse>> served) {
        List<ConfigurationInstance> reports =
                document.map(ConfigurationRecord::getInstancesList).orElse(List.of());
        List<Standing> all = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Said<ShowServedResponse> each : served) {
            String name = each.said().map(ShowServedResponse::getInstance).orElse(each.address());
            names.add(name);
            all.add(
                    new Standing(
                            name,
                            reports.stream()
                                    .filter(it -> it.getInstance().equals(name))
                                    .findFirst(),
                            each.said(),
                            each.failure()));
        }
        reports.stream()
                .filter(each -> !names.contains(each.getInstance()))
                .forEach(each ->
                        all.add(
                                new Standing(
                                        each.getInstance(),
                                        Optional.of(each),
                                        Optional.empty(),
                                        "")));
        return new PolicyStatus(document, all);
    }

    /** Whether a process does not go by what is meant for it. */
    public boolean differs() {
        return document.filter(ConfigurationText::differs).isPresent()
                || instances.stream()
                        .flatMap(each -> each.said().stream())
                        .anyMatch(each -> !each.getRefusedDocument().isEmpty());
    }

    /** Whether somebody did not answer. */
    public boolean isPartial() {
        return document.isEmpty() || instances.stream().anyMatch(Standing::isSilent);
    }

    /** The policies in force anywhere, by their ids, in order. */
    public List<String> policies() {
        return instances.stream()
                .flatMap(each -> each.said().stream())
                .flatMap(each -> each.getPoliciesList().stream())
                .map(PolicyState::getId)
                .distinct()
                .sorted()
                .toList();
    }
}
