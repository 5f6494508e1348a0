package io.feiqian.benchmarks;

import io.feiqian.benchmarks.GatewayVariant.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How our gateway is started for {@code bench gateway}, and what its document says: everything on
 * that a bank would have on.
 */
final class GatewayDocument {
    static final List<String> FLAGS = List.of("-Xms48m", "-Xmx96m", "-XX:+UseSerialGC");

    private GatewayDocument() {}

    /** Whether this build has the gateway that serves by a document. */
    static boolean isServed() {
        return false;
    }

    static List<String> arguments(Path document) {
        return List.of("gateway", "--config", document.toString());
    }

    static String of(Plan plan, int port) {
        return plan.of().layer7() ? layer7(plan, port) : layer4(plan, port);
    }

    private static String layer7(Plan plan, int port) {
        return """
        listeners:
          - name: entry
            protocol: HTTP
            addresses: ["127.0.0.1:%d"]
            connections: {most: 4096, mostPerClient: 1024}
        routes:
          - name: all
            pool: servers
            timeout: 20s
        %spools:
          - name: servers
            way: LEAST_OUTSTANDING
            health: {kind: HTTP, path: /, every: 1s, fall: 3, rise: 2}
            ejection: true
            slowStart: 0s
            backends:
        %sbounds: {connections: 4096, requests: 4096}
        accessLog: {file: "%s/access.log"}
        """
                .formatted(
                        port,
                        plan.of() == ProxyCase.HTTP_CELL ? CELL : "",
                        backends(plan),
                        plan.folder());
    }

    private static final String CELL =
            """
                cell:
                  keys:
                    - {from: JSON, at: /customer, as: CUSTOMER}
            """;

    private static String layer4(Plan plan, int port) {
        return """
        listeners:
          - name: entry
            protocol: TCP
            addresses: ["127.0.0.1:%d"]
            connections: {most: 4096, mostPerClient: 1024}
            pool: servers
        pools:
          - name: servers
            way: LEAST_OUTSTANDING
            health: {kind: TCP, every: 1s, fall: 3, rise: 2}
            slowStart: 0s
            backends:
        %sbounds: {connections: 4096, requests: 4096}
        """
                .formatted(port, backends(plan));
    }

    private static String backends(Plan plan) {
        return IntStream.range(0, plan.backends().size())
                .mapToObj(i ->
                        "      - {address: \"127.0.0.1:%d\", cell: \"%s\"}%n"
                                .formatted(
                                        plan.backends().get(i),
                                        plan.of() == ProxyCase.HTTP_CELL ? i + 1 : ""))
                .collect(Collectors.joining());
    }
}
