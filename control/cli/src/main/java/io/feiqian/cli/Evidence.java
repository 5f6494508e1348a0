package io.feiqian.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import io.feiqian.security.EvidenceKey;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Evidence as a file of lines (P6.3.3, S.dst-4). Every line is a hash, a space and a JSON document;
 * the hash covers the document and the hash of the line before, so that no line can be changed, put
 * in or left out. The last line signs the last hash, so that nobody but the system can have made
 * the chain.
 */
public final class Evidence {
    private static final ObjectMapper COMPACT = new ObjectMapper();
    private static final String SEAL = "seal";
    private static final int HASH_LENGTH = 64;
    private static final int MOST_LINES = 100_000;

    private final List<String> lines = new ArrayList<>();
    private String head = "";

    /** What was found of a file. */
    public sealed interface Verdict {
        /**
         * It is as it was made.
         *
         * @param first what it is about
         * @param lines how many it has
         * @param fingerprint of the key that signed it
         */
        record Intact(JsonNode first, int lines, String fingerprint) implements Verdict {}

        /**
         * It is not.
         *
         * @param line the first that is wrong, 1 and up
         * @param why what is wrong
         */
        record Broken(int line, String why) implements Verdict {}
    }

    /** Adds what is on record, by its name in the contract. */
    public void add(String kind, Message content) {
        ObjectNode line = COMPACT.createObjectNode().put("kind", kind);
        line.set("content", Json.of(content));
        add(line);
    }

    /** Adds something else. */
    public void add(String kind, ObjectNode content) {
        ObjectNode line = COMPACT.createObjectNode().put("kind", kind);
        line.set("content", content);
        add(line);
    }

    /** The whole file, signed. */
    public String sealed(EvidenceKey key) {
        ObjectNode seal =
                COMPACT.createObjectNode()
                        .put("kind", SEAL)
                        .put("lines", lines.size())
                        .put("key", key.publicKey())
                        .put("signature", key.sign(head.getBytes(StandardCharsets.US_ASCII)));
        List<String> all = new ArrayList<>(lines);
        String text = text(seal);
        all.add(hash(head, text) + " " + text);
        return String.join("\n", all) + "\n";
    }

    private void add(ObjectNode line) {
        String text = text(line);
        head = hash(head, text);
        lines.add(head + " " + text);
    }

    /** Whether a file is as it was made; needs nothing but the file. */
    public static Verdict verify(String file) {
        List<String> lines = file.lines().toList();
        if (lines.size() < 2 || lines.size() > MOST_LINES) {
            return new Verdict.Broken(1, "not a file of evidence");
        }
        String head = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.length() < HASH_LENGTH + 2 || line.charAt(HASH_LENGTH) != ' ') {
                return new Verdict.Broken(i + 1, "not a line of evidence");
            }
            String hash = hash(head, line.substring(HASH_LENGTH + 1));
            if (!hash.equals(line.substring(0, HASH_LENGTH))) {
                return new Verdict.Broken(i + 1, "changed, or the line before it is missing");
            }
            if (i == lines.size() - 1) {
                return sealed(lines, head);
            }
            head = hash;
        }
        throw new IllegalStateException("no last line (expected: one)");
    }

    private static Verdict sealed(List<String> lines, String head) {
        JsonNode first = parse(lines.getFirst());
        JsonNode seal = parse(lines.getLast());
        int counted = lines.size() - 1;
        String key = seal.path("key").asText();
        if (!seal.path("kind").asText().equals(SEAL) || seal.path("lines").asInt() != counted) {
            return new Verdict.Broken(lines.size(), "no seal of " + counted + " lines");
        }
        boolean signed =
                EvidenceKey.isSigned(
                        head.getBytes(StandardCharsets.US_ASCII),
                        seal.path("signature").asText(),
                        key);
        return signed
                ? new Verdict.Intact(first.path("content"), counted, EvidenceKey.fingerprint(key))
                : new Verdict.Broken(lines.size(), "the signature is not of this content");
    }

    private static JsonNode parse(String line) {
        try {
            return COMPACT.readTree(line.substring(HASH_LENGTH + 1));
        } catch (JsonProcessingException unreadable) {
            return COMPACT.createObjectNode();
        }
    }

    private static String text(ObjectNode node) {
        try {
            return COMPACT.writeValueAsString(node);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String hash(String before, String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(before.getBytes(StandardCharsets.US_ASCII));
            digest.update((byte) '\n');
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
