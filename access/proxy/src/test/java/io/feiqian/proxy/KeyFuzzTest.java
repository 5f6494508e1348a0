package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The scanners beside naive twins that read everything into trees, on texts of chance. */
@Requirement("D5.5-c")
class KeyFuzzTest {
    private static final int TEXTS = 200_000;
    private static final String[] NAMES = {"from", "to", "a", "fr\\u006fm", "fro", "\\\"", "你"};
    private static final String[] VALUES = {
        "\"0123\"",
        "\"\"",
        "\"\\u0030\\n\"",
        "12",
        "0",
        "-3",
        "1.5",
        "2E7",
        "null",
        "true",
        "\"é😀\""
    };

    /** A JSON text as a tree that keeps what stands twice. */
    private record Tree(List<Map.Entry<String, Tree>> fields, List<Tree> items, String scalar) {}

    @Test
    void jsonIsReadAsATreeOfItIs() throws IOException {
        long seed = 20_022;
        Random random = new Random(seed);
        KeyJson scanner = KeyJson.at("/from/0/a");
        KeyJson flat = KeyJson.at("/from");
        int read = 0;
        int refused = 0;
        for (int i = 0; i < TEXTS; i++) {
            byte[] text = json(random, 0).getBytes(StandardCharsets.UTF_8);
            boolean isMutated = random.nextInt(3) == 0;
            byte[] met = isMutated ? mutated(text, random) : text;
            boolean deep = random.nextBoolean();
            List<String> way = deep ? List.of("from", "0", "a") : List.of("from");
            String what =
                    "seed " + seed + ", text " + i + ": " + new String(met, StandardCharsets.UTF_8);
            Optional<List<String>> expected = twin(met, way);
            try {
                Optional<String> found = (deep ? scanner : flat).find(KeyParts.Body.of(met));
                assertThat(expected).as(what).isPresent();
                assertThat(expected.get()).as(what).hasSizeLessThan(2);
                assertThat(found).as(what).isEqualTo(expected.get().stream().findFirst());
                read++;
            } catch (RefusedException refusal) {
                boolean plain = expected.isPresent() && !isMutated;
                boolean reasons =
                        !plain
                                || expected.get().size() > 1
                                || expected.get().contains("refused")
                                || isTwiceOnTheWay(met, way);
                assertThat(reasons).as(what + " was refused: " + refusal.getMessage()).isTrue();
                refused++;
            }
        }
        assertThat(read).isGreaterThan(TEXTS / 3);
        assertThat(refused).isGreaterThan(TEXTS / 20);
    }

    @Test
    void xmlIsReadAsATreeOfItIs() throws Exception {
        long seed = 8_879;
        Random random = new Random(seed);
        KeyXml scanner = KeyXml.at("/a/b/c");
        int read = 0;
        int refused = 0;
        for (int i = 0; i < TEXTS / 20; i++) {
            byte[] text = xml(random, "a", 0).getBytes(StandardCharsets.UTF_8);
            boolean isMutated = random.nextInt(3) == 0;
            byte[] met = isMutated ? mutated(text, random) : text;
            String what =
                    "seed " + seed + ", text " + i + ": " + new String(met, StandardCharsets.UTF_8);
            Optional<List<String>> expected = elements(met);
            try {
                Optional<String> found = scanner.find(KeyParts.Body.of(met));
                assertThat(expected).as(what).isPresent();
                assertThat(expected.get().stream().distinct().toList())
                        .as(what)
                        .isEqualTo(found.stream().toList());
                read++;
            } catch (RefusedException refusal) {
                boolean reasons =
                        isMutated
                                || expected.isEmpty()
                                || expected.get().contains("refused")
                                || expected.get().stream().distinct().count() > 1;
                assertThat(reasons).as(what + " was refused: " + refusal.getMessage()).isTrue();
                refused++;
            }
        }
        assertThat(read).isGreaterThan(TEXTS / 60);
        assertThat(refused).isGreaterThan(TEXTS / 400);
    }

    private static String json(Random random, int depth) {
        int kind = depth > 4 ? 9 : random.nextInt(depth == 0 ? 2 : 4);
        StringBuilder text = new StringBuilder();
        if (kind == 0 || (kind == 1 && depth == 0)) {
            text.append('{');
            int fields = random.nextInt(5);
            for (int i = 0; i < fields; i++) {
                text.append(i == 0 ? " " : ",").append('"');
                text.append(NAMES[random.nextInt(NAMES.length)]).append("\":");
                text.append(json(random, depth + 1));
            }
            return text.append('}').toString();
        }
        if (kind == 1) {
            text.append('[');
            int items = random.nextInt(3);
            for (int i = 0; i < items; i++) {
                text.append(i == 0 ? "" : ", ").append(json(random, depth + 1));
            }
            return text.append("]\n").toString();
        }
        return VALUES[random.nextInt(VALUES.length)];
    }

    private static String xml(Random random, String name, int depth) {
        StringBuilder text = new StringBuilder("<" + name + ">");
        int parts = depth > 3 ? 1 : random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            switch (random.nextInt(depth > 3 ? 2 : 6)) {
                case 0 -> text.append(random.nextInt(2));
                case 1 -> text.append(random.nextInt(4) == 0 ? "&amp;" : "<![CDATA[x]]>");
                default ->
                        text.append(
                                xml(random, "abc".substring(depth % 3).substring(0, 1), depth + 1));
            }
        }
        return text + "</" + name + ">";
    }

    private static byte[] mutated(byte[] text, Random random) {
        byte[] bytes = text.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] =
                    random.nextBoolean()
                            ? (byte) random.nextInt(256)
                            : (byte) "{}[]\",:\\0".charAt(random.nextInt(9));
        }
        return bytes;
    }

    /** All values that the way leads to; empty where it is no JSON. */
    private static Optional<List<String>> twin(byte[] text, List<String> way) throws IOException {
        Optional<Tree> tree = tree(text);
        return tree.map(root -> {
            List<String> found = new ArrayList<>();
            collect(root, way, found);
            return found;
        });
    }

    private static Optional<Tree> tree(byte[] text) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return Optional.empty();
            }
            Tree root = node(parser);
            return parser.nextToken() == null ? Optional.of(root) : Optional.empty();
        } catch (IOException | IllegalStateException wrong) {
            return Optional.empty();
        }
    }

    private static Tree node(JsonParser parser) throws IOException {
        List<Map.Entry<String, Tree>> fields = new ArrayList<>();
        List<Tree> items = new ArrayList<>();
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    if (parser.currentToken() == null) {
                        throw new IOException("end");
                    }
                    String name = parser.currentName();
                    parser.nextToken();
                    fields.add(Map.entry(name, node(parser)));
                }
            }
            case START_ARRAY -> {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (parser.currentToken() == null) {
                        throw new IOException("end");
                    }
                    items.add(node(parser));
                }
            }
            default -> {
                return new Tree(List.of(), List.of(), scalar(parser));
            }
        }
        return new Tree(fields, items, "refused");
    }

    private static String scalar(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                    parser.getText().matches("[0-9]{1,15}") ? parser.getText() : "refused";
            case VALUE_NULL -> "null";
            default -> "refused";
        };
    }

    private static void collect(Tree node, List<String> way, List<String> found) {
        if (way.isEmpty()) {
            if (!node.scalar().equals("null")) {
                found.add(node.scalar());
            }
            return;
        }
        List<String> rest = way.subList(1, way.size());
        for (Map.Entry<String, Tree> each : node.fields()) {
            if (each.getKey().equals(way.get(0))) {
                collect(each.getValue(), rest, found);
            }
        }
        if (way.get(0).equals("0") && !node.items().isEmpty()) {
            collect(node.items().get(0), rest, found);
        }
    }

    private static boolean isTwiceOnTheWay(byte[] text, List<String> way) throws IOException {
        return tree(text).map(root -> isTwice(root, way)).orElse(false);
    }

    private static boolean isTwice(Tree node, List<String> way) {
        if (way.isEmpty()) {
            return false;
        }
        List<Tree> next = new ArrayList<>();
        for (Map.Entry<String, Tree> each : node.fields()) {
            if (each.getKey().equals(way.get(0))) {
                next.add(each.getValue());
            }
        }
        if (next.size() > 1) {
            return true;
        }
        if (way.get(0).equals("0")) {
            node.items().stream().limit(1).forEach(next::add);
        }
        return next.stream().anyMatch(each -> isTwice(each, way.subList(1, way.size())));
    }

    /** The texts of /a/b/c; "refused" where elements stand in one; empty where it is no XML. */
    private static Optional<List<String>> elements(byte[] text) throws Exception {
        DocumentBuilder builder =
                DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder();
        builder.setErrorHandler(null);
        Node root;
        try {
            root = builder.parse(new ByteArrayInputStream(text)).getDocumentElement();
        } catch (SAXException | IOException wrong) {
            return Optional.empty();
        }
        List<String> found = new ArrayList<>();
        if ("a".equals(root.getLocalName())) {
            for (Node b : children(root, "b")) {
                for (Node c : children(b, "c")) {
                    found.add(isLeaf(c) ? c.getTextContent().strip() : "refused");
                }
            }
        }
        return Optional.of(found);
    }

    private static List<Node> children(Node parent, String name) {
        List<Node> found = new ArrayList<>();
        for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
            if (each.getNodeType() == Node.ELEMENT_NODE && name.equals(each.getLocalName())) {
                found.add(each);
            }
        }
        return found;
    }

    private static boolean isLeaf(Node node) {
        for (Node each = node.getFirstChild(); each != null; each = each.getNextSibling()) {
            if (each.getNodeType() != Node.TEXT_NODE
                    && each.getNodeType() != Node.CDATA_SECTION_NODE) {
                return false;
            }
        }
        return true;
    }
}
