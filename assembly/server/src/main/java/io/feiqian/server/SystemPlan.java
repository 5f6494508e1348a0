package io.feiqian.server;

import io.feiqian.cli.Endpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@code dev} starts: so many cells, each with so many instances and one database, at these
 * ports, all on this machine.
 *
 * @param cells 1 to 99
 * @param instances per cell, 1 to 9
 * @param ports where they listen
 * @param spans where all of them send their spans
 * @param consoleCertificate the console's certificate, a PEM file; empty for plain HTTP
 * @param consoleKey its private key, a PEM file; empty for plain HTTP
 * @param labels of instances of cells, by their names
 */
record SystemPlan(
        int cells,
        int instances,
        Ports ports,
        SpanTarget spans,
        String consoleCertificate,
        String consoleKey,
        Map<String, Map<String, String>> labels) {
    static final String HOST = "127.0.0.1";

    /** The same with a console that speaks plain HTTP. */
    SystemPlan(int cells, int instances, Ports ports, SpanTarget spans) {
        this(cells, instances, ports, spans, "", "", Map.of());
    }

    /** Refuses what does not fit one machine. */
    SystemPlan {
        if (cells < 1 || cells > 99) {
            throw new IllegalArgumentException("cells: " + cells + " (expected: 1 to 99)");
        }
        if (instances < 1 || instances > 9) {
            throw new IllegalArgumentException("instances: " + instances + " (expected: 1 to 9)");
        }
    }

    static String cellName(int cell) {
        return "cell-" + cell;
    }

    static String instanceName(int cell, int instance) {
        return cellName(cell) + "-" + instance;
    }

    String registryAddress() {
        return HOST + ":" + ports.registry();
    }

    String gatewayUrl() {
        return "http://" + HOST + ":" + ports.gateway();
    }

    String consoleUrl() {
        String scheme = consoleCertificate.isEmpty() ? "http://" : "https://";
        return scheme + HOST + ":" + ports.console();
    }

    String observatoryAddress() {
        return HOST + ":" + ports.observatory();
    }

    String instanceAddress(int cell, int instance) {
        return HOST + ":" + ports.cell(cell, instance, instances);
    }

    String databaseAddress(int cell) {
        return HOST + ":" + ports.database(cell);
    }

    /**
     * Where everything will listen.
     *
     * @param supervisor where the supervisor takes orders
     */
    Endpoints endpoints(String supervisor) {
        List<Endpoints.Cell> all = new ArrayList<>();
        for (int cell = 1; cell <= cells; cell++) {
            List<String> addresses = new ArrayList<>();
            for (int instance = 1; instance <= instances; instance++) {
                addresses.add(instanceAddress(cell, instance));
            }
            all.add(new Endpoints.Cell(cellName(cell), databaseAddress(cell), addresses));
        }
        return new Endpoints(
                ProcessHandle.current().pid(),
                gatewayUrl(),
                consoleUrl(),
                registryAddress(),
                all,
                supervisor);
    }
}
