package io.feiqian.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.RefusedException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON forms of the registry. Fields that a later version adds are ignored, so that processes
 * of two versions can see each other during an upgrade (D5.7-c).
 */
final class RegistryJson {
    static final ObjectMapper JSON = new ObjectMapper();

    private RegistryJson() {}

    static ObjectNode write(ServiceInstance instance) {
        ObjectNode node = JSON.createObjectNode();
        node.put("role", instance.role());
        instance.cell().ifPresent(cell -> node.put("cell", cell.toString()));
        node.put("id", instance.id());
        node.put("host", instance.host());
        node.put("port", instance.port());
        ObjectNode labels = node.putObject("labels");
        instance.labels().forEach(labels::put);
        return node;
    }

    /** The instance; empty where the text is none that this version understands. */
    static Optional<ServiceInstance> readInstance(String text) {
        try {
            return Optional.of(instance(JSON.readTree(text)));
        } catch (JsonProcessingException | IllegalArgumentException | RefusedException wrong) {
            return Optional.empty();
        }
    }

    static ServiceInstance instance(JsonNode node) {
        String cell = node.path("cell").asText("");
        Map<String, String> labels = new HashMap<>();
        node.path("labels")
                .properties()
                .forEach(each -> labels.put(each.getKey(), each.getValue().asText()));
        return new ServiceInstance(
                node.path("role").asText(""),
                cell.isEmpty() ? Optional.empty() : Optional.of(CellId.parse(cell)),
                node.path("id").asText(""),
                node.path("host").asText(""),
                node.path("port").asInt(0),
                labels);
    }
}
