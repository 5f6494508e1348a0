package io.feiqian.security.spi;

/**
 * The port that encrypts personal columns and makes the keyed hashes by which one searches them
 * (D6.9-c). Thread-safe.
 */
public interface PersonalData {
    /**
     * Encrypts a text.
     *
     * @param place what the text is and whose, such as {@code customer.phone/00420000000123}; it
     *     must be given again to decrypt, so that a value copied to another row is refused
     * @return an envelope to store; another one at each call
     */
    byte[] encrypt(String text, String place);

    /**
     * The text of an envelope.
     *
     * @throws IllegalStateException where the envelope was changed, belongs to another place, or
     *     its key is not known
     */
    String decrypt(byte[] envelope, String place);

    /**
     * The keyed hash of a text by which its row is found, 32 bytes; the same for the same text and
     * kind for ever. The caller writes equal values the same way first.
     *
     * @param kind what the text is, such as {@code phone}; equal texts of two kinds differ
     */
    byte[] searchKey(String text, String kind);

    /** Whether an envelope was made with the newest key; others wait for being encrypted again. */
    boolean isCurrent(byte[] envelope);
}
