package io.feiqian.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A gateway as it is now (P6.1.1-d, P6.1.4-c.5). */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Show listeners, backends with their health and weights, the busiest routes, refusals.",
            "Ends with 1 where a pool has nobody who serves, or a configuration was refused."
        })
public final class GatewayStatusCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final GatewayOptions gateway = new GatewayOptions();

    /** For picocli. */
    public GatewayStatusCommand() {}

    @Override
    public Integer call() {
        GatewayOptions.Said said = gateway.ask(common, "gateway status", "status");
        JsonNode status = said.body();
        if (common.json()) {
            common.out().println(status.toPrettyString());
        } else {
            print(said.desk().address(), status, common.out());
        }
        boolean bad =
                !status.at("/document/refused").asText().isEmpty()
                        || list(status, "pools").stream().anyMatch(GatewayStatusCommand::isDown);
        return (bad ? ExitStatus.FAILED : ExitStatus.OK).code();
    }

    private static boolean isDown(JsonNode pool) {
        return list(pool, "backends").stream()
                .noneMatch(each -> {
                    String state = each.path("state").asText();
                    return each.path("order").asText().isEmpty()
                            && (state.equals("serving") || state.equals("rising"));
                });
    }

    private static void print(String desk, JsonNode status, PrintStream out) {
        out.printf(
                "gateway %s (%s) since %s%s: %d connections, %d requests in flight%n",
                status.path("name").asText(),
                desk,
                status.path("startedAt").asText(),
                status.path("draining").asBoolean() ? ", draining" : "",
                status.path("connections").asInt(),
                status.path("requests").asInt());
        printDocument(status, out);
        printListenersAndPools(status, out);
        printActivity(status, out);
        printContracts(status.path("contracts"), out);
    }

    private static void printDocument(JsonNode status, PrintStream out) {
        long version = status.at("/document/version").asLong();
        long rollout = status.at("/document/revision").asLong();
        out.println(
                "configuration: "
                        + (version == 0
                                ? "default or file"
                                : "version %d (rollout %d)".formatted(version, rollout)));
        String refused = status.at("/document/refused").asText();
        if (!refused.isEmpty()) {
            out.println("  a newer one is refused: " + refused);
        }
    }

    private static void printListenersAndPools(JsonNode status, PrintStream out) {
        for (JsonNode each : list(status, "listeners")) {
            out.printf(
                    "listener %s: %s%s at %s, %d connections%n",
                    each.path("name").asText(),
                    each.path("protocol").asText(),
                    each.path("tls").asBoolean() ? " over TLS" : "",
                    String.join(", ", texts(each.path("addresses"))),
                    each.path("connections").asInt());
        }
        for (JsonNode pool : list(status, "pools")) {
            out.printf("pool %s: %s%n", pool.path("name").asText(), pool.path("way").asText());
            list(pool, "backends").forEach(each -> out.println("  " + backend(each)));
        }
    }

    private static void printActivity(JsonNode status, PrintStream out) {
        for (JsonNode each : list(status, "routes")) {
            out.printf(
                    "route %s: %d requests of the last minute, %d failed, %s%n",
                    each.path("name").asText(),
                    each.path("requests").asLong(),
                    each.path("failed").asLong(),
                    times(each));
        }
        for (JsonNode each : list(status, "cells")) {
            out.printf(
                    "%s: %d answers of the last minute, %s%n",
                    each.path("name").asText(), each.path("requests").asLong(), times(each));
        }
        for (JsonNode each : list(status, "refusals")) {
            out.printf(
                    "refused, %s: %d%n", each.path("reason").asText(), each.path("count").asLong());
        }
        List<String> blocked = texts(status.path("blocked"));
        if (!blocked.isEmpty()) {
            out.println("blocked clients: " + String.join(", ", blocked));
        }
    }

    private static String times(JsonNode each) {
        return String.format(
                Locale.ROOT,
                "half within %.1f ms, 99 of 100 within %.1f ms",
                each.path("p50Micros").asLong() / 1e3,
                each.path("p99Micros").asLong() / 1e3);
    }

    private static void printContracts(JsonNode contracts, PrintStream out) {
        for (JsonNode each : list(contracts, "services")) {
            out.printf(
                    "contract %s: from %s, since %s%n",
                    each.path("service").asText(),
                    each.path("from").asText(),
                    each.path("since").asText());
        }
        for (JsonNode each : list(contracts, "refused")) {
            out.printf(
                    "contract not taken, %s: %s%n",
                    each.path("from").asText(), each.path("why").asText());
        }
    }

    private static String backend(JsonNode each) {
        String weight =
                each.path("weight").asInt() == each.path("configured").asInt()
                        ? "weight " + each.path("weight").asInt()
                        : "weight %d instead of %d"
                                .formatted(
                                        each.path("weight").asInt(),
                                        each.path("configured").asInt());
        return "%s at %s%s: %s%s%s, %s, %d outstanding"
                .formatted(
                        each.path("name").asText(),
                        each.path("address").asText(),
                        each.path("cell").asText().isEmpty()
                                ? ""
                                : " of " + each.path("cell").asText(),
                        each.path("state").asText(),
                        each.path("why").asText().isEmpty()
                                ? ""
                                : " (" + each.path("why").asText() + ")",
                        each.path("order").asText().isEmpty()
                                ? ""
                                : ", " + each.path("order").asText(),
                        weight,
                        each.path("outstanding").asInt());
    }

    private static List<JsonNode> list(JsonNode node, String field) {
        List<JsonNode> all = new ArrayList<>();
        node.path(field).forEach(all::add);
        return all;
    }

    private static List<String> texts(JsonNode list) {
        List<String> all = new ArrayList<>();
        list.forEach(each -> all.add(each.asText()));
        return all;
    }
}
