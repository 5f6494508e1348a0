package io.feiqian.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The JSON form of a route map, written field by field so that renaming a Java name never changes
 * what lies in files and in the registry.
 *
 * <p>Rules for later formats (D5.7-c): a field may be added without a new format where its absence
 * has a meaning; fields this version does not know are ignored; a change of meaning takes the next
 * format number, and every earlier one stays readable here.
 */
final class RouteMapJson {
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RouteMapJson() {}

    static String write(RouteMap map) {
        return tree(map).toPrettyString();
    }

    /** With the record of the versions that were published. */
    static String write(RouteMap map, RouteHistory history) {
        ObjectNode root = tree(map);
        history.write(root);
        return root.toPrettyString();
    }

    /** The record in a document; nothing where it is none that can be read. */
    static RouteHistory history(String json) {
        try {
            return RouteHistory.read(JSON.readTree(json));
        } catch (JsonProcessingException wrong) {
            return RouteHistory.NONE;
        }
    }

    private static ObjectNode tree(RouteMap map) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("version", map.version());
        ArrayNode routes = root.putArray("routes");
        for (Route each : map.routes()) {
            ObjectNode route = routes.addObject();
            route.put("first", each.slots().first().number());
            route.put("last", each.slots().last().number());
            route.put("owner", each.owner().toString());
            each.standby().ifPresent(standby -> route.put("standby", standby.toString()));
            route.put("state", each.state().name());
            route.put("epoch", each.epoch().number());
        }
        return root;
    }

    static RouteMap read(String json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException wrong) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "route map: not JSON: " + wrong.getOriginalMessage(),
                    wrong);
        }
        long format = number(root, "format");
        if (format < 1 || format > FORMAT) {
            throw refused("format " + format, "1 to " + FORMAT + "; is this software older?");
        }
        JsonNode list = root.path("routes");
        if (!list.isArray()) {
            throw refused("no field \"routes\"", "a list of routes");
        }
        List<Route> routes = new ArrayList<>();
        list.forEach(each -> routes.add(route(each)));
        return RouteMap.of(number(root, "version"), routes);
    }

    private static Route route(JsonNode node) {
        String standby = node.path("standby").asText("");
        return new Route(
                SlotRange.of(slot(node, "first"), slot(node, "last")),
                CellId.parse(node.path("owner").asText("")),
                standby.isEmpty() ? Optional.empty() : Optional.of(CellId.parse(standby)),
                state(node.path("state").asText(SlotState.OPEN.name())),
                node.has("epoch") ? new Epoch(number(node, "epoch")) : Epoch.FIRST);
    }

    private static SlotState state(String name) {
        for (SlotState each : SlotState.values()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw refused("state \"" + name + "\"", "a slot state such as OPEN");
    }

    private static int slot(JsonNode node, String field) {
        // A number beyond int is refused by the slot itself, so saturation loses nothing.
        return Math.clamp(number(node, field), -1, Integer.MAX_VALUE);
    }

    private static long number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw refused("field \"" + field + "\": " + value, "a whole number");
        }
        return value.longValue();
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "route map: " + what + " (expected: " + expected + ")");
    }
}
