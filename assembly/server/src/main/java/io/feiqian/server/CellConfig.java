package io.feiqian.server;

import io.feiqian.configuration.DocumentType;
import java.util.List;

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
                            List.of()));

    /** Copies the list. */
    CellConfig {
        instances = List.copyOf(instances);
    }
}
