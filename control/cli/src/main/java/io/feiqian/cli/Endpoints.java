package io.feiqian.cli;

import java.util.List;
import java.util.Objects;

/**
 * Where the processes of a running system listen, as {@code dev} writes it to {@code
 * endpoints.json} in the home folder so that commands find them.
 *
 * @param supervisorPid the process that started and watches the others
 * @param gateway the HTTP address, such as {@code http://127.0.0.1:8080}
 * @param console the console's address; empty where an older version wrote this
 * @param registry the registry's address, {@code host:port}
 * @param cells every cell with its instances
 * @param supervisor where the supervisor takes operators' orders, {@code host:port}; empty where an
 *     older version wrote this
 */
public record Endpoints(
        long supervisorPid,
        String gateway,
        String console,
        String registry,
        List<Cell> cells,
        String supervisor) {
    /** Copies the list. */
    public Endpoints {
        console = Objects.requireNonNullElse(console, "");
        cells = List.copyOf(cells);
        supervisor = Objects.requireNonNullElse(supervisor, "");
    }

    /**
     * One cell.
     *
     * @param cell its name, such as {@code cell-1}
     * @param database its database's address, {@code host:port}
     * @param instances the gRPC addresses of its instances, {@code host:port}
     */
    public record Cell(String cell, String database, List<String> instances) {
        /** Copies the list. */
        public Cell {
            instances = List.copyOf(instances);
        }
    }
}
