package io.feiqian.console;

import io.feiqian.bank.contract.ConfigurationInstance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All gateways: those of this machine, which are asked, and those that reported to the registry by
 * which configuration they go. Pure.
 *
 * @param all every one, by name
 */
public record Gateways(List<Row> all) {
    /** The role by which gateways report. */
    private static final String ROLE = "gateway";

    /** Copies the list. */
    public Gateways {
        all = List.copyOf(all);
    }

    /**
     * One gateway.
     *
     * @param name its name
     * @param folder its folder's name on this machine; empty where it runs elsewhere
     * @param answers whether it was asked and answers
     * @param version the version of its configuration that is in force; 0 for its default or file
     * @param wanted the version that it is to go by; -1 where nobody says
     * @param refused why a newer one is not in force; empty where none was refused
     * @param differs whether it does not go by what it is to go by
     */
    public record Row(
            String name,
            String folder,
            boolean answers,
            long version,
            long wanted,
            String refused,
            boolean differs) {
        /** Whether it is on this machine. */
        public boolean isHere() {
            return !folder.isEmpty();
        }
    }

    /**
     * Puts together what was said.
     *
     * @param here those of this machine, by their folders
     * @param reported what processes reported of the gateways' document
     */
    static Gateways of(Map<String, GatewayView> here, List<ConfigurationInstance> reported) {
        Map<String, ConfigurationInstance> reports = new HashMap<>();
        for (ConfigurationInstance each : reported) {
            if (ROLE.equals(each.getLabelsMap().get("role"))) {
                reports.put(each.getInstance(), each);
            }
        }
        List<Row> all = new ArrayList<>();
        here.forEach((folder, view) -> {
            String name = view.answers() ? view.name() : folder;
            ConfigurationInstance report = reports.remove(name);
            all.add(
                    row(
                            name,
                            folder,
                            view.answers(),
                            view.answers()
                                    ? view.document().version()
                                    : report == null ? 0 : report.getVersion(),
                            report == null ? -1 : report.getMeantVersion(),
                            view.answers()
                                    ? view.document().refused()
                                    : report == null ? "" : report.getRefusedBecause()));
        });
        reports.values().stream()
                .sorted(Comparator.comparing(ConfigurationInstance::getInstance))
                .forEach(each ->
                        all.add(
                                row(
                                        each.getInstance(),
                                        "",
                                        false,
                                        each.getVersion(),
                                        each.getMeantVersion(),
                                        each.getRefusedBecause())));
        return new Gateways(all);
    }

    private static Row row(
            String name,
            String folder,
            boolean answers,
            long version,
            long wanted,
            String refused) {
        boolean differs = !refused.isEmpty() || (wanted >= 0 && version != wanted);
        return new Row(name, folder, answers, version, wanted, refused, differs);
    }
}
