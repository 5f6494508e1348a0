package io.feiqian.server;

import io.feiqian.configuration.DocumentType;
import java.util.List;
import java.util.Map;

/**
 * What an instance of a cell is told, as a file.
 *
 * @param cell the cell's number
 * @param name the instance's name, unique in the whole system
 * @param host where it listens
 * @param port where it listens: calls of the bank, of other cells and of operators
 * @param registry the registry's address, as {@link RegistryAddress} has it
 * @param databaseUrl the JDBC address of the cell's database, started here or an existing one
 * @param databaseUser the user
 * @param databasePasswordFile the file that holds the user's password
 * @param checkedDurability whether a database that could lose an acknowledged commit is refused
 * @param snapshotFile what the registry said last, kept beside the process
 * @param firstRouteMapFile the bank's first route map, where nothing else is known
 * @param secretsFolder the operators' token and the keys of personal data
 * @param firstBusinessDate the business date of a new database
 * @param retentionDays how long repeated trace numbers are recognised
 * @param tracesTo where spans go, as {@code http://host:4318/v1/traces} (OTLP over HTTP); empty
 *     keeps their numbers on log lines only
 * @param tracesPerSecond the most traces that begin here and are recorded in a second; 0 for all
 * @param configurationHome whether this cell keeps the history of configuration; one of all does
 * @param labels further facts for who chooses among the cell's instances, such as {@code version};
 *     at most 16
 * @param instances where all cells' instances are, where the registry has not said
 */
record CellConfig(
        int cell,
        String name,
        String host,
        int port,
        String registry,
        String databaseUrl,
        String databaseUser,
        String databasePasswordFile,
        boolean checkedDurability,
        String snapshotFile,
        String firstRouteMapFile,
        String secretsFolder,
        String firstBusinessDate,
        int retentionDays,
        String tracesTo,
        int tracesPerSecond,
        boolean configurationHome,
        Map<String, String> labels,
        List<KnownInstance> instances) {
    /** What a file says; paths and addresses have no defaults that would do. */
    static final DocumentType<CellConfig> TYPE =
            DocumentType.of(
                    "cell",
                    new CellConfig(
                            1,
                            "cell-1-1",
                            "127.0.0.1",
                            7101,
                            "127.0.0.1:2181",
                            "jdbc:postgresql://127.0.0.1:5432/feiqian",
                            "feiqian",
                            "password",
                            true,
                            "registry-snapshot",
                            "route-map.json",
                            "secrets",
                            "1993-01-01",
                            400,
                            "",
                            0,
                            false,
                            Map.of(),
                            List.of()));

    private static final int MOST_LABELS = 16;

    /** Copies list and map, and refuses labels that could not be a label of calls. */
    CellConfig {
        labels = Map.copyOf(labels);
        labels.forEach((label, value) -> {
            if (!(label + value).matches("[A-Za-z0-9._-]{2,128}") || label.equals("id")) {
                throw new IllegalArgumentException(
                        "labels: %s=%s (expected: letters, digits and . _ -)"
                                .formatted(label, value));
            }
        });
        if (labels.size() > MOST_LABELS) {
            throw new IllegalArgumentException(
                    "labels: " + labels.size() + " (expected: at most " + MOST_LABELS + ")");
        }
        instances = List.copyOf(instances);
    }
}
