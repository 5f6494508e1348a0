package io.feiqian.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest versions of the route map that were published, the newest first, with what each
 * changed. It is kept in the map's own document, so that a version and its record are published in
 * one step; an older software that publishes a version leaves the record out. Immutable.
 *
 * @param versions at most {@value #MOST}
 */
public record RouteHistory(List<Published> versions) {
    /** Nothing is known. */
    public static final RouteHistory NONE = new RouteHistory(List.of());

    /** How many versions are kept. */
    public static final int MOST = 32;

    private static final String FIELD = "history";

    /** Copies the list, and forgets the oldest beyond the most. */
    public RouteHistory {
        versions = List.copyOf(versions.subList(0, Math.min(MOST, versions.size())));
    }

    /**
     * Who publishes a version and why.
     *
     * @param by an operator, or the process that did it by itself
     * @param why in words
     * @param atMillis when, in milliseconds since 1970 by the publisher's clock
     */
    public record Order(String by, String why, long atMillis) {}

    /**
     * One version.
     *
     * @param version of the map
     * @param order who published it, why and when
     * @param changes the ranges that differ from the version before, in words such as {@code
     *     0000-0099 cell-2 OPEN @2}; all of them where there was none before
     */
    public record Published(long version, Order order, List<String> changes) {
        /** Copies the list. */
        public Published {
            changes = List.copyOf(changes);
        }
    }

    /** With one more version, which replaces these routes. */
    RouteHistory plus(RouteMap map, List<Route> before, Order order) {
        List<String> changes =
                map.routes().stream()
                        .filter(each -> !before.contains(each))
                        .map(RouteHistory::words)
                        .toList();
        List<Published> all = new ArrayList<>();
        all.add(new Published(map.version(), order, changes));
        all.addAll(versions);
        return new RouteHistory(all);
    }

    /** Adds it to a document of a map. */
    void write(ObjectNode root) {
        ArrayNode array = root.putArray(FIELD);
        for (Published each : versions) {
            ObjectNode node = array.addObject();
            node.put("version", each.version());
            node.put("at", each.order().atMillis());
            node.put("by", each.order().by());
            node.put("why", each.order().why());
            ArrayNode changes = node.putArray("changes");
            each.changes().forEach(changes::add);
        }
    }

    /** What a document of a map says; nothing where an older software wrote it. */
    static RouteHistory read(JsonNode root) {
        List<Published> versions = new ArrayList<>();
        for (JsonNode each : root.path(FIELD)) {
            List<String> changes = new ArrayList<>();
            each.path("changes").forEach(change -> changes.add(change.asText("")));
            versions.add(
                    new Published(
                            each.path("version").asLong(0),
                            new Order(
                                    each.path("by").asText(""),
                                    each.path("why").asText(""),
                                    each.path("at").asLong(0)),
                            changes));
        }
        return new RouteHistory(versions);
    }

    private static String words(Route route) {
        return "%s %s %s @%s".formatted(route.slots(), route.owner(), route.state(), route.epoch());
    }
}
