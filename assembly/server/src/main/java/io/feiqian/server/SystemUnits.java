package io.feiqian.server;

import java.util.List;

/**
 * The processes of one system on one machine.
 *
 * @param registry who is where
 * @param cells every cell with its database
 * @param gateway HTTP for clients
 * @param console pages for operators
 */
record SystemUnits(Unit registry, List<CellUnits> cells, Unit gateway, Unit console) {
    /** Copies the list. */
    SystemUnits {
        cells = List.copyOf(cells);
    }

    /**
     * One cell.
     *
     * @param database its database, ready before its instances start
     * @param instances its processes
     */
    record CellUnits(Unit database, List<Unit> instances) {
        /** Copies the list. */
        CellUnits {
            instances = List.copyOf(instances);
        }
    }
}
