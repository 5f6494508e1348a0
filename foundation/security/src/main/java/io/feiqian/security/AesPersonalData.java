package io.feiqian.security;

import io.feiqian.runtime.Randomness;
import io.feiqian.security.spi.PersonalData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Personal data under AES-256 in GCM mode, search keys under HMAC-SHA-256.
 *
 * <p>An envelope: format (1 byte, 1), number of the key (4), nonce (12, random), cipher text and
 * tag (16 more than the text). The head of the envelope and the place are authenticated with it.
 */
public final class AesPersonalData implements PersonalData {
    private static final byte FORMAT = 1;
    private static final int NONCE_BYTES = 12;
    private static final int HEAD_BYTES = 1 + Integer.BYTES;
    private static final int TAG_BITS = 128;

    private final KeyRing keys;
    private final Randomness randomness;

    /** Encrypts with the newest of these keys; the randomness must be secure. */
    public AesPersonalData(KeyRing keys, Randomness randomness) {
        this.keys = keys;
        this.randomness = randomness;
    }

    @Override
    public byte[] encrypt(String text, String place) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer envelope =
                ByteBuffer.allocate(HEAD_BYTES + NONCE_BYTES + plain.length + TAG_BITS / Byte.SIZE);
        envelope.put(FORMAT).putInt(keys.newest());
        byte[] nonce = nonce();
        envelope.put(nonce);
        try {
            SecretKey key = keys.key(keys.newest()).orElseThrow();
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce);
            cipher.updateAAD(associated(keys.newest(), place));
            cipher.doFinal(ByteBuffer.wrap(plain), envelope);
            return envelope.array();
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("cannot encrypt personal data", failure);
        }
    }

    @Override
    public String decrypt(byte[] envelope, String place) {
        int number = keyNumber(envelope);
        SecretKey key =
                keys.key(number)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "personal data: key %d (expected: one of %s)"
                                                .formatted(number, keys)));
        ByteBuffer rest = ByteBuffer.wrap(envelope).position(HEAD_BYTES);
        byte[] nonce = new byte[NONCE_BYTES];
        rest.get(nonce);
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce);
            cipher.updateAAD(associated(number, place));
            byte[] plain = new byte[cipher.getOutputSize(rest.remaining())];
            int length = cipher.doFinal(rest, ByteBuffer.wrap(plain));
            return new String(plain, 0, length, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("personal data: changed, or of another place", failure);
        }
    }

    @Override
    public byte[] searchKey(String text, String kind) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(keys.search());
            byte[] kindBytes = kind.getBytes(StandardCharsets.UTF_8);
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(kindBytes.length).flip());
            mac.update(kindBytes);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("cannot make a search key", failure);
        }
    }

    @Override
    public boolean isCurrent(byte[] envelope) {
        return keyNumber(envelope) == keys.newest();
    }

    private byte[] nonce() {
        long first = randomness.nextLong();
        int second = (int) randomness.nextLong();
        return ByteBuffer.allocate(NONCE_BYTES).putLong(first).putInt(second).array();
    }

    private static int keyNumber(byte[] envelope) {
        int shortest = HEAD_BYTES + NONCE_BYTES + TAG_BITS / Byte.SIZE;
        if (envelope.length < shortest || envelope[0] != FORMAT) {
            throw new IllegalStateException(
                    "personal data: %d bytes (expected: an envelope of format %d)"
                            .formatted(envelope.length, FORMAT));
        }
        return ByteBuffer.wrap(envelope, 1, Integer.BYTES).getInt();
    }

    private static byte[] associated(int keyNumber, String place) {
        byte[] text = place.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEAD_BYTES + text.length)
                .put(FORMAT)
                .putInt(keyNumber)
                .put(text)
                .array();
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
