package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.DrainRecord;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.RouteMapVersionRecord;
import io.feiqian.cli.SlotSpan.Claim;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code cell list} prints. Pure. */
final class FleetText {
    private FleetText() {}

    /** What is refused where no instance of a cell takes new work. */
    static String refused(Fleet fleet, String cell) {
        return "new work in slots %s would be refused with CELL_UNAVAILABLE"
                .formatted(
                        fleet.slots().of(cell).stream()
                                .map(FleetText::range)
                                .collect(Collectors.joining(", ")));
    }

    static void print(Fleet fleet, PrintStream out) {
        fleet.slots().spans().forEach(each -> out.println(line(each)));
        out.println();
        for (InstanceView each : fleet.instances()) {
            out.printf(
                    "%-12s %-8s %-21s %-9s %s%n",
                    each.name(), each.cell(), each.address(), each.state(), details(each));
        }
        fleet.unserved()
                .forEach(cell ->
                        out.println("nobody serves " + cell + ": " + refusedNow(fleet, cell)));
        out.println();
        fleet.registry()
                .ifPresentOrElse(
                        view -> print(view, out),
                        () -> out.println("what the registry says is not known"));
    }

    private static void print(RegistryView view, PrintStream out) {
        out.printf(
                "route map version %d, %s%n",
                view.getRouteMapVersion(),
                view.getAnswers() ? "as the registry says" : "as the registry said last");
        for (RouteMapVersionRecord each : view.getVersionsList()) {
            out.printf(
                    "  version %d, %s, by %s: %s%n",
                    each.getVersion(),
                    Instant.ofEpochMilli(each.getPublishedMillis()),
                    each.getBy(),
                    each.getWhy());
        }
    }

    static ObjectNode json(Fleet fleet) {
        ObjectNode root = BankClient.body();
        ArrayNode slots = root.putArray("slots");
        for (SlotSpan each : fleet.slots().spans()) {
            ObjectNode span = slots.addObject();
            span.put("first", each.first()).put("last", each.last());
            claims(span.putArray("routed"), each.routed());
            claims(span.putArray("owned"), each.owned());
            span.put("verdict", each.verdict().name());
        }
        ArrayNode instances = root.putArray("instances");
        fleet.instances().forEach(each -> instances.add(json(each)));
        fleet.unserved().forEach(root.putArray("unserved")::add);
        root.put("supervisor", fleet.supervisor().name());
        fleet.registry().ifPresent(view -> root.set("registry", Json.of(view)));
        return root;
    }

    private static ObjectNode json(InstanceView each) {
        ObjectNode node =
                BankClient.body()
                        .put("name", each.name())
                        .put("cell", each.cell())
                        .put("role", each.role())
                        .put("address", each.address())
                        .put("state", each.state().name())
                        .put("in_flight", each.inFlight())
                        .put("pid", each.pid())
                        .put("started_millis", each.startedMillis())
                        .put("route_map_version", each.routeMapVersion())
                        .put("registered", each.registered().name())
                        .put("failure", each.failure());
        each.by().ifPresent(by -> node.set("by", Json.of(by)));
        return node;
    }

    private static void claims(ArrayNode array, List<Claim> claims) {
        claims.forEach(each ->
                array.addObject()
                        .put("cell", each.cell())
                        .put("state", each.state())
                        .put("epoch", each.epoch()));
    }

    private static String line(SlotSpan span) {
        String owned = span.owned().isEmpty() ? "-" : words(span.owned());
        return switch (span.verdict()) {
            case AGREES -> "%s  %s".formatted(range(span), owned);
            case DIFFERS, TWO_OWNERS, NO_OWNER, NOT_KNOWN ->
                    "%s  %s  %s; the route map says: %s"
                            .formatted(
                                    range(span),
                                    owned,
                                    span.verdict(),
                                    span.routed().isEmpty() ? "-" : words(span.routed()));
        };
    }

    private static String words(List<Claim> claims) {
        return claims.stream().map(Claim::toString).collect(Collectors.joining(" and "));
    }

    private static String range(SlotSpan span) {
        return String.format(Locale.ROOT, "%04d-%04d", span.first(), span.last());
    }

    private static String refusedNow(Fleet fleet, String cell) {
        return "new work in slots %s is refused"
                .formatted(
                        fleet.slots().of(cell).stream()
                                .map(FleetText::range)
                                .collect(Collectors.joining(", ")));
    }

    private static String details(InstanceView each) {
        String process = each.pid() == 0 ? "" : "pid " + each.pid() + ", ";
        String work = each.inFlight() == 0 ? "" : each.inFlight() + " in flight, ";
        Optional<DrainRecord> by = each.by();
        String who =
                by.map(it ->
                                ", by %s since %s: %s"
                                        .formatted(
                                                it.getOperator(),
                                                Instant.ofEpochMilli(it.getSinceMillis()),
                                                it.getReason()))
                        .orElse("");
        String failure = each.failure().isEmpty() ? "" : ", " + each.failure();
        return process + work + "registry: " + each.registered() + who + failure;
    }
}
