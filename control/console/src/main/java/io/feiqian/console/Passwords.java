package io.feiqian.console;

import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Passwords as Argon2id (RFC 9106) keeps them: 19 MiB and two passes each, so that a stolen file is
 * slow to try. Thread-safe; at most two are worked out at once, whatever comes in.
 */
final class Passwords {
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int SHORTEST = 12;
    private static final int LONGEST = 128;
    private static final int DISTINCT = 5;

    /** Without what looks alike. */
    private static final String LETTERS =
            "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private final Randomness random;
    private final Semaphore atOnce = new Semaphore(2);

    Passwords(Randomness random) {
        this.random = random;
    }

    /** A password to be told to somebody once. */
    String fresh() {
        StringBuilder made = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            made.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return made.toString();
    }

    /** What is kept of a password: salt and hash. */
    String keep(String password) {
        byte[] salt = new byte[SALT_BYTES];
        for (int i = 0; i < salt.length; i++) {
            salt[i] = (byte) random.nextInt(256);
        }
        Base64.Encoder text = Base64.getEncoder();
        return text.encodeToString(salt) + ":" + text.encodeToString(hash(password, salt));
    }

    /** Whether this is the password of which that was kept; takes as long either way. */
    boolean matches(String password, String kept) {
        String[] parts = kept.split(":", 2);
        byte[] hash = hash(password, Base64.getDecoder().decode(parts[0]));
        return MessageDigest.isEqual(hash, Base64.getDecoder().decode(parts[1]));
    }

    /**
     * Refuses what is easily guessed.
     *
     * @throws RefusedException saying what was expected
     */
    static void requireStrong(String password, String user) {
        boolean named = password.toLowerCase(Locale.ROOT).contains(user.toLowerCase(Locale.ROOT));
        if (password.length() < SHORTEST
                || password.length() > LONGEST
                || password.chars().distinct().count() < DISTINCT
                || named
                || CommonPasswords.isOneOf(password, user)) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "password: too weak (expected: %d to %d characters, %d different ones, without the user's name, not made of words that everybody tries)"
                            .formatted(SHORTEST, LONGEST, DISTINCT));
        }
    }

    private byte[] hash(String password, byte[] salt) {
        atOnce.acquireUninterruptibly();
        try {
            Argon2BytesGenerator argon = new Argon2BytesGenerator();
            argon.init(
                    new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                            .withSalt(salt)
                            .withMemoryAsKB(MEMORY_KIB)
                            .withIterations(PASSES)
                            .withParallelism(1)
                            .build());
            byte[] hash = new byte[HASH_BYTES];
            argon.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
            return hash;
        } finally {
            atOnce.release();
        }
    }
}
