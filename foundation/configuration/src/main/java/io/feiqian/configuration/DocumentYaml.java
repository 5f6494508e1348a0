package io.feiqian.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Documents as YAML, read as the JSON that they stand for. Plain values are what YAML 1.2's core
 * schema says: {@code no} and {@code 012} are texts and not, as in YAML 1.1, a truth and the number
 * 10. Nothing is constructed, so a tag can name no class; what aliases unfold to is bounded.
 */
final class DocumentYaml {
    private static final int MOST_VALUES = 100_000;
    private static final int DEEPEST = 50;
    private static final int MOST_CHARACTERS = 4 << 20;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String document;
    private int values;

    private DocumentYaml(String document) {
        this.document = document;
    }

    /** The value that this text is. */
    static JsonNode read(String document, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setNestingDepthLimit(DEEPEST);
        options.setCodePointLimit(MOST_CHARACTERS);
        Node root;
        try {
            root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
        } catch (MarkedYAMLException wrong) {
            throw new ConfigurationException(
                    "%s: not YAML at line %d: %s"
                            .formatted(document, line(wrong.getProblemMark()), wrong.getProblem()),
                    wrong);
        } catch (YAMLException wrong) {
            throw new ConfigurationException(document + ": not YAML: " + wrong.getMessage(), wrong);
        }
        return root == null ? JSON.missingNode() : new DocumentYaml(document).json(root, 0);
    }

    private JsonNode json(Node node, int depth) {
        if (++values > MOST_VALUES || depth > DEEPEST) {
            throw wrong(
                    node,
                    "aliases unfold to too much (expected: at most %d values, %d deep)"
                            .formatted(MOST_VALUES, DEEPEST));
        }
        return switch (node) {
            case MappingNode mapping -> object(mapping, depth);
            case SequenceNode sequence -> {
                ArrayNode array = JSON.arrayNode();
                sequence.getValue().forEach(each -> array.add(json(each, depth + 1)));
                yield array;
            }
            case ScalarNode scalar -> scalar(scalar);
            default -> throw wrong(node, "a value that JSON has not");
        };
    }

    private ObjectNode object(MappingNode mapping, int depth) {
        ObjectNode object = JSON.objectNode();
        for (NodeTuple each : mapping.getValue()) {
            if (!(each.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(each.getKeyNode(), "a key that is no text");
            }
            if (object.has(key.getValue())) {
                throw wrong(key, "key \"" + key.getValue() + "\" stands twice (expected: once)");
            }
            object.set(key.getValue(), json(each.getValueNode(), depth + 1));
        }
        return object;
    }

    private JsonNode scalar(ScalarNode scalar) {
        String text = scalar.getValue();
        if (!scalar.isPlain()) {
            return JSON.textNode(text);
        }
        return switch (text) {
            case "", "~", "null" -> JSON.nullNode();
            case "true" -> JSON.booleanNode(true);
            case "false" -> JSON.booleanNode(false);
            default ->
                    text.matches("-?(0|[1-9]\\d{0,40})(\\.\\d{1,40})?([eE][-+]?\\d{1,4})?")
                            ? number(scalar, text)
                            : JSON.textNode(text);
        };
    }

    private JsonNode number(ScalarNode scalar, String text) {
        try {
            return DocumentJson.MAPPER.readTree(text);
        } catch (JsonProcessingException none) {
            throw wrong(scalar, text + " (expected: a number)");
        }
    }

    private ConfigurationException wrong(Node node, String what) {
        return new ConfigurationException(
                "%s: line %d: %s".formatted(document, line(node.getStartMark()), what));
    }

    private static int line(Mark mark) {
        return mark == null ? 1 : mark.getLine() + 1;
    }
}
