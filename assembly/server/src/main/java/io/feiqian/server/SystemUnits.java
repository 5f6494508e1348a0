package io.feiqian.server;

import java.util.List;
import java.util.Optional;

/**
 * The processes of one system on one machine.
 *
 * @param registry who is where
 * @param cells every cell with its database
 * @param gateway HTTP for clients
 * @param console pages for operators
 * @param observatory traces and logs; empty where they are kept elsewhere
 */
record SystemUnits(
        Unit registry,
        List<CellUnits> cells,
        Unit gateway,
        Unit console,
        Optional<ObservatoryUnits> observatory) {
    /** Copies the list. */
    SystemUnits {
        cells = List.copyOf(cells);
    }

    /**
     * The observatory.
     *
     * @param database its database, ready before it starts
     * @param process the observatory
     */
    record ObservatoryUnits(Unit database, Unit process) {}

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
