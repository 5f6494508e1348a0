package io.feiqian.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One key in which two documents differ; secrets are never shown, only that they are others.
 *
 * @param key with points and places where it lies deeper, such as {@code database.hosts[0]}
 * @param before its value as JSON; empty where it was not there
 * @param after its value as JSON; empty where it is there no more
 */
public record Difference(String key, Optional<String> before, Optional<String> after) {
    private static final String SECRET = "(secret)";

    /** Every key in which these differ, in order of the keys. */
    public static List<Difference> between(String document, String before, String after) {
        Map<String, JsonNode> old = leaves(document, before);
        Map<String, JsonNode> now = leaves(document, after);
        TreeSet<String> keys = new TreeSet<>(old.keySet());
        keys.addAll(now.keySet());
        List<Difference> all = new ArrayList<>();
        for (String key : keys) {
            JsonNode was = old.get(key);
            JsonNode is = now.get(key);
            if (!Objects.equals(was, is)) {
                boolean other =
                        was != null && is != null && Seal.isSecret(was) && Seal.isSecret(is);
                all.add(
                        new Difference(
                                key,
                                Optional.ofNullable(was).map(Difference::shown),
                                other
                                        ? Optional.of("(another secret)")
                                        : Optional.ofNullable(is).map(Difference::shown)));
            }
        }
        return all;
    }

    private static String shown(JsonNode leaf) {
        return Seal.isSecret(leaf) ? SECRET : DocumentJson.masked(leaf);
    }

    private static Map<String, JsonNode> leaves(String document, String content) {
        Map<String, JsonNode> leaves = new TreeMap<>();
        if (!content.isEmpty()) {
            add("", DocumentJson.object(document, content), leaves);
        }
        return leaves;
    }

    private static void add(String at, JsonNode node, Map<String, JsonNode> leaves) {
        if (node.isContainerNode() && !node.isEmpty() && !Seal.isSecret(node)) {
            if (node.isArray()) {
                for (int i = 0; i < node.size(); i++) {
                    add(at + "[" + i + "]", node.get(i), leaves);
                }
            } else {
                node.properties()
                        .forEach(each ->
                                add(
                                        at.isEmpty() ? each.getKey() : at + "." + each.getKey(),
                                        each.getValue(),
                                        leaves));
            }
        } else if (!at.isEmpty()) {
            leaves.put(at, node);
        }
    }
}
