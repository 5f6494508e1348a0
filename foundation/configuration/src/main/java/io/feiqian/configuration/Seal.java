package io.feiqian.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.security.spi.PersonalData;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Encrypts secrets of documents where they are written and decrypts them in the processes that need
 * them; in between there are envelopes only. An envelope holds for one key of one document: copied
 * elsewhere it is refused. Thread-safe.
 */
public final class Seal {
    /** Without keys: documents that hold secrets are refused. */
    public static final Seal NONE = new Seal(Optional.empty());

    /** What stands in a document where there is an encrypted secret. */
    static final String SECRET = "secret";

    /** What an operator writes where there is one to encrypt; never leaves his process. */
    static final String TO_SEAL = "seal";

    private final Optional<PersonalData> keys;

    private Seal(Optional<PersonalData> keys) {
        this.keys = keys;
    }

    /** With these keys. */
    public static Seal with(PersonalData keys) {
        return new Seal(Optional.of(keys));
    }

    /**
     * The same document with every {@code {"seal": "text"}} encrypted; unchanged, to the letter,
     * where there is none.
     *
     * @throws ConfigurationException where it is no JSON object; the message shows nothing of it
     */
    public String sealed(String document, String content) {
        JsonNode root;
        try {
            root = DocumentJson.object(document, content);
        } catch (ConfigurationException wrong) {
            // The parser's message may quote what was to be sealed.
            throw new ConfigurationException(document + ": not a JSON object (not shown)");
        }
        return sealIn(document, "", root) ? root.toPrettyString() : content;
    }

    /** Whether something in this waits for being sealed; such a document is refused. */
    static boolean isUnsealed(JsonNode node) {
        return node.isObject() && node.size() == 1 && node.path(TO_SEAL).isTextual();
    }

    /** Whether this is an encrypted secret. */
    static boolean isSecret(JsonNode node) {
        return node.isObject() && node.size() == 1 && node.path(SECRET).isTextual();
    }

    /** The secret of an envelope that stands under this key. */
    Secret open(String envelope, String document, String key) {
        PersonalData opener =
                keys.orElseThrow(() ->
                        new ConfigurationException(
                                "%s: %s: a secret (expected: none, this process has no keys)"
                                        .formatted(document, key)));
        try {
            return Secret.of(
                    opener.decrypt(Base64.getDecoder().decode(envelope), place(document, key)));
        } catch (IllegalArgumentException | IllegalStateException wrong) {
            throw new ConfigurationException(
                    "%s: %s: a secret that cannot be opened (expected: one sealed for this key)"
                            .formatted(document, key),
                    wrong);
        }
    }

    private boolean sealIn(String document, String at, JsonNode node) {
        boolean found = false;
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                String key = at.isEmpty() ? each.getKey() : at + "." + each.getKey();
                if (isUnsealed(each.getValue())) {
                    each.setValue(envelope(document, key, each.getValue()));
                    found = true;
                } else {
                    found |= sealIn(document, key, each.getValue());
                }
            }
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                String key = at + "[" + i + "]";
                if (isUnsealed(list.get(i))) {
                    list.set(i, envelope(document, key, list.get(i)));
                    found = true;
                } else {
                    found |= sealIn(document, key, list.get(i));
                }
            }
        }
        return found;
    }

    private ObjectNode envelope(String document, String key, JsonNode unsealed) {
        PersonalData sealer =
                keys.orElseThrow(() ->
                        new ConfigurationException(
                                document + ": " + key + ": no keys here to seal it with"));
        byte[] envelope = sealer.encrypt(unsealed.path(TO_SEAL).textValue(), place(document, key));
        return DocumentJson.MAPPER
                .createObjectNode()
                .put(SECRET, Base64.getEncoder().encodeToString(envelope));
    }

    /** A list may be put in another order: its places do not tell secrets apart. */
    private static String place(String document, String key) {
        return "configuration." + document + "/" + key.replaceAll("\\[\\d+]", "[]");
    }
}
