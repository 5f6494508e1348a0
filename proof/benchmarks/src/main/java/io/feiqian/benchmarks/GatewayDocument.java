package io.feiqian.benchmarks;

import io.feiqian.benchmarks.GatewayVariant.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How our gateway is started for {@code bench gateway}, and what its document says: everything on
 * that a bank would have on. JSON, which is YAML too.
 */
final class GatewayDocument {
    private GatewayDocument() {}

    static List<String> arguments(Plan plan, Path document) {
        return List.of(
                "bench",
                "part",
                "access",
                "--config",
                document.toString(),
                "--cells",
                Integer.toString(plan.backends().size()),
                "--threads",
                Integer.toString(plan.threads()));
    }

    static String of(Plan plan, int port) {
        return plan.of().layer7() ? layer7(plan, port) : layer4(plan, port);
    }

    private static String layer7(Plan plan, int port) {
        return """
        {
          "listeners": [{
            "name": "entry", "protocol": "HTTP", "addresses": ["127.0.0.1:%d"],
            "connections": {"most": 4096, "mostPerClient": 1024}
          }],
          "routes": [{"name": "all", "pool": "servers", "timeout": "20s"%s}],
          "pools": [{
            "name": "servers", "way": "LEAST_OUTSTANDING", "ejection": true, "slowStart": "0s",
            "health": {"kind": "HTTP", "path": "/", "every": "1s", "fall": 3, "rise": 2},
            "backends": [%s]
          }],
          "bounds": {"connections": 4096, "requests": 4096},
          "accessLog": {"file": "%s/access.log"}
        }
        """
                .formatted(
                        port,
                        plan.of() == ProxyCase.HTTP_CELL ? CELL : "",
                        backends(plan),
                        plan.folder());
    }

    private static final String CELL =
            """
            ,
              "cell": {"keys": [{"from": "JSON", "at": "/customer", "as": "CUSTOMER"}]}\
            """;

    private static String layer4(Plan plan, int port) {
        return """
        {
          "listeners": [{
            "name": "entry", "protocol": "TCP", "addresses": ["127.0.0.1:%d"], "pool": "servers",
            "connections": {"most": 4096, "mostPerClient": 1024}
          }],
          "pools": [{
            "name": "servers", "way": "LEAST_OUTSTANDING", "slowStart": "0s",
            "health": {"kind": "TCP", "every": "1s", "fall": 3, "rise": 2},
            "backends": [%s]
          }],
          "bounds": {"connections": 4096, "requests": 4096}
        }
        """
                .formatted(port, backends(plan));
    }

    private static String backends(Plan plan) {
        return IntStream.range(0, plan.backends().size())
                .mapToObj(i ->
                        "{\"address\": \"127.0.0.1:%d\"%s}"
                                .formatted(
                                        plan.backends().get(i),
                                        plan.of() == ProxyCase.HTTP_CELL
                                                ? ", \"cell\": \"cell-" + (i + 1) + "\""
                                                : ""))
                .collect(Collectors.joining(", "));
    }
}
