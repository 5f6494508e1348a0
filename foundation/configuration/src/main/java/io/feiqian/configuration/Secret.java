package io.feiqian.configuration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A secret value of a document, decrypted in this process only; shown nowhere. Immutable. In a
 * document it is an object {@code {"secret": "<envelope>"}}.
 */
public final class Secret {
    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** The secret with this text. */
    public static Secret of(String text) {
        return new Secret(text);
    }

    /** The text itself, for whoever needs it; never to be logged. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes(), secret.bytes());
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Nothing of the text. */
    @Override
    public String toString() {
        return "(secret)";
    }

    private byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
