package io.feiqian.alarms.channels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The fields of a configuration's document; a value that is wrong is shown only by its kind. */
final class ChannelFields {
    private final ObjectNode json;
    private final Set<String> asked = new HashSet<>();

    ChannelFields(ObjectNode json) {
        this.json = json;
    }

    String text(String name) {
        JsonNode value = get(name);
        Checks.require(value.isTextual(), name, kind(value), "a text");
        return value.textValue();
    }

    String textOrNone(String name) {
        return get(name).isMissingNode() ? "" : text(name);
    }

    int number(String name) {
        JsonNode value = get(name);
        Checks.require(value.isInt(), name, kind(value), "a number");
        return value.intValue();
    }

    List<String> texts(String name) {
        JsonNode value = get(name);
        Checks.require(value.isArray(), name, kind(value), "a list of texts");
        List<String> texts = new ArrayList<>();
        for (JsonNode each : value) {
            Checks.require(each.isTextual(), name, kind(each), "texts in the list");
            texts.add(each.textValue());
        }
        return texts;
    }

    /** What is wrong with a URL stays unsaid: its token may be what is. */
    URI url(String name) {
        try {
            return new URI(text(name));
        } catch (URISyntaxException broken) {
            throw Checks.refusal(name, "not a URL", "an http or https URL");
        }
    }

    <E extends Enum<E>> E oneOf(String name, Class<E> type) {
        String found = text(name);
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> each.name().equals(found))
                .findFirst()
                .orElseThrow(() ->
                        Checks.refusal(
                                name, found, "one of " + Arrays.toString(type.getEnumConstants())));
    }

    void requireNoOthers() {
        json.fieldNames()
                .forEachRemaining(each ->
                        Checks.require(
                                asked.contains(each), "field", each, "one of " + sorted(asked)));
    }

    private JsonNode get(String name) {
        asked.add(name);
        return json.path(name);
    }

    private static String kind(JsonNode value) {
        return value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }
}
