package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Randomness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Where the processes of one system listen on this machine.
 *
 * @param gateway HTTP for clients
 * @param console pages for operators
 * @param observatory where traces and logs are received
 * @param registry the registry
 * @param firstCell the first instance of the first cell; the others follow
 * @param firstDatabase the first cell's database; the others follow, the observatory's goes before
 */
record Ports(
        int gateway, int console, int observatory, int registry, int firstCell, int firstDatabase) {
    /** Below the ports that the kernel gives to outgoing connections. */
    private static final int LOWEST_FREE = 15_000;

    private static final int FREE_SPAN = 15_000;
    private static final int TRIES = 200;

    /** Ports in the free, found by looking; for systems that must not disturb another. */
    static Ports free(int cells, int instances) {
        Randomness random = Randomness.secure();
        int needed = 5 + cells * instances + cells;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int first = LOWEST_FREE + random.nextInt(FREE_SPAN);
            if (areFree(first, needed)) {
                return new Ports(
                        first,
                        first + 1,
                        first + 2,
                        first + 3,
                        first + 4,
                        first + 5 + cells * instances);
            }
        }
        throw new CommandFailure(
                ExitStatus.CANNOT_START,
                "no " + needed + " free ports in a row were found",
                "Name ports with --gateway-port, --console-port, --observatory-port, --registry-port, --cell-port, --database-port.");
    }

    int cell(int cell, int instance, int instances) {
        return firstCell + (cell - 1) * instances + (instance - 1);
    }

    int observatoryDatabase() {
        return firstDatabase - 1;
    }

    int database(int cell) {
        return firstDatabase + (cell - 1);
    }

    /**
     * Refuses ports that are in use, twice given or out of range, naming option and port.
     *
     * @param observed whether there is an observatory
     */
    void require(int cells, int instances, boolean observed) {
        Set<Integer> seen = new HashSet<>();
        require(gateway, "the gateway", "--gateway-port", seen);
        require(console, "the console", "--console-port", seen);
        require(registry, "the registry", "--registry-port", seen);
        if (observed) {
            require(observatory, "the observatory", "--observatory-port", seen);
            require(
                    observatoryDatabase(),
                    "the database of the observatory",
                    "--database-port",
                    seen);
        }
        for (int cell = 1; cell <= cells; cell++) {
            for (int instance = 1; instance <= instances; instance++) {
                require(
                        cell(cell, instance, instances),
                        "instance " + instance + " of cell-" + cell,
                        "--cell-port",
                        seen);
            }
            require(database(cell), "the database of cell-" + cell, "--database-port", seen);
        }
    }

    private static void require(int port, String what, String option, Set<Integer> seen) {
        String remedy = "Name another one with " + option + ", or let 'dev --ports free' choose.";
        if (port < 1 || port > 65_535) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "port of %s: %d (expected: 1 to 65535)".formatted(what, port),
                    remedy);
        }
        if (!seen.add(port) || !isFree(port)) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "port %d for %s is in use".formatted(port, what),
                    remedy);
        }
    }

    private static boolean areFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            if (!isFree(port)) {
                return false;
            }
        }
        return true;
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
