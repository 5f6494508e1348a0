package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.HomeFolder;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.BusinessDate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of {@code dev} that say what to start and where it listens. */
final class PlanOptions {
    private static final int DEFAULT_CELLS = 3;
    private static final Pattern LABEL =
            Pattern.compile("(cell-\\d{1,2}-\\d):([A-Za-z0-9._-]{1,64})=([A-Za-z0-9._-]{1,64})");

    @Option(
            names = "--cells",
            paramLabel = "N",
            description = "how many cells (default: those of the home folder, 3 in a new one)")
    private int cells;

    @Option(
            names = "--instances",
            paramLabel = "N",
            description = "processes per cell (default: ${DEFAULT-VALUE})")
    private int instances = 1;

    @Option(
            names = "--label",
            paramLabel = "INSTANCE:NAME=VALUE",
            description = {
                "a label of an instance of a cell, such as cell-1-2:version=b, by which gray",
                "releases choose; may be given several times"
            })
    private List<String> labels = new ArrayList<>();

    @Option(
            names = "--gateway-port",
            paramLabel = "PORT",
            description = "default: ${DEFAULT-VALUE}")
    private int gatewayPort = 8080;

    @Option(
            names = "--console-port",
            paramLabel = "PORT",
            description = "default: ${DEFAULT-VALUE}")
    private int consolePort = 8090;

    @Option(
            names = "--console-certificate",
            paramLabel = "FILE",
            description = "PEM file; with it and its key the console speaks HTTPS")
    private String consoleCertificate = "";

    @Option(
            names = "--console-key",
            paramLabel = "FILE",
            description = "PEM file (PKCS #8, not encrypted) that belongs to the certificate")
    private String consoleKey = "";

    @Option(
            names = "--registry-port",
            paramLabel = "PORT",
            description = "default: ${DEFAULT-VALUE}")
    private int registryPort = 2181;

    @Option(
            names = "--cell-port",
            paramLabel = "PORT",
            description = "of the first cell; the others follow (default: ${DEFAULT-VALUE})")
    private int cellPort = 7101;

    @Option(
            names = "--database-port",
            paramLabel = "PORT",
            description = "of the first database; the others follow (default: ${DEFAULT-VALUE})")
    private int databasePort = 5501;

    @Option(
            names = "--ports",
            paramLabel = "free",
            description = "'free': choose ports that nobody uses")
    private String ports = "";

    @Option(
            names = "--business-date",
            paramLabel = "DATE",
            description = {
                "the first business date of a new bank (default: ${DEFAULT-VALUE}, with which the",
                "real data of 1993 can be loaded); 'feiqian business-date' moves it forward"
            })
    private String businessDate = "1993-01-01";

    @Option(
            names = "--traces-to",
            paramLabel = "URL",
            description = {
                "send spans to this address, such as http://localhost:4318/v1/traces (OTLP over",
                "HTTP), and start no observatory (default: to an observatory of its own)"
            })
    private String tracesTo = "";

    @Option(
            names = "--traces-per-second",
            paramLabel = "N",
            description = {
                "record at most so many traces a second that begin in one process (default:",
                "${DEFAULT-VALUE}; 0: all)"
            })
    private int tracesPerSecond = 100;

    @Option(
            names = "--observatory-port",
            paramLabel = "PORT",
            description = "default: ${DEFAULT-VALUE}; its database goes before those of the cells")
    private int observatoryPort = 4318;

    /** The business date of a new bank. */
    BusinessDate firstBusinessDate() {
        return BusinessDate.parse(businessDate);
    }

    /** The same options as arguments, for the supervisor's process. */
    List<String> arguments() {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("--cells", String.valueOf(cells)));
        all.addAll(List.of("--instances", String.valueOf(instances)));
        all.addAll(List.of("--gateway-port", String.valueOf(gatewayPort)));
        all.addAll(List.of("--console-port", String.valueOf(consolePort)));
        all.addAll(List.of("--observatory-port", String.valueOf(observatoryPort)));
        all.addAll(List.of("--traces-per-second", String.valueOf(tracesPerSecond)));
        all.addAll(List.of("--registry-port", String.valueOf(registryPort)));
        all.addAll(List.of("--cell-port", String.valueOf(cellPort)));
        all.addAll(List.of("--database-port", String.valueOf(databasePort)));
        all.addAll(List.of("--business-date", businessDate));
        if (!tracesTo.isEmpty()) {
            all.addAll(List.of("--traces-to", tracesTo));
        }
        if (!consoleCertificate.isEmpty()) {
            all.addAll(List.of("--console-certificate", absolute(consoleCertificate)));
        }
        if (!consoleKey.isEmpty()) {
            all.addAll(List.of("--console-key", absolute(consoleKey)));
        }
        labels.forEach(each -> all.addAll(List.of("--label", each)));
        if (!ports.isEmpty()) {
            all.addAll(List.of("--ports", ports));
        }
        return all;
    }

    /**
     * What to start in this home.
     *
     * @throws CommandFailure where it does not fit the home, or a port is in use
     */
    SystemPlan plan(HomeFolder home) {
        if (!ports.isEmpty() && !ports.equals("free")) {
            throw usage("--ports: " + ports + " (expected: free)");
        }
        int there = cellsOf(SystemLayout.firstRouteMap(home));
        int wanted = cells != 0 ? cells : there != 0 ? there : DEFAULT_CELLS;
        if (there != 0 && wanted != there) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "--cells: %d (expected: %d, as the home folder was made)"
                            .formatted(wanted, there),
                    "Leave the option out, or name a new --home.");
        }
        if (tracesPerSecond < 0 || tracesPerSecond > 1_000_000) {
            throw usage(
                    "--traces-per-second: %d (expected: 0 to 1,000,000)"
                            .formatted(tracesPerSecond));
        }
        if (consoleCertificate.isEmpty() != consoleKey.isEmpty()) {
            throw usage("--console-certificate and --console-key: one (expected: both or neither)");
        }
        if (wanted < 1 || wanted > 99 || instances < 1 || instances > 9) {
            throw usage(
                    "--cells %d --instances %d (expected: 1 to 99, 1 to 9)"
                            .formatted(wanted, instances));
        }
        if (ports.equals("free")) {
            Ports free = Ports.free(wanted, instances);
            return plan(wanted, free);
        }
        Ports named =
                new Ports(
                        gatewayPort,
                        consolePort,
                        observatoryPort,
                        registryPort,
                        cellPort,
                        databasePort);
        named.require(wanted, instances, spans(named).own());
        return plan(wanted, named);
    }

    private SystemPlan plan(int wanted, Ports where) {
        return new SystemPlan(
                wanted, instances, where, spans(where), consoleCertificate, consoleKey, labelled());
    }

    private Map<String, Map<String, String>> labelled() {
        Map<String, Map<String, String>> all = new TreeMap<>();
        for (String each : labels) {
            Matcher label = LABEL.matcher(each);
            if (!label.matches()) {
                throw usage("--label " + each + " (expected: such as cell-1-2:version=b)");
            }
            all.computeIfAbsent(label.group(1), _ -> new TreeMap<>())
                    .put(label.group(2), label.group(3));
        }
        return all;
    }

    /** The supervisor and the console may run in other folders. */
    private static String absolute(String file) {
        return Path.of(file).toAbsolutePath().toString();
    }

    private SpanTarget spans(Ports where) {
        return tracesTo.isEmpty()
                ? SpanTarget.observatory(where.observatory(), tracesPerSecond)
                : SpanTarget.of(tracesTo, tracesPerSecond);
    }

    private static int cellsOf(Path routeMap) {
        if (!Files.exists(routeMap)) {
            return 0;
        }
        try {
            return RouteMap.parse(Files.readString(routeMap)).cells().size();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static CommandFailure usage(String what) {
        return new CommandFailure(ExitStatus.USAGE, what, "See 'feiqian dev --help'.");
    }
}
