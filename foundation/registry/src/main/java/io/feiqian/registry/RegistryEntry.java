package io.feiqian.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;

/**
 * An instance as it stands in a registry, in the form that all adapters write.
 *
 * @param instance the instance
 * @param life tells this registration from those before and after it under the same name; empty
 *     where it is not known
 */
public record RegistryEntry(ServiceInstance instance, String life) {
    private static final String LIFE = "life";

    /**
     * The entry that a text tells of; empty where the text is none that this version understands,
     * or one of another instance.
     */
    public static Optional<RegistryEntry> parse(String role, String id, String text) {
        try {
            JsonNode node = RegistryJson.JSON.readTree(text);
            return Optional.of(
                            new RegistryEntry(
                                    RegistryJson.instance(node), node.path(LIFE).asText("")))
                    .filter(each ->
                            each.instance.role().equals(role) && each.instance.id().equals(id));
        } catch (JsonProcessingException | IllegalArgumentException | RefusedException wrong) {
            return Optional.empty();
        }
    }

    /** The text that is written. */
    public String toJson() {
        ObjectNode node = RegistryJson.write(instance);
        node.put(LIFE, life);
        return node.toString();
    }
}
